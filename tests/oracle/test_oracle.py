"""Stories worked out by hand, one per rule: what a customer is, from which day, and why."""

from datetime import date

from tests.oracle.configuration import Policy
from tests.oracle.examples import ANA, MEASURED, intervals, sale, story, touch, visit, world_of
from tests.oracle.timeline import timelines

LONG_AGO = date(2000, 1, 1)


def policy(**changes: object) -> Policy:
    return Policy(**{"engagement_measured_from": LONG_AGO, **changes})


def test_a_buyer_is_inactive_on_the_91st_day_after_the_last_purchase() -> None:
    assert story(world_of(sale("2023-02-10"), as_of="2023-02-10")) == [
        ("2023-02-10", "passive/new", "first_event"),
        ("2023-05-12", "inactive/one_time", "clock"),
    ]


def test_a_leap_day_is_a_day() -> None:
    assert story(world_of(sale("2024-02-10"), as_of="2024-02-10"))[1][0] == "2024-05-11"
    assert story(world_of(sale("2024-02-29"), as_of="2024-02-29"))[1][0] == "2024-05-30"


def test_who_has_not_bought_is_inactive_from_the_first_event_of_any_feed() -> None:
    world = world_of(visit("2023-01-01"), sale("2023-03-01"), as_of="2023-03-01")
    assert story(world) == [
        ("2023-01-01", "inactive/never_purchased", "first_event"),
        ("2023-03-01", "passive/new", "purchase"),
        ("2023-05-31", "inactive/one_time", "clock"),
    ]


def test_even_a_cancelled_order_is_a_first_event() -> None:
    world = world_of(sale("2023-01-01", order_status="cancelled"), as_of="2023-03-01")
    assert story(world) == [("2023-01-01", "inactive/never_purchased", "first_event")]


def test_a_buyer_who_comes_back_is_reactivated_for_90_days_of_the_spell() -> None:
    world = world_of(sale("2023-01-01"), sale("2023-06-01"), sale("2023-06-20"), as_of="2023-06-20")
    assert story(world) == [
        ("2023-01-01", "passive/new", "first_event"),
        ("2023-04-02", "inactive/one_time", "clock"),
        ("2023-06-01", "passive/reactivated", "purchase"),
        ("2023-08-30", "passive/recurring", "clock"),
        ("2023-09-19", "inactive/lapsed_passive", "clock"),
    ]


def test_captive_days_do_not_restart_the_spell_that_follows_a_lapse() -> None:
    world = world_of(
        sale("2023-01-01"),
        sale("2023-06-01", subscription_id="box"),
        sale("2023-08-01"),
        as_of="2023-08-01",
    )
    assert story(world)[2:] == [
        ("2023-06-01", "captive/loyal", "purchase"),
        ("2023-07-06", "passive/reactivated", "clock"),
        ("2023-08-30", "passive/recurring", "clock"),
        ("2023-10-31", "inactive/lapsed_passive", "clock"),
    ]


def test_points_count_for_the_days_of_the_window_and_not_one_more() -> None:
    world = world_of(touch("2023-01-10", "review"), sale("2023-02-01"), as_of="2023-02-01")
    assert story(world) == [
        ("2023-01-10", "inactive/never_purchased", "first_event"),
        ("2023-02-01", "active/new", "purchase"),
        ("2023-04-10", "passive/new", "clock"),
        ("2023-05-03", "inactive/one_time", "clock"),
    ]


def test_the_last_status_before_a_lapse_is_remembered() -> None:
    world = world_of(
        sale("2023-01-01"), sale("2023-02-01"), touch("2023-04-20", "review"), as_of="2023-04-20"
    )
    assert story(world)[2:] == [
        ("2023-04-20", "active/recurring", "engagement"),
        ("2023-05-03", "inactive/lapsed_active", "clock"),
    ]


def test_unmeasured_engagement_is_never_held_against_anybody() -> None:
    stranger = visit("2023-03-01", customer_id=None)
    world = world_of(stranger, sale("2023-04-01"), as_of="2023-06-01", policies=(Policy(),))
    assert story(world) == [
        ("2023-04-01", "active/new", "first_event"),
        ("2023-05-29", "passive/new", "measurement"),
        ("2023-07-01", "inactive/one_time", "clock"),
    ]
    assert list(timelines(world)) == [ANA]


