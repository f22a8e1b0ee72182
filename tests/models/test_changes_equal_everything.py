"""A build brought up to date with what came equals one made afresh of everything, row for row."""

import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.models.readings import rows_of
from tests.models.updates import Build, Rows
from tests.oracle.configuration import Settings
from tests.oracle.examples import at, sale, touch, visit, world_of
from tests.oracle.records import Contact, Row
from tests.oracle.world import World
from tests.worlds.agreements import agreeing_world
from tests.worlds.build import random_world
from tests.worlds.crowds import detailed_world
from tests.worlds.disguises import disguised_world
from tests.worlds.silences import silent_world
from tests.worlds.tangles import tangled_world

FEEDS = ("orders", "web_sessions", "crm_touches", "contacts")
AT_THE_END = Settings(as_of_date=date(2024, 6, 1))
IDENTIFIERS = ("customer_id", "email", "visitor_id", "contact_id")
ADDRESSED_FEEDS = ("orders", "sessions", "touches")
WITH_ADDRESSES = (
    *("order_id", "coupon_code", "subscription_id", "sales_channel"),
    *("session_id", "campaign", "landing_page"),
    *("touch_id", "campaign_id", "offer_id", "topic"),
)
# When a row of a feed happens.
HAPPENS_AT = {
    "orders": "ordered_at",
    "web_sessions": "started_at",
    "crm_touches": "touched_at",
    "contacts": "created_at",
}


def agreeing_in_disguise(source: random.Random) -> World:
    """Tangled people whose names are written in many ways, and who agree and decline."""
    return agreeing_world(source, disguised_world(source, tangled_world(source)))


@dataclass(frozen=True)
class Step:
    """What came by one run, and everything that had come by then; after somebody was forgotten,
    everything is made again."""

    arrived: Rows
    known: Rows
    is_after_erasure: bool = False


def arrivals(world: World, choices: random.Random) -> Iterator[Step]:
    """The world's rows in some order over a few runs: mostly as they happen, a few late, some
    twice; with the as-of date asked for at times, policy rows that are written later, and
    somebody who is forgotten."""
    rows = rows_of(world)
    runs = choices.randint(2, 5)
    moments = sorted(
        str(row[HAPPENS_AT[feed]]) for feed in FEEDS for row in rows[feed] if row[HAPPENS_AT[feed]]
    )
    cuts = sorted(choices.choices(moments, k=runs - 1)) if moments else []
    is_shuffled = choices.random() < 0.3
    batches: list[dict[str, list[dict[str, object]]]] = [
        {feed: [] for feed in FEEDS} for _ in range(runs)
    ]
    for feed in FEEDS:
        for row in rows[feed]:
            happened = sum(cut <= str(row[HAPPENS_AT[feed]]) for cut in cuts)
            late = is_shuffled or choices.random() < 0.15
            first = choices.randint(0 if is_shuffled else happened, runs - 1) if late else happened
            for run in {first, *([runs - 1] if choices.random() < 0.05 else [])}:
                batches[run][feed].append({**row, "_file_id": f"file-{run}"})
    policies = rows["status_policy"]
    known: dict[str, list[dict[str, object]]] = {feed: [] for feed in FEEDS}
    tokens = _tokens(rows, choices) if choices.random() < 0.3 else {}
    forgotten_in = choices.randrange(runs)
    written = len(policies)
    if len(policies) > 1 and choices.random() < 0.4:
        written = choices.randint(1, len(policies))
    for run, batch in enumerate(batches):
        if written < len(policies) and choices.random() < 0.5:
            written = len(policies)
        seeds = {
            name: table for name, table in rows.items() if name not in (*FEEDS, "status_policy")
        }
        seeds["status_policy"] = _default_first(policies)[:written]
        seeds["settings"] = _settings(rows["settings"], choices, run, moments)
        known = {feed: known[feed] + batch[feed] for feed in FEEDS}
        step = Step(arrived={**seeds, **batch}, known={**seeds, **known})
        if tokens and run >= forgotten_in:
            step = _without(tokens, step, first=run == forgotten_in)
        yield step


