"""Which business a warehouse holds: that of its first run, and no other.

Sample data goes by its name. A landing folder may move, so a warehouse of landed files gets an id
of its own at the first run.
"""

import json
import shutil
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from customer_status.environment.durable import write_through
from customer_status.environment.errors import UserError
from customer_status.environment.layout import World

_WORDS = {
    "simulated": "the simulated sample data",
    "complete_journey": "the sample data complete_journey",
    "landing": "files of a landing folder",
}


def claim(world: World) -> list[str]:
    """Make the warehouse this business's, or go on with it; the caller holds its lock.

    An older version kept several businesses in ``worlds/<name>``: the one asked for becomes the
    warehouse's own, the others stay where they are.

    Returns:
        What a person should know, one line each.

    Raises:
        UserError: the warehouse holds another business.
    """
    if world.source.exists():
        holds = json.loads(world.source.read_text(encoding="utf-8"))["source"]
        if holds != world.name:
            raise _refused(world, holds)
        return []
    names = sorted(path.name for path in world.older.glob("*") if path.is_dir())
    if names and world.name not in names:
        raise _refused(world, names[0])
    if names:
        # Whoever opened the UI first has made a folder without any row.
        if world.root.exists() and not world.raw.exists():
            shutil.rmtree(world.root)
        # Noted first: whoever dies in between finds it noted, wherever the folder lies.
        _note(world.older / world.name / world.source.name, world.name)
        (world.older / world.name).rename(world.root)
    else:
        world.root.mkdir(parents=True, exist_ok=True)
        _note(world.source, world.name)
    others = [name for name in names if name != world.name]
    if not others:
        with suppress(OSError):  # it is not there, or somebody's own files lie in it
            world.older.rmdir()
    return [
        f"{world.older / name}: {_WORDS.get(name, name)}, which no run reads any more; "
        "a warehouse holds one business."
        for name in others
    ]


def _note(path: Path, name: str) -> None:
    write_through(path, json.dumps({"source": name, "id": uuid4().hex}) + "\n")


def _refused(world: World, holds: str) -> UserError:
    return UserError(
        f"WAREHOUSE={world.warehouse}: holds {_WORDS.get(holds, holds)}, and a warehouse holds one "
        f"business: give another folder for {_WORDS.get(world.name, world.name)}."
    )