def test_without_visits_and_touches_up_to_the_day_engagement_is_never_measured() -> None:
    later = visit("2023-04-02")
    world = world_of(later, sale("2023-01-01"), as_of="2023-04-01", policies=(Policy(),))
    assert story(world) == [
        ("2023-01-01", "active/new", "first_event"),
        ("2023-04-02", "inactive/one_time", "clock"),
    ]


def test_a_habit_counts_complete_months_and_lingers_for_one() -> None:
    months = [sale(f"2023-0{month}-15") for month in (1, 2, 3, 4, 5)]
    assert story(world_of(*months, as_of="2023-05-15"))[2:] == [
        ("2023-06-01", "captive/loyal", "clock"),
        ("2023-08-14", "inactive/lapsed_captive", "clock"),
    ]
    assert story(world_of(*months, sale("2023-08-10"), as_of="2023-08-10")) == [
        ("2023-01-15", "passive/new", "first_event"),
        ("2023-02-15", "passive/recurring", "purchase"),
        ("2023-06-01", "captive/loyal", "clock"),
        ("2023-09-01", "passive/recurring", "clock"),
        ("2023-11-09", "inactive/lapsed_passive", "clock"),
    ]


def test_one_period_short_is_no_habit_unless_the_count_was_full_before() -> None:
    months = [sale(f"2023-0{month}-15") for month in (1, 2, 4, 5)]
    assert "captive/loyal" not in [
        what for _, what, _ in story(world_of(*months, as_of="2023-05-15"))
    ]


def test_a_habit_may_be_counted_in_quarters() -> None:
    quarters = policy(
        habit_period="quarter",
        habit_window_periods=4,
        habit_periods_required=3,
        inactive_after_days=200,
    )
    buys = [sale("2022-11-15"), sale("2023-02-15"), sale("2023-05-15")]
    assert story(world_of(*buys, as_of="2023-05-15", policies=(quarters,)))[1:] == [
        ("2023-02-15", "passive/recurring", "purchase"),
        ("2023-07-01", "captive/loyal", "clock"),
        ("2023-12-02", "inactive/lapsed_captive", "clock"),
    ]


def test_a_subscription_holds_for_35_days_and_only_if_it_is_a_purchase() -> None:
    paid = sale("2023-01-01", subscription_id="box")
    assert story(world_of(paid, as_of="2023-01-01"))[:2] == [
        ("2023-01-01", "captive/loyal", "first_event"),
        ("2023-02-05", "passive/new", "clock"),
    ]
    pending = sale("2023-01-20", subscription_id="box", order_status="pending")
    assert story(world_of(paid, pending, as_of="2023-01-20"))[1][0] == "2023-02-05"


def test_inactive_comes_before_captive() -> None:
    short = policy(inactive_after_days=10)
    world = world_of(
        sale("2023-01-01", subscription_id="box"), as_of="2023-01-01", policies=(short,)
    )
    assert story(world) == [
        ("2023-01-01", "captive/loyal", "first_event"),
        ("2023-01-12", "inactive/one_time", "clock"),
    ]


def test_a_dissatisfied_captive_is_a_hostage_for_180_days() -> None:
    yearly = policy(subscription_valid_days=365, inactive_after_days=400)
    world = world_of(
        sale("2023-01-01", subscription_id="box"),
        touch("2023-01-10", "complaint"),
        as_of="2023-01-10",
        policies=(yearly,),
    )
    assert story(world) == [
        ("2023-01-01", "captive/loyal", "first_event"),
        ("2023-01-10", "captive/hostage", "dissatisfaction"),
        ("2023-07-09", "captive/loyal", "clock"),
        ("2024-01-01", "passive/new", "clock"),
        ("2024-02-06", "inactive/one_time", "clock"),
    ]


def test_a_new_policy_rules_from_its_day_on_and_never_before() -> None:
    policies = (policy(), policy(effective_from=date(2023, 3, 1), inactive_after_days=45))
    for as_of in ("2023-01-10", "2023-02-01", "2023-06-01"):
        world = world_of(sale("2023-01-10"), as_of=as_of, policies=policies)
        assert story(world) == [
            ("2023-01-10", "passive/new", "first_event"),
            ("2023-03-01", "inactive/one_time", "policy"),
        ]
    versions = [str(one.policy_effective_from) for one in intervals(world)]
    assert versions == ["1900-01-01", "2023-03-01"]


