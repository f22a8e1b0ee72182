"""The warehouses that older versions left, unpacked as they lay."""

import shutil
import tarfile
from pathlib import Path

from tests.end_to_end.shop import Shop, order, write_csv

KEPT = sorted((Path(__file__).parent / "warehouses").glob("*.tar.xz"))
# What lands after the upgrade; a run needs something in its landing folder.
NEW_FILE = "orders/after the upgrade.csv"
NEW_ROW = order("N1", "2026-06-10 10:00:00", customer_id="C01", email="buyer1@example.com")


def unpack(archive: Path, folder: Path, *, is_landed: bool = True) -> Shop:
    """A warehouse as it was left, with its landing folder or with an empty one, and a new file."""
    with tarfile.open(archive) as files:
        files.extractall(folder, filter="data")
    shop = Shop(folder)
    if not is_landed:
        shutil.rmtree(shop.landing)
    write_csv(shop.landing / NEW_FILE, [NEW_ROW])
    return shop


def unpack_landing(archive: Path, folder: Path) -> Shop:
    """The same files for a new warehouse."""
    shop = unpack(archive, folder)
    shutil.rmtree(shop.world.warehouse)
    return shop
