"""Of every customer key that readers were told of, the log says whose it is now."""

import hashlib
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import pytest

from tests.models.compiled import ModelRun, compiled_project
from tests.models.published import PUBLISHED, publish_nothing, reading_published
from tests.models.readings import read_owners, read_people, rows_of
from tests.models.test_restatements import (
    PublishingRun,
    early_part,
    restated_days,
    rows_in_files,
)
from tests.oracle.examples import at, sale, touch, visit, world_of
from tests.oracle.records import Contact, Row
from tests.oracle.world import World
from tests.worlds.build import FEEDS
from tests.worlds.tangles import tangled_world

SHARE_OF_WORLDS = 10
CUSTOMERS = """
    select customer_key, null as next_customer_key, null as reason, null as release_id
    from compiled.core.dim_customer where customer_key <> 'unknown'
    union all
    from compiled.timeline.fct_customer_merge
"""
OWNERS = """
    select order_id, customer_key from compiled.core.fct_orders
    union all
    select session_id, customer_key from compiled.core.fct_web_sessions
    union all
    select touch_id, customer_key from compiled.core.fct_crm_touches
"""

Trace = tuple[str, str, str]


def key_of(identifier: str) -> str:
    return hashlib.md5(identifier.encode()).hexdigest()


class Releases(ModelRun):
    """Worlds built one after the other, each release remembered by the next."""

    def __init__(self) -> None:
        targets = ("fct_customer_merge", "fct_orders", "fct_web_sessions", "fct_crm_touches")
        project = compiled_project(*targets)
        super().__init__(reading_published(project), plans=False)

    def forget(self) -> None:
        """As before the first release."""
        publish_nothing(self, fingerprint="")

    def release(self, world: World, name: str) -> dict[str, Trace]:
        """Build and publish; the log: key that is gone -> (key now, reason, release's name)."""
        fingerprint = name.ljust(12)
        self.connection.execute(f"update {PUBLISHED}.run set fingerprint = '{fingerprint}'")
        self.build(rows_of(world))
        log = self.rows("select * from compiled.timeline.fct_customer_merge")
        self.replace_rows(f"{PUBLISHED}.customers", CUSTOMERS)
        return {gone: (now, reason, told[11:].strip()) for gone, now, reason, told in log}


@dataclass
class Readers:
    """What a plain reader remembers: every key ever told, and what became of those gone."""

    told: dict[str, Trace | None] = field(default_factory=dict)

    def learn(self, world: World, name: str) -> dict[str, Trace]:
        people = read_people(world)
        now = {key_of(identifier): key for identifier, key in people.items()}
        gone = {key: trace for key, trace in self.told.items() if key not in people.values()}
        heirs = {
            key: now.get(key) or (trace and now.get(trace[0])) or "unknown"
            for key, trace in gone.items()
        }
        newly = Counter(heirs[key] for key, trace in gone.items() if trace is None)
        log = {}
        for key, trace in gone.items():
            heir = heirs[key]
            merged = heir in self.told or newly[heir] > 1
            why = "dissolved" if heir == "unknown" else "merge" if merged else "renamed"
            log[key] = (heir, trace[1], trace[2]) if trace else (heir, why, name)
        self.told |= dict.fromkeys(people.values()) | log
        return log


@pytest.fixture(scope="module")
def built() -> Iterator[Releases]:
    releases = Releases()
    yield releases
    releases.close()


@pytest.fixture
def releases(built: Releases) -> Releases:
    built.forget()
    return built


def guest(moment: str, email: str) -> Row:
    return sale(moment, customer_id=None, email=email)


def shop(*rows: Row, **settings: int) -> World:
    world = world_of(*rows, as_of="2024-06-01")
    contacts = tuple(row for row in rows if isinstance(row, Contact))
    return replace(world, contacts=contacts, settings=replace(world.settings, **settings))


