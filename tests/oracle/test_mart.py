"""The measures of one customer, worked out by hand."""

from datetime import date
from decimal import Decimal

from tests.oracle.examples import ANA, sale, touch, visit, world_of
from tests.oracle.mart import Measures, measures
from tests.oracle.records import CrmTouch


def measured(*rows: object, as_of: str) -> Measures:
    return measures(world_of(*rows, as_of=as_of))[ANA]


def test_the_position_on_the_timeline() -> None:
    rows = [sale("2023-01-01"), sale("2023-06-01"), sale("2023-06-20")]
    row = measured(*rows, as_of="2023-09-01")
    assert (row.status, row.sub_status, row.change_cause) == ("passive", "recurring", "clock")
    assert (row.status_since, row.days_in_status) == (date(2023, 6, 1), 92)
    assert row.previous_status == "inactive"
    assert (row.next_status, row.next_status_date) == ("inactive", date(2023, 9, 19))
    assert (row.policy_segment, row.policy_effective_from) == ("default", date(1900, 1, 1))


def test_a_status_that_nothing_can_end_has_no_next_one() -> None:
    row = measured(sale("2023-01-01"), as_of="2023-12-01")
    assert (row.status, row.next_status, row.next_status_date) == ("inactive", None, None)
    assert measured(visit("2023-01-01"), as_of="2023-12-01").previous_status is None


def test_the_next_status_is_the_first_other_status_and_not_a_sub_status() -> None:
    rows = [sale("2023-01-01"), sale("2023-06-01"), sale("2023-06-20")]
    assert measured(*rows, as_of="2023-06-20").next_status_date == date(2023, 9, 19)


def test_at_risk_begins_on_the_61st_day_and_ends_with_inactivity() -> None:
    order = sale("2023-01-01")
    days = ("2023-03-02", "2023-03-03", "2023-04-01", "2023-04-02")
    assert [measured(order, as_of=day).is_at_risk for day in days] == [False, True, True, False]


def test_money_is_converted_at_the_rate_of_the_purchase_day() -> None:
    row = measured(
        sale("2024-02-28", currency="USD"),  # 0.5
        sale("2024-02-29", currency="USD", refund_amount=Decimal(20)),  # 0.8
        sale("2024-03-02", discount_amount=Decimal(10)),
        sale("2024-03-02", order_status="cancelled"),
        as_of="2024-03-10",
    )
    assert (row.orders, row.purchase_days) == (3, 3)
    assert row.net_revenue == Decimal(50 + 64 + 90)
    assert row.average_order_value == Decimal(68)
    assert row.median_days_between_purchases == 1.5
    assert row.days_since_last_purchase == 8


def test_the_last_365_days_end_with_the_day() -> None:
    orders = [sale("2023-01-01"), sale("2023-01-02"), sale("2023-01-02")]
    assert measured(*orders, as_of="2023-12-31").orders_365d == 3
    row = measured(*orders, as_of="2024-01-01")
    assert (row.orders_365d, row.revenue_365d, row.net_revenue) == (2, 200, 300)
    assert measured(*orders, as_of="2024-06-01").revenue_365d == 0


def test_who_never_bought_has_no_revenue_but_zero_orders() -> None:
    row = measured(visit("2023-01-01"), as_of="2023-01-01")
    assert (row.orders, row.orders_365d, row.purchase_days, row.habit_periods) == (0, 0, 0, 0)
    assert row.net_revenue is row.revenue_365d is row.average_order_value is None
    assert row.first_purchase_date is row.days_since_last_purchase is None
    assert row.digital_share is row.average_score is row.offer_response_rate is None


def test_habit_and_points_are_counted_on_the_day() -> None:
    rows = [sale("2023-01-31"), sale("2023-02-10"), touch("2023-02-20", "review")]
    row = measured(*rows, as_of="2023-02-28")
    assert (row.habit_periods, row.engagement_points) == (1, 3)
    assert row.last_engagement_date == date(2023, 2, 20)
    row = measured(*rows, as_of="2023-08-01")
    assert (row.habit_periods, row.engagement_points) == (1, 0)
    assert row.last_engagement_date == date(2023, 2, 20)


def offer(day: str, **names: object) -> CrmTouch:
    return touch(day, "sent", direction="outbound", **names)


def test_an_offer_is_answered_by_who_names_it_afterwards() -> None:
    row = measured(
        offer("2023-01-01", offer_id="a"),
        touch("2023-01-02", "opened", direction="outbound", offer_id="a"),
        offer("2023-01-03", offer_id="b", campaign_id="spring"),
        touch("2023-01-03", "clicked", offer_id="b"),
        offer("2023-01-04", campaign_id="summer"),
        touch("2023-01-05", "coupon_redeemed", campaign_id="summer"),
        offer("2023-01-05", offer_id="answered before"),
        touch("2023-01-04", "clicked", offer_id="answered before"),
        touch("2023-01-06", "sent", direction="inbound", offer_id="never made"),
        touch("2023-01-06", "coupon_redeemed", offer_id="never made either"),
        offer("2023-01-06"),
        as_of="2023-01-10",
    )
    assert row.offer_response_rate == Decimal("0.5")


def test_feedback_referrals_scores_and_channels() -> None:
    row = measured(
        touch("2023-01-04", "survey_response", score=9),
        touch("2023-01-05", "review", score=4),
        touch("2023-01-05", "complaint"),
        touch("2023-01-06", "referral"),
        sale("2023-01-07", sales_channel="Web"),
        sale("2023-01-07", sales_channel="store"),
        sale("2023-01-07", sales_channel="store"),
        sale("2023-01-07", sales_channel="drone"),
        sale("2023-01-07"),
        as_of="2023-01-10",
    )
    assert row.offer_response_rate is None
    assert (row.feedback_count, row.referral_count, row.average_score) == (3, 1, 6.5)
    assert row.digital_share == Decimal("0.3333")
    assert row.is_dissatisfied


def test_every_purchase_is_rounded_to_the_cent_and_averages_half_up() -> None:
    order = {"currency": "USD", "gross_amount": Decimal("0.03")}
    row = measured(
        sale("2024-02-01", **order), sale("2024-02-02", **order), as_of="2024-02-28"
    )  # 0.5: 0.015 each
    assert (row.net_revenue, row.average_order_value) == (Decimal("0.04"), Decimal("0.02"))
    halves = (sale("2024-02-01", gross_amount=Decimal(amount)) for amount in ("1.00", "1.01"))
    assert measured(*halves, as_of="2024-02-28").average_order_value == Decimal("1.01")


def test_a_touch_after_the_day_is_no_feedback_yet() -> None:
    rows = [sale("2023-01-01"), touch("2023-01-11", "review", score=1)]
    before, on_the_day = (measured(*rows, as_of=day) for day in ("2023-01-10", "2023-01-11"))
    assert (before.feedback_count, before.average_score, before.is_dissatisfied) == (0, None, False)
    assert (on_the_day.feedback_count, on_the_day.average_score) == (1, 1)
