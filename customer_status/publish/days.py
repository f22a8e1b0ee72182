"""Writes a past day that somebody asked for: the files of a release, but none."""

from collections.abc import Sequence
from pathlib import Path

from customer_status.environment.durable import sync
from customer_status.environment.layout import World
from customer_status.publish.publish import hide, make_hidden, open_way, remove_leftovers
from customer_status.report.facts import PublicTable, ReleaseFacts


def write_day(
    world: World,
    build: World,
    *,
    tables: Sequence[PublicTable],
    facts: ReleaseFacts,
    brought_from: str,
    mode: int,
) -> Path:
    """Write a past day to ``days/<day>/`` and return that folder.

    ``build`` is where the day was built; the rest is as for `publish.publish`. What was
    told of the same day before is replaced. The caller holds the warehouse for writing.
    """
    world.days.mkdir(exist_ok=True)
    open_way(mode, world.warehouse, world.days)
    remove_leftovers(world)
    folder = world.days / facts.as_of_date.isoformat()
    made = make_hidden(
        build,
        folder,
        tables=tables,
        facts=facts,
        quality_page=None,
        base=world.releases / brought_from if brought_from else None,
        mode=mode,
    )
    if folder.exists():
        hide(folder)
    made.rename(folder)
    sync(world.days)
    remove_leftovers(world)
    return folder
