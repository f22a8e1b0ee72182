"""What a release says in numbers, which Dagster plots from one release to the next."""

from pathlib import Path

import dagster as dg

from customer_status.publish.publish import MART, facts_of
from customer_status.publish.reading import opened_release

# All of them every time: a status that nobody has is a zero in the plot, not a gap.
STATUSES = ("captive", "active", "passive", "inactive")
CUSTOMERS = """
    select
        status,
        count(*),
        count(*) filter (where is_at_risk),
        coalesce(sum(revenue_365d), 0)
    from mart_customer_status
    group by status
"""


def figures(release: Path) -> dict[str, int | float | dg.MetadataValue]:
    """Customers by status, revenue and rows of a release that has just been published."""
    facts = facts_of(release)
    with opened_release(release / MART) as connection:
        found = connection.execute(CUSTOMERS).fetchall()
    customers = {status: count for status, count, _, _ in found}
    quarantined = sum(batch["rows_quarantined"] for batch in facts["input_batches"])
    return {
        "customers": sum(customers.values()),
        **{f"customers_{status}": customers.get(status, 0) for status in STATUSES},
        "customers_at_risk": sum(at_risk for _, _, at_risk, _ in found),
        "revenue_365_days": float(sum(revenue for _, _, _, revenue in found)),
        "rows_in_public_tables": sum(facts["row_counts"].values()),
        "rows_quarantined": quarantined,
        "row_counts": dg.MetadataValue.json(facts["row_counts"]),
    }