def test_nothing_is_logged_of_keys_that_nobody_was_told(releases: Releases) -> None:
    world = shop(guest("2024-01-01", "ana@x"), sale("2024-01-02", email="ana@x"))
    assert releases.release(world, "one") == {}
    assert releases.release(world, "two") == {}


def test_a_chain_of_merges_leads_to_the_last_survivor(releases: Releases) -> None:
    a, b, c = (key_of(f"customer_id:{name}") for name in "abc")
    rows = [
        sale("2024-01-03", customer_id="a"),
        sale("2024-01-02", customer_id="b"),
        sale("2024-01-01", customer_id="c"),
    ]
    assert releases.release(shop(*rows), "one") == {}
    rows += [sale("2024-02-01", customer_id=name, email="ab@x") for name in "ab"]
    assert releases.release(shop(*rows), "two") == {a: (b, "merge", "two")}
    rows += [touch("2024-03-01", "sent", customer_id=name, contact_id="k") for name in "bc"]
    assert releases.release(shop(*rows), "three") == {
        a: (c, "merge", "two"),
        b: (c, "merge", "three"),
    }
    # what a rebuild of the same release says is what it said
    assert releases.release(shop(*rows), "three") == {
        a: (c, "merge", "two"),
        b: (c, "merge", "three"),
    }


def test_an_earlier_event_gives_a_customer_another_key(releases: Releases) -> None:
    row = sale("2024-01-03", customer_id="a", email="a@x")
    earlier = guest("2024-01-01", "a@x")
    releases.release(shop(row), "one")
    assert releases.release(shop(row, earlier), "two") == {
        key_of("customer_id:a"): (key_of("email:a@x"), "renamed", "two")
    }


def test_two_customers_who_merge_under_a_third_key_are_merged(releases: Releases) -> None:
    rows = [sale("2024-01-03", customer_id=name) for name in "ab"]
    releases.release(shop(*rows), "one")
    rows += [sale("2024-01-02", customer_id=name, email="ab@x") for name in "ab"]
    rows += [guest("2024-01-01", "ab@x")]
    heir = key_of("email:ab@x")
    assert releases.release(shop(*rows), "two") == {
        key_of("customer_id:a"): (heir, "merge", "two"),
        key_of("customer_id:b"): (heir, "merge", "two"),
    }


def test_customers_who_fall_apart_again_have_their_keys_again(releases: Releases) -> None:
    """The address that joined two turns out to be a till's."""
    rows = [sale(f"2024-01-0{n}", customer_id=f"c{n}", email="till@x") for n in (1, 2)]
    one, two = (key_of(f"customer_id:c{n}") for n in (1, 2))
    apart = [replace(row, email=None) for row in rows]
    releases.release(shop(*apart, max_identifier_degree=2), "one")
    assert releases.release(shop(*rows, max_identifier_degree=2), "two") == {
        two: (one, "merge", "two")
    }
    till = [*rows, sale("2024-01-03", customer_id="c3", email="till@x")]
    assert releases.release(shop(*till, max_identifier_degree=2), "three") == {}


def test_a_key_whose_identifier_is_nobodys_leads_to_the_unknown_customer(
    releases: Releases,
) -> None:
    row = guest("2024-01-01", "mistyped@x")
    releases.release(shop(row), "one")
    corrected = replace(row, email="ana@x", updated_at=at("2024-01-02"))
    assert releases.release(shop(row, corrected), "two") == {
        key_of("email:mistyped@x"): ("unknown", "dissolved", "two")
    }


def test_a_login_relabels_earlier_visits_and_a_merge_what_it_joined(releases: Releases) -> None:
    visits = [visit("2024-01-01", session_id="s1", customer_id=None, visitor_id="v")]
    releases.release(shop(*visits), "one")
    assert dict(releases.rows(OWNERS))["s1"] == "unknown"
    visits += [visit("2024-01-20", session_id="s2", customer_id="b", visitor_id="v")]
    releases.release(shop(*visits), "two")
    assert set(dict(releases.rows(OWNERS)).values()) == {key_of("customer_id:b")}
    rows = [*visits, sale("2023-05-01", customer_id="a", email="a@x")]
    assert releases.release(shop(*rows), "three") == {}
    rows += [sale("2024-02-01", customer_id="b", email="a@x")]
    log = releases.release(shop(*rows), "four")
    assert log == {key_of("customer_id:b"): (key_of("customer_id:a"), "merge", "four")}
    assert set(dict(releases.rows(OWNERS)).values()) == {key_of("customer_id:a")}


