"""Numbers in seeds that the models could not compute with, found before anything is built."""

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation

from customer_status.environment.errors import UserError

Rows = Iterable[Mapping[str, str]]

# The seed's type is decimal(18, 10).
RATE_UNIT = Decimal("1e-10")
MOST_RATE = Decimal(10) ** 8
# Amounts have 16 digits before the point and sums 36: this leaves room for 100 million orders.
MOST_RATES_APART = 10**12
# A century; days are added to dates, which end with the year 9999.
MOST_DAYS = 36_525
MOST_PERIODS = 1_200
# The timeline packs the number of a policy row behind a day.
MOST_POLICY_ROWS = 99_999

POLICY_LIMITS = {
    "inactive_after_days": MOST_DAYS,
    "at_risk_after_days": MOST_DAYS,
    "engagement_window_days": MOST_DAYS,
    "subscription_valid_days": MOST_DAYS,
    "habit_window_periods": MOST_PERIODS,
    "habit_periods_required": MOST_PERIODS,
}
# These may be empty.
OPTIONAL_POLICY_LIMITS = {"engagement_gap_days": MOST_DAYS}
ENGAGEMENT_FEEDS = ("web_sessions", "crm_touches", "both")


def check_rates(rows: Rows) -> None:
    """Raises UserError if an amount of any size could not be converted exactly."""
    rates = {}
    for row in rows:
        rate = _number(row["rate"])
        if rate is None or not RATE_UNIT / 2 <= rate < MOST_RATE:
            raise UserError(
                f"currency_rates.csv: the rate of {row['currency']!r} from "
                f"{row['effective_from']} is {row['rate']!r}; give a number from {RATE_UNIT:f} to "
                f"less than {MOST_RATE:,f}."
            )
        rates[rate] = row["currency"]
    if rates and max(rates) > MOST_RATES_APART * min(rates):
        raise UserError(
            f"currency_rates.csv: one {rates[max(rates)]} is worth more than "
            f"{MOST_RATES_APART:,} {rates[min(rates)]}; no sum of such amounts is exact. Correct "
            "one of the two rates."
        )


def check_policies(rows: Rows) -> None:
    """Raises UserError if a threshold is no number that a day can be counted with."""
    rows = list(rows)
    for row in rows:
        for column, most in (POLICY_LIMITS | OPTIONAL_POLICY_LIMITS).items():
            if column in OPTIONAL_POLICY_LIMITS and not row.get(column):
                continue
            days = _number(row[column])
            if days is None or not 0 <= days <= most or days % 1:
                raise UserError(
                    f"status_policy.csv: {column} of {row['policy_segment']!r} from "
                    f"{row['effective_from']} is {row[column]!r}; "
                    f"give a whole number from 0 to {most:,}."
                )
        feeds = row.get("engagement_feeds")
        if feeds and feeds not in ENGAGEMENT_FEEDS:
            raise UserError(
                f"status_policy.csv: engagement_feeds of {row['policy_segment']!r} from "
                f"{row['effective_from']} is {feeds!r}; give {', '.join(ENGAGEMENT_FEEDS)}, or "
                "leave it empty."
            )
    segments = {row["policy_segment"] for row in rows}
    defaults = sum(row["policy_segment"] == "default" for row in rows)
    if len(rows) + len(segments) * defaults > MOST_POLICY_ROWS:
        raise UserError(
            f"status_policy.csv: {len(segments):,} segments with {len(rows):,} rows are more than "
            "the timeline can tell apart; merge segments."
        )


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