def _tokens(rows: Rows, choices: random.Random) -> dict[str, str]:
    """One customer's identifiers, each with what stands in its place when they are forgotten."""
    people = sorted({str(row["customer_id"]) for row in rows["orders"] if row["customer_id"]})
    if not people:
        return {}
    person = choices.choice(people)
    known = {
        str(row[kind])
        for feed in FEEDS
        for row in rows[feed]
        for kind in IDENTIFIERS
        if row.get(kind) and row.get("customer_id") == person
    }
    return {value: f"erased:{number:032x}" for number, value in enumerate(sorted(known))}


def _without(tokens: Mapping[str, str], step: Step, *, first: bool) -> Step:
    def replaced(rows: Rows) -> Rows:
        return {
            name: [
                {
                    key: tokens.get(str(value), value) if key in IDENTIFIERS else value
                    for key, value in row.items()
                }
                for row in table
            ]
            if name in FEEDS
            else table
            for name, table in rows.items()
        }

    return Step(replaced(step.arrived), replaced(step.known), is_after_erasure=first)


def _default_first(policies: list[dict[str, object]]) -> list[dict[str, object]]:
    return sorted(policies, key=lambda row: row["policy_segment"] != "default")


def _settings(
    given: list[dict[str, object]], choices: random.Random, run: int, moments: list[str]
) -> list[dict[str, object]]:
    """The same, now and then with another as-of date."""
    chosen = {row["setting"]: row for row in given}
    if moments and choices.random() < 0.3:
        day = date.fromisoformat(choices.choice(moments)[:10])
        day += timedelta(days=choices.choice((0, 1, 40, 120)))
        chosen["as_of_date"] = {**chosen["as_of_date"], "value": day.isoformat()}
    return list(chosen.values())


def compare(world: World, choices: random.Random, updated: Build, afresh: Build) -> int:
    """Runs both through random arrivals; returns the rows that were compared."""
    return follow(arrivals(world, choices), updated, afresh)


def follow(steps: Iterable[Step], updated: Build, afresh: Build) -> int:
    """Runs both through the same arrivals; returns the rows that were compared."""
    compared = 0
    for number, step in enumerate(steps):
        if number == 0:
            updated.begin(step.arrived)
            afresh.begin(step.known)
        else:
            everything = step.is_after_erasure
            updated.follow(
                step.known if everything else step.arrived, step=number, everything=everything
            )
            afresh.follow(step.known, step=number)
        found, expected = updated.tables(), afresh.tables()
        for name, rows in expected.items():
            assert found[name] == rows, f"{name} after run {number}"
            compared += len(rows)
    return compared


def world_with_addresses(choices: random.Random) -> World:
    """A business with e-mail addresses in keys and texts, which staging hashes and masks."""

    def addressed(row: Row) -> Row:
        values = {name: getattr(row, name) for name in WITH_ADDRESSES if hasattr(row, name)}
        # about half of them, and the same value always alike
        changes = {
            name: f"{value}@Shop.example"
            for name, value in values.items()
            if value and sum(map(ord, value)) % 2
        }
        return replace(row, **changes)

    world = random_world(choices)
    feeds = {feed: tuple(map(addressed, getattr(world, feed))) for feed in ADDRESSED_FEEDS}
    return replace(world, **feeds)


@settings(max_examples=5, deadline=None)
@given(
    seed=st.integers(0, 2**32),
    make=st.sampled_from(
        (random_world, tangled_world, silent_world, agreeing_in_disguise, world_with_addresses)
    ),
)
def test_after_every_run_both_say_the_same(
    seed: int, make: Callable[[random.Random], World], updated: Build, afresh: Build
) -> None:
    choices = random.Random(seed)
    compare(make(choices), choices, updated, afresh)


