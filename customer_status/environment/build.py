"""The build as a whole: its database with log and spilled files, and what speaks of it."""

import shutil

from customer_status.environment.layout import World


def remove_build(world: World) -> None:
    """Remove the build database and all that speaks of it: the next build makes everything."""
    world.build_state.unlink(missing_ok=True)
    for path in world.root.glob(f"{world.build_database.name}*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def remove_past_day(world: World) -> None:
    """Remove the folder in which a past day is built, or what a run that died has left of it."""
    shutil.rmtree(world.past_day, ignore_errors=True)
