"""The report's plain words for statuses and measures, with the thresholds in force."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from customer_status.report.wording import Html, chip, counted, text

# Fixed by the definition of dissatisfaction and of a reactivated customer, not by the policy.
DISSATISFIED_DAYS = 180
REACTIVATED_DAYS = 90

_MEASURES = (
    (
        "purchase",
        (
            "A sale that was paid and not wholly discounted or refunded. Several on one day count "
            "once."
        ),
    ),
    (
        "engagement",
        (
            "Points for what the customer does: visits, clicks, replies, surveys, reviews, "
            "referrals, events, redemptions, calls. What is sent to them earns nothing."
        ),
    ),
    (
        "dissatisfaction",
        (
            f"In the last {DISSATISFIED_DAYS} days: a complaint, a low survey or review score, or "
            "a full refund."
        ),
    ),
    ("revenue, 365 days", "Net of discounts and refunds, in the 365 days to the as-of date."),
    (
        "forecast",
        (
            "What the calendar alone will do: the next status of each customer if they neither "
            "buy nor engage again. It is a deadline to act before, not a prediction."
        ),
    ),
)


def ruling_policy(
    policy_versions: Sequence[Mapping[str, Any]], as_of_date: date
) -> Mapping[str, Any]:
    """The row of segment ``default`` in force on ``as_of_date``; empty if none is given."""
    ruling = [
        row
        for row in policy_versions
        if row["policy_segment"] == "default" and str(row["effective_from"]) <= f"{as_of_date}"
    ]
    return max(ruling, key=lambda row: str(row["effective_from"]), default={})


def definitions(policy_versions: Sequence[Mapping[str, Any]], as_of_date: date) -> Html:
    """Statuses in the order in which their rules are tried, then the other words of the page."""
    policy = ruling_policy(policy_versions, as_of_date)
    entries = [(chip(status), words) for status, words in _statuses(policy)] + [
        (text(term), words) for term, words in _terms(policy)
    ]
    rows = "\n".join(f"<dt>{term}</dt><dd>{text(words)}</dd>" for term, words in entries)
    return Html(f"<dl>{rows}</dl>{_segments(policy_versions)}")


def _amount(policy: Mapping[str, Any], name: str, noun: str) -> str:
    """``90 days``, or a phrase that stays true when the thresholds are not at hand."""
    if name not in policy:
        return f"the policy's number of {noun}s"
    return counted(int(policy[name]), noun)


def _statuses(policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    period = str(policy.get("habit_period", "month"))
    required = policy.get("habit_periods_required", "most")
    window = _amount(policy, "habit_window_periods", f"complete {period}")
    return [
        (
            "inactive",
            (
                "Has never bought, or last bought more than "
                f"{_amount(policy, 'inactive_after_days', 'day')} ago."
            ),
        ),
        (
            "captive",
            (
                f"Keeps buying by habit or by contract: bought in at least {required} of the "
                f"last {window} (one miss is forgiven to those who already had the habit), or "
                "paid for a subscription in the last "
                f"{_amount(policy, 'subscription_valid_days', 'day')}. "
                "Loyal if content; hostage if they showed dissatisfaction and buy all the same."
            ),
        ),
        (
            "active",
            (
                "Buys and takes part: earned at least "
                f"{_amount(policy, 'engagement_points_required', 'engagement point')} in the last "
                f"{_amount(policy, 'engagement_window_days', 'day')}. While engagement has not "
                "been measured for that long, every other buyer counts as active."
            ),
        ),
        ("passive", "Buys, but takes little part in anything else."),
    ]


def _terms(policy: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [
        (
            "at risk",
            (
                "Not inactive yet, but the last purchase is more than "
                f"{_amount(policy, 'at_risk_after_days', 'day')} ago."
            ),
        ),
        (
            "new, recurring, reactivated",
            (
                "An active or passive customer with a single purchase day so far; with more than "
                f"one; and in the first {REACTIVATED_DAYS} days of buying again after a lapse."
            ),
        ),
        (
            "never purchased, one time, lapsed",
            (
                "An inactive customer who never bought; who bought on one day only; and who bought "
                "on more days, with the status they lapsed from."
            ),
        ),
        *_MEASURES,
    ]


def _segments(policy_versions: Sequence[Mapping[str, Any]]) -> Html:
    others = {str(row["policy_segment"]) for row in policy_versions} - {"default"}
    if not others:
        return Html()
    names = ", ".join(sorted(others))
    return Html(
        '<p class="note">The numbers above are those of the default policy. '
        f"{text(f'Customers of {names} have their own.')}</p>"
    )
