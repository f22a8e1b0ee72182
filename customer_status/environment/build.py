"""The build database as a whole: its file, its log, what it spilled, and what speaks of it."""

import shutil

from customer_status.environment.layout import World


def remove_build(world: World) -> None:
    """Remove the build database and all that speaks of it: the next build makes everything."""
    world.build_state.unlink(missing_ok=True)
    for path in world.root.glob(f"{world.build_database.name}*"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