@pytest.mark.parametrize(
    ("make", "share"),
    [
        (random_world, 20),
        (tangled_world, 50),
        (agreeing_in_disguise, 25),
        (detailed_world, 100),
        (silent_world, 20),
        (world_with_addresses, 50),
    ],
)
def test_after_every_run_of_many_businesses_both_say_the_same(
    make: Callable[[random.Random], World],
    share: int,
    updated: Build,
    afresh: Build,
    number_of_worlds: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    compared = 0
    for seed in range(number_of_worlds // share):
        choices = random.Random(seed)
        compared += compare(make(choices), choices, updated, afresh)
    with capsys.disabled():
        print(f"\n{compared:,} rows of {seed + 1:,} businesses compared, 0 differences")


def by_hand(*runs: tuple[Row, ...], settings: Settings = AT_THE_END) -> Iterator[Step]:
    """One run for each group of rows."""
    known: dict[str, list[dict[str, object]]] = {feed: [] for feed in FEEDS}
    for number, rows in enumerate(runs):
        arrived = in_files(rows, settings, number)
        known = {feed: known[feed] + arrived[feed] for feed in FEEDS}
        yield Step(arrived=arrived, known={**arrived, **known})


def in_files(rows: tuple[Row, ...], settings: Settings, number: int) -> Rows:
    world = replace(world_of(*rows, as_of="2024-06-01"), settings=settings)
    world = replace(world, contacts=tuple(row for row in rows if isinstance(row, Contact)))
    tables = rows_of(world)
    for feed in FEEDS:
        tables[feed] = [{**row, "_file_id": f"file-{number}"} for row in tables[feed]]
    return tables


def test_a_policy_row_that_is_written_later_concerns_everybody(
    updated: Build, afresh: Build
) -> None:
    steps = list(by_hand((sale("2024-01-01"), sale("2024-02-01", customer_id="eva")), ()))
    policy = {**steps[1].known["status_policy"][0], "effective_from": "2024-02-15"}
    policy["inactive_after_days"] = 10
    policies = [*steps[1].known["status_policy"], policy]
    steps[1] = Step(
        arrived={**steps[1].arrived, "status_policy": policies},
        known={**steps[1].known, "status_policy": policies},
    )
    follow(steps, updated, afresh)
    assert updated.rows("""
        select count(distinct customer_key) from compiled.timeline.int_customer__timeline
        where policy_effective_from = '2024-02-15'
    """) == [(2,)]


def test_of_two_who_turn_out_to_be_one_only_one_entry_is_left(
    updated: Build, afresh: Build
) -> None:
    """No identifier and no contact leads to the key that is gone: only what it was before does."""
    ana = sale("2024-01-01", customer_id="ana")
    guest = sale("2024-01-02", customer_id=None, email="ana@home")
    both = sale("2024-02-01", customer_id="ana", email="ana@home")
    follow(by_hand((ana, guest), (both,)), updated, afresh)
    assert updated.rows("""
        select customer_ids, emails from compiled.core.dim_customer
        where customer_key <> 'unknown'
    """) == [(1, 1)]


def test_all_who_are_forgotten_keep_one_entry(updated: Build, afresh: Build) -> None:
    forgotten = sale("2024-01-01", customer_id=f"erased:{0:032}")
    follow(by_hand((forgotten,), (sale("2024-02-01"),)), updated, afresh)
    assert updated.rows("""
        select count(*) from compiled.core.dim_customer where customer_key = 'erased'
    """) == [(1,)]


def test_an_address_that_is_shared_no_more_joins_whom_it_stood_beside(
    updated: Build, afresh: Build
) -> None:
    ana = sale("2024-01-01", customer_id="ana", email="desk@shop")
    eva = sale("2024-01-02", order_id="of eva", customer_id="eva", email="desk@shop")
    profile = Contact(contact_id="c1", created_at=at("2024-01-03"), email="desk@shop")
    corrected = replace(eva, email="eva@shop", updated_at=at("2024-02-01"))
    only_one = replace(AT_THE_END, max_identifier_degree=1)
    steps = by_hand((ana, eva, profile), (corrected,), settings=only_one)
    follow(steps, updated, afresh)
    assert updated.rows("""
        select count(distinct customer_key) from compiled.intermediate.int_identifier__resolved
        where identifier in ('customer_id:ana', 'email:desk@shop', 'contact_id:c1')
    """) == [(1,)]


def test_an_address_that_becomes_shared_joins_nobody_any_more(
    updated: Build, afresh: Build
) -> None:
    ana = sale("2024-01-01", customer_id="ana", email="desk@shop")
    profile = Contact(contact_id="c1", created_at=at("2024-01-03"), email="desk@shop")
    eva = sale("2024-01-02", customer_id="eva", email="desk@shop")
    only_one = replace(AT_THE_END, max_identifier_degree=1)
    follow(by_hand((ana, profile), (eva,), settings=only_one), updated, afresh)
    assert updated.rows("""
        select count(*) from compiled.intermediate.int_identifier__resolved
        where identifier = 'email:desk@shop'
    """) == [(0,)]


def test_a_session_that_turns_out_to_be_anothers_gives_its_visits_back(
    updated: Build, afresh: Build
) -> None:
    login = visit("2024-01-10", session_id="login", visitor_id="one")
    visits = (
        visit("2024-01-09", customer_id=None, visitor_id="one"),
        visit("2024-01-09T15:00:00", customer_id=None, visitor_id="other"),
    )
    moved = replace(login, visitor_id="other", ended_at=at("2024-01-10T13:00:00"))
    follow(by_hand((login, *visits), (moved,)), updated, afresh)
    assert updated.rows(
        "select count(*) from compiled.core.fct_web_sessions where is_stitched"
    ) == [(1,)]


def test_a_look_back_at_an_earlier_day_forgets_nothing_that_was_said(
    updated: Build, afresh: Build
) -> None:
    first = (sale("2024-01-01"), sale("2024-05-01", customer_id="eva"))
    steps = list(by_hand(first, (sale("2023-12-01", customer_id="leo"),), ()))
    for step in steps[1:2]:
        for rows in (step.arrived, step.known):
            for row in rows["settings"]:
                if row["setting"] == "as_of_date":
                    row["value"] = "2024-02-01"
    follow(steps, updated, afresh)
    assert updated.rows("""
        select count(distinct release_id) from compiled.timeline.fct_customer_status_restatement
    """) == [(2,)]


def test_an_old_version_that_comes_late_tells_that_a_consent_is_new(
    updated: Build, afresh: Build
) -> None:
    """The profile's latest version stays the same; what it said before is another."""
    profile = Contact(contact_id="k1", created_at=at("2024-01-01"), consent_email=True)
    out = touch("2024-02-01", "unsubscribed", customer_id=None, contact_id="k1")
    again = replace(profile, updated_at=at("2024-04-01"))
    declined = replace(profile, updated_at=at("2024-03-01"), consent_email=False)
    consent = "select consent_email from compiled.core.dim_customer where contact_id = 'k1'"
    follow(by_hand((profile, out, again)), updated, afresh)
    assert updated.rows(consent) == [(False,)]
    follow(by_hand((profile, out, again), (declined,)), updated, afresh)
    assert updated.rows(consent) == [(True,)]


def test_an_opt_out_that_turns_out_to_be_anothers_goes_over(updated: Build, afresh: Build) -> None:
    profiles = [
        Contact(contact_id=name, created_at=at("2024-01-01"), customer_id=name, consent_sms=True)
        for name in ("ana", "eva")
    ]
    out = touch("2024-02-01", "unsubscribed", customer_id="ana", channel="SMS")
    corrected = replace(out, customer_id="eva", updated_at=at("2024-03-01"))
    follow(by_hand((*profiles, out), (corrected,)), updated, afresh)
    assert updated.rows("""
        select customer_id, consent_sms, sms_opted_out_at from compiled.core.dim_customer
        where customer_id is not null order by all
    """) == [("ana", True, None), ("eva", False, at("2024-02-01"))]