def test_households_are_not_merged(releases: Releases) -> None:
    """The same name, home, birthday and device join nobody; only identifiers do."""
    home = {"full_name": "A Gil", "birth_date": None, "city": "Cadiz", "country": "ES"}
    contacts = [
        Contact(contact_id=f"k{n}", created_at=at("2024-01-01"), email=f"gil{n}@x", **home)
        for n in (1, 2, 3)
    ]
    visits = [
        visit(f"2024-01-0{n}", customer_id=None, email=f"gil{n}@x", visitor_id="the sofa")
        for n in (1, 2, 3)
    ]
    releases.release(shop(*contacts, *visits), "one")
    counted = releases.rows("""
        select customer_ids, emails, contact_ids from compiled.core.dim_customer
        where customer_key <> 'unknown'
    """)
    assert counted == [(0, 1, 1)] * 3


def grown(world: World, choices: random.Random, steps: int) -> Iterator[World]:
    """The world as ever more of its rows come; the last time, all."""
    comes_in = {feed: [choices.randrange(steps) for _ in getattr(world, feed)] for feed in FEEDS}
    for step in range(steps):
        feeds = {
            feed: tuple(
                row
                for row, first in zip(getattr(world, feed), comes_in[feed], strict=True)
                if first <= step
            )
            for feed in FEEDS
        }
        yield replace(world, **feeds)


def test_the_log_is_what_a_plain_reader_would_note_down(
    built: Releases, number_of_worlds: int
) -> None:
    met: Counter[str] = Counter()
    for seed in range(number_of_worlds // SHARE_OF_WORLDS):
        choices = random.Random(seed)
        readers = Readers()
        built.forget()
        for step, world in enumerate(grown(tangled_world(choices), choices, 4)):
            log = built.release(world, f"release {step}")
            assert log == readers.learn(world, f"release {step}"), f"world of seed {seed}"
            owners = {(name, key) for (_, name), key in read_owners(world).items()}
            assert set(built.rows(OWNERS)) == owners, f"world of seed {seed}"
            met.update(reason for _, reason, _ in log.values())
    assert met.keys() == {"merge", "renamed", "dissolved"}, met


def test_what_merges_and_late_logins_change_of_the_past_is_in_the_restatement_log(
    number_of_worlds: int,
) -> None:
    run = PublishingRun()
    nothing = (None,) * 4
    met: Counter[str] = Counter()
    for seed in range(number_of_worlds // SHARE_OF_WORLDS):
        world = tangled_world(random.Random(seed))
        early = early_part(world, random.Random(seed))
        run.publish_nothing()
        run.build(rows_in_files(early, early))
        first_day, told = run.as_of_date(), run.days(run.as_of_date())
        run.publish()
        run.build(rows_in_files(world, early))
        compared = min(first_day, run.as_of_date())
        now = run.days(compared)
        told = {moment: state for moment, state in told.items() if moment[1] <= compared}
        assert restated_days(run) == {
            moment: (told.get(moment, nothing), now.get(moment, nothing))
            for moment in {**told, **now}
            if told.get(moment, nothing) != now.get(moment, nothing)
        }, f"world of seed {seed}"
        log = run.rows("""
            select distinct customer_key, reason, other_customer_key
            from compiled.timeline.fct_customer_status_restatement
        """)
        for _, reason, other in log:
            assert (reason == "merge") == (other is not None)
            met[reason] += 1
    run.close()
    assert met["merge"] > 3
    assert met["late_event"] > 3
