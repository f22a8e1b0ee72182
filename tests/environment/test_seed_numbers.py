"""Numbers that no build could compute with are refused in one line before it begins."""

import pytest

from customer_status.environment.errors import UserError
from customer_status.settings.seed_numbers import POLICY_LIMITS, check_policies, check_rates


def rate(value: str, currency: str = "XXX") -> dict[str, str]:
    return {"currency": currency, "effective_from": "2024-01-01", "rate": value}


def policy(**changes: str) -> dict[str, str]:
    row = dict.fromkeys(POLICY_LIMITS, "90")
    return {"policy_segment": "default", "effective_from": "1900-01-01", **row, **changes}


@pytest.mark.parametrize("value", ["0", "-1", "0.00000000001", "100000000", "", "one", "nan"])
def test_a_rate_that_cannot_convert_is_named(value: str) -> None:
    with pytest.raises(UserError, match=r"^currency_rates.csv: the rate of 'XXX' .*[.]$"):
        check_rates([rate("1", "EUR"), rate(value)])


def test_rates_too_far_apart_are_named() -> None:
    with pytest.raises(UserError, match="one EUR is worth more than 1,000,000,000,000 XXX"):
        check_rates([rate("101", "EUR"), rate("0.0000000001")])
    check_rates([rate("100", "EUR"), rate("0.0000000001")])


@pytest.mark.parametrize("value", ["-1", "36526", "90.5", "", "ninety", "2147483647"])
def test_a_threshold_that_no_day_can_be_counted_with_is_named(value: str) -> None:
    with pytest.raises(UserError, match="inactive_after_days of 'default' from 1900-01-01 is"):
        check_policies([policy(inactive_after_days=value)])


def test_a_century_is_a_threshold_and_so_is_a_number_with_a_point() -> None:
    check_policies([policy(inactive_after_days="36525", subscription_valid_days="35.0")])


@pytest.mark.parametrize("value", ["-1", "36526", "1.5", "fortnight"])
def test_a_gap_that_no_day_can_be_counted_with_is_named(value: str) -> None:
    with pytest.raises(UserError, match="engagement_gap_days of 'default' from 1900-01-01 is"):
        check_policies([policy(engagement_gap_days=value)])


@pytest.mark.parametrize("value", ["", "0", "14", "14.0"])
def test_a_gap_may_be_empty_or_nothing(value: str) -> None:
    check_policies([policy(engagement_gap_days=value)])


def test_a_feed_that_is_none_of_engagement_is_named() -> None:
    with pytest.raises(UserError, match="engagement_feeds of 'default' .* is 'orders'; give web"):
        check_policies([policy(engagement_feeds="orders")])
    for value in ("", "web_sessions", "crm_touches", "both"):
        check_policies([policy(engagement_feeds=value)])


def test_more_policy_rows_than_the_timeline_can_tell_apart_are_refused() -> None:
    rows = [policy(), *(policy(policy_segment=f"segment {number}") for number in range(50_000))]
    with pytest.raises(UserError, match="merge segments"):
        check_policies(rows)
