"""The moment of a run. For a warehouse time never goes back, whatever the machine's clock says."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from customer_status.environment.layout import World
from customer_status.publish.publish import newest_moment

# A clock that is set by the network jumps by less.
WORTH_TELLING = timedelta(hours=1)


def moment(world: World) -> datetime:
    """Now; or, if the newest release of the warehouse is from later than that, right after it.

    With a clock that was set back, rows of the last days would seem to come from the future, the
    statuses would be those of an earlier day, and the newest release would pass for an old one.
    """
    now, newest = datetime.now(tz=UTC), newest_moment(world)
    return now if newest is None or newest < now else newest + timedelta(seconds=1)


def clock_warnings(world: World) -> Iterator[str]:
    """What to tell a person whose clock is behind the newest release."""
    now, newest = datetime.now(tz=UTC), newest_moment(world)
    if newest is not None and newest - now > WORTH_TELLING:
        yield (
            f"warning: the clock says {now:%Y-%m-%d %H:%M} UTC, but the newest release is of "
            f"{newest:%Y-%m-%d %H:%M} UTC, and the run goes by that; set the clock right, or, if "
            f"it was ahead then, remove the releases of that time below {world.releases}."
        )
