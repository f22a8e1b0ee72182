"""Rows that readers have seen and that are nowhere any more: nothing is built without them."""

from collections.abc import Sequence

from customer_status.environment.errors import UserError
from customer_status.environment.layout import World
from customer_status.ingest.landing import LandedFile
from customer_status.ingest.ledger import ACCEPTED, is_in_raw, read_receipts
from orchestration.published import last_release


def refuse_losses(feed: str, files: Sequence[LandedFile], *, world: World) -> None:
    """Stop if rows of the feed's files in the last release are neither in raw nor landed.

    A release without them would tell of customers who stopped buying.

    Args:
        files: what the landing folder holds of the feed now; those are read again.

    Raises:
        UserError: raw rows are lost, or the receipts that say what they are.
    """
    last = last_release(world)
    batches = last.facts["input_batches"] if last else ()
    receipts = [receipt for receipt in read_receipts(world, feed) if receipt.state == ACCEPTED]
    kept = [receipt for receipt in receipts if is_in_raw(world, receipt)]
    ids = {receipt.file_id for receipt in kept} | {file.file_id for file in files}
    # Under another text of its mapping the same file goes by another id.
    names = {one.file_name for one in kept if one.mapping} | {
        file.name for file in files if file.mapping
    }
    told = {batch["file_id"]: batch["file_name"] for batch in batches if batch["feed"] == feed}
    told |= {receipt.file_id: receipt.file_name for receipt in receipts}
    lost = sorted(name for key, name in told.items() if key not in ids and name not in names)
    if lost:
        others = f" and of {len(lost) - 1} more" if len(lost) > 1 else ""
        raise UserError(
            f"{world.root}: the rows of {lost[0]}{others} are lost, which were taken in before "
            "(raw or receipts were removed or damaged); bring the files to the landing folder "
            "again, or restore raw and receipts from a backup, and run again."
        )


def is_whole(world: World) -> bool:
    """Whether the rows of every accepted file are in raw."""
    receipts = read_receipts(world)
    return all(is_in_raw(world, receipt) for receipt in receipts if receipt.state == ACCEPTED)