def test_a_new_policy_starts_an_interval_even_if_nothing_else_changes() -> None:
    policies = (policy(), policy(effective_from=date(2023, 2, 1)))
    assert story(world_of(sale("2023-01-10"), as_of="2023-01-10", policies=policies))[:2] == [
        ("2023-01-10", "passive/new", "first_event"),
        ("2023-02-01", "passive/new", "policy"),
    ]


def test_who_a_kinder_policy_brings_back_after_one_purchase_is_new() -> None:
    policies = (policy(), policy(effective_from=date(2023, 5, 1), inactive_after_days=200))
    assert story(world_of(sale("2023-01-01"), as_of="2023-01-01", policies=policies)) == [
        ("2023-01-01", "passive/new", "first_event"),
        ("2023-04-02", "inactive/one_time", "clock"),
        ("2023-05-01", "passive/new", "policy"),
        ("2023-07-21", "inactive/one_time", "clock"),
    ]


def test_the_segment_of_the_first_purchase_rules_from_that_day_once_it_has_a_policy() -> None:
    policies = (policy(), policy(policy_segment="vip", effective_from=date(2023, 6, 1)))
    world = world_of(
        visit("2023-01-01"),
        sale("2023-05-01", policy_segment="vip"),
        sale("2023-05-02", policy_segment="other"),
        as_of="2023-05-02",
        policies=policies,
    )
    assert [(str(one.valid_from), one.policy_segment) for one in intervals(world)] == [
        ("2023-01-01", "default"),
        ("2023-05-01", "default"),
        ("2023-05-02", "default"),
        ("2023-06-01", "vip"),
        ("2023-08-01", "vip"),
    ]


def test_before_the_first_purchase_everybody_is_in_the_default_segment() -> None:
    policies = (policy(), policy(policy_segment="vip", inactive_after_days=30))
    world = world_of(
        visit("2023-01-01"),
        sale("2023-05-01", policy_segment="vip"),
        as_of="2023-05-01",
        policies=policies,
    )
    segments = [(str(one.valid_from), one.policy_segment) for one in intervals(world)]
    assert segments == [("2023-01-01", "default"), ("2023-05-01", "vip"), ("2023-06-01", "vip")]


def test_a_segment_without_any_policy_is_ruled_by_the_default() -> None:
    world = world_of(sale("2023-05-01", policy_segment="ghost"), as_of="2023-05-01")
    assert {one.policy_segment for one in intervals(world)} == {"default"}


def test_a_policy_may_count_another_period_from_one_day_to_the_next() -> None:
    monthly = policy(habit_window_periods=2, habit_periods_required=2)
    quarterly = policy(
        habit_period="quarter",
        habit_window_periods=2,
        habit_periods_required=2,
        effective_from=date(2023, 4, 10),
    )
    world = world_of(
        sale("2023-02-10"), sale("2023-03-10"), as_of="2023-03-10", policies=(monthly, quarterly)
    )
    assert story(world)[2:4] == [
        ("2023-04-01", "captive/loyal", "clock"),
        ("2023-04-10", "passive/recurring", "policy"),
    ]


def test_the_first_cause_that_applies_is_named() -> None:
    base = [sale("2023-01-01"), sale("2023-01-05")]
    bad_review = touch("2023-01-20", "review", score=2)
    complaint = touch("2023-01-20", "complaint")
    contract = sale("2023-01-20", subscription_id="box")
    switch = (MEASURED, policy(effective_from=date(2023, 1, 20)))
    for rows, cause in (
        ([contract, bad_review], "purchase"),
        ([bad_review, complaint], "engagement"),
        ([complaint], "dissatisfaction"),
        ([], "policy"),
    ):
        world = world_of(*base, *rows, as_of="2023-01-20", policies=switch)
        starts = {start: why for start, _, why in story(world)}
        assert starts["2023-01-20"] == cause


def test_what_happens_after_the_day_counts_for_nothing() -> None:
    past = [sale("2023-01-01")]
    future = [
        sale("2023-02-01"),
        touch("2023-02-01", "complaint"),
        touch("2023-02-01", "review"),
        visit("2023-02-01", customer_id="ben"),
    ]
    expected = story(world_of(*past, as_of="2023-01-31"))
    world = world_of(*past, *future, as_of="2023-01-31")
    assert story(world) == expected
    assert list(timelines(world)) == [ANA]
