"""Rows that older versions let in or rejected end where a new warehouse puts them."""

from pathlib import Path

import pytest

from tests.upgrades.kept import KEPT, unpack, unpack_landing
from tests.upgrades.stored import Stored, assert_same_rows, stored, take_in


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Stored]:
    found = {}
    for archive in KEPT:
        shop = unpack_landing(archive, tmp_path_factory.mktemp("fresh"))
        take_in(shop)
        found[archive] = stored(shop)
    return found


@pytest.mark.parametrize("is_landed", [True, False], ids=["landed", "gone"])
@pytest.mark.parametrize("archive", KEPT, ids=lambda path: path.name)
def test_older_rows_end_where_a_new_warehouse_puts_them(
    archive: Path, is_landed: bool, fresh: dict[Path, Stored], tmp_path: Path
) -> None:
    shop = unpack(archive, tmp_path, is_landed=is_landed)
    take_in(shop)
    assert_same_rows(stored(shop), fresh[archive])
