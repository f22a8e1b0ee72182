"""Configurations: small windows, so that a short life meets every rule, and several policies."""

from dataclasses import replace
from datetime import date, timedelta

from tests.oracle.configuration import (
    DEFAULT_POLICIES,
    DEFAULT_SEGMENT,
    ENGAGEMENT_POINTS,
    EngagementPoints,
    Policy,
)
from tests.worlds.chooser import Chooser

POLICY_SEGMENTS = (DEFAULT_SEGMENT, "vip", "club")
# "ghost" has no policy row at all.
ORDER_SEGMENTS = (None, "vip", "club", "ghost", DEFAULT_SEGMENT)


def make_policies(chooser: Chooser, start: date) -> tuple[Policy, ...]:
    """The default segment's first row and up to four more; no two of one segment on one day."""
    if chooser.happens(20):
        return DEFAULT_POLICIES
    beginning = date(1900, 1, 1)
    rows = {(DEFAULT_SEGMENT, beginning): _policy(chooser, start, DEFAULT_SEGMENT, beginning)}
    for _ in range(chooser.integer(0, 4)):
        segment = chooser.pick(POLICY_SEGMENTS)
        effective_from = start + timedelta(days=chooser.integer(-60, 600))
        if segment != DEFAULT_SEGMENT and chooser.happens(30):
            effective_from = beginning
        rows[segment, effective_from] = _policy(chooser, start, segment, effective_from)
    return tuple(rows.values())


def _policy(chooser: Chooser, start: date, segment: str, effective_from: date) -> Policy:
    window = chooser.integer(1, 6)
    return Policy(
        policy_segment=segment,
        effective_from=effective_from,
        inactive_after_days=chooser.pick((90, 30, 60, 7, 1, 200, 0)),
        at_risk_after_days=chooser.pick((60, 15, 5, 0, 100)),
        engagement_window_days=chooser.pick((90, 30, 10, 1, 2)),
        engagement_points_required=chooser.pick((3, 1, 2, 5, 0)),
        habit_period=chooser.pick(("month", "quarter")),
        habit_window_periods=window,
        habit_periods_required=chooser.integer(1, window),
        subscription_valid_days=chooser.pick((35, 10, 1, 60)),
        engagement_measured_from=_measured_from(chooser, start),
    )


def _measured_from(chooser: Chooser, start: date) -> date | None:
    if chooser.happens(50):
        return None
    return chooser.pick((date(2000, 1, 1), start + timedelta(days=chooser.integer(-30, 300))))


def make_points(chooser: Chooser) -> tuple[EngagementPoints, ...]:
    """The documented points, sometimes without some caps or with other ones."""
    if chooser.happens(70):
        return ENGAGEMENT_POINTS
    return tuple(
        replace(row, daily_cap=chooser.pick((row.daily_cap, None, 1, 3)))
        for row in ENGAGEMENT_POINTS
    )
