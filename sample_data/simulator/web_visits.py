"""Visits to the web site: before purchases, after clicks, in between, and by nobody we know."""

import numpy as np

from sample_data.simulator import vocabulary as v
from sample_data.simulator.orders import Orders
from sample_data.simulator.parameters import Parameters
from sample_data.simulator.people import People
from sample_data.simulator.purchases import Purchases
from sample_data.simulator.season import DAY_SECONDS, Season

Columns = dict[str, np.ndarray]

# visitor = person number times 16 plus the device's slot; strangers count from far above.
_SLOTS = 16
_STRANGERS = 10**12


def draw_visits(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    *,
    people: People,
    purchases: Purchases,
    orders: Orders,
    touches: Columns,
    first_number: int,
) -> Columns:
    """Rows of the web_sessions feed of one block; `person` -1 is nobody."""
    rows = _known_visits(
        rng,
        season,
        parameters,
        people=people,
        purchases=purchases,
        orders=orders,
        touches=touches,
    )
    person, started_at = rows["person"], rows["started_at"]
    shared = people.shares_device[person] & (rng.random(len(person)) < 0.3)
    rows["device"], rows["visitor"] = _devices(
        rng, season, parameters, people, owner=person - shared, started_at=started_at
    )
    rows["country"] = people.country[person]
    rows["identifiers"] = _identifiers(
        rng,
        season,
        people,
        orders,
        person=person,
        started_at=started_at,
        converts=rows["converts"],
    )
    strangers = _strangers(rng, season, parameters, people)
    rows = {name: np.concatenate([rows[name], strangers[name]]) for name in rows}
    rows["number"] = first_number + np.arange(len(rows["person"]))
    _behaviour(rng, season, parameters, rows)
    return _with_open_exports(rng, season, parameters, rows)


def _known_visits(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    *,
    people: People,
    purchases: Purchases,
    orders: Orders,
    touches: Columns,
) -> Columns:
    """Person, start, source, campaign clicked and whether it ends in an order, of all visits."""
    browsing, browse_at = _browsing(rng, season, parameters, people, purchases)
    is_online = np.isin(orders.channel, (v.WEB, v.APP)) & (orders.person >= 0)
    online = np.flatnonzero(is_online & ~orders.is_subscription & (orders.type != v.EXCHANGE))
    order_at = orders.ordered_at[online] - rng.integers(120, 1500, online.size)
    clicked = (touches["type"] == v.CLICKED) & (touches["campaign"] >= 0)
    click_at = np.minimum(touches["touched_at"][clicked] + 2, season.end_second - 1)
    person = np.concatenate([browsing, orders.person[online], touches["person"][clicked]])
    n, newsletters = len(person), int(clicked.sum())
    source = rng.choice(len(v.SOURCES), n, p=v.SOURCE_SHARES)
    source[n - newsletters :] = v.NEWSLETTER
    campaign = np.full(n, -1)
    campaign[n - newsletters :] = touches["campaign"][clicked]
    converts = np.zeros(n, dtype=np.int64)
    converts[browsing.size : browsing.size + online.size] = 1
    return {
        "person": person,
        "started_at": np.concatenate([browse_at, order_at, click_at]),
        "source": source,
        "crm_campaign": campaign,
        "converts": converts,
    }


def _browsing(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    people: People,
    purchases: Purchases,
) -> tuple[np.ndarray, np.ndarray]:
    """Person and start of the visits that lead to nothing in particular."""
    w = parameters.web
    begin = np.maximum(people.arrived - w.prelude_days, 0.0)
    years = (season.days - begin) / 365
    browsing = np.repeat(np.arange(people.count), rng.poisson(people.visits_per_year * years))
    from_busy, to_busy = (
        season.elapsed(begin),
        season.elapsed(np.array(season.days - 0.01)),
    )
    busy = from_busy[browsing] + rng.random(browsing.size) * (to_busy - from_busy[browsing])
    day = season.day_at(busy)
    kept = _is_buyer(purchases, browsing, day) | (rng.random(day.size) < w.after_drop_out)
    browsing, day = browsing[kept], day[kept].astype(np.int64)
    hour = rng.triangular(0, 20, 24, day.size)
    browse_at = season.start_second + day * DAY_SECONDS + (hour * 3600).astype(np.int64)
    return browsing, browse_at


def _is_buyer(purchases: Purchases, person: np.ndarray, day: np.ndarray) -> np.ndarray:
    """Neither lost for good nor in a planted lapse on that day."""
    dropped, lapsed = purchases.dropped[person], purchases.lapsed[person]
    is_lost = (dropped >= 0) & (day > dropped + 1)
    is_away = (lapsed >= 0) & (day > lapsed + 1) & (day < purchases.returned[person] - 5)
    return ~(is_lost | is_away)


def _devices(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    people: People,
    *,
    owner: np.ndarray,
    started_at: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Device and visitor number; a device's cookie is renewed at a day of its own."""
    slot = np.minimum(rng.geometric(0.65, len(owner)) - 1, people.devices[owner] - 1)
    life = parameters.web.cookie_life_days
    renewed_on = (people.person[owner] * 7 + slot * 101) % life
    age = np.maximum(season.day_of_second(started_at) - renewed_on, -1) // life + 1
    cookie = np.minimum(age, 4).astype(np.int64)
    first_is_desktop = people.person[owner] % 3 == 0
    device = np.where(slot == 2, 2, (slot + first_is_desktop) % 2)
    return device, people.person[owner] * _SLOTS + cookie * 3 + slot


def account_since(season: Season, people: People, orders: Orders) -> np.ndarray:
    """Second from which each person can log in; the end of the simulation for who never can."""
    since = np.full(people.count, season.end_second)
    named = (orders.identifiers & v.CUSTOMER_ID > 0) & (orders.person >= 0)
    np.minimum.at(since, orders.person[named], orders.ordered_at[named])
    arrived = season.start_second + (people.arrived * DAY_SECONDS).astype(np.int64)
    registered = people.has_contact & people.has_account & (people.claimed_after == 0)
    return np.where(registered, np.minimum(arrived, since), since)


def _identifiers(
    rng: np.random.Generator,
    season: Season,
    people: People,
    orders: Orders,
    *,
    person: np.ndarray,
    started_at: np.ndarray,
    converts: np.ndarray,
) -> np.ndarray:
    """Most visits are anonymous; a login names the customer_id, half the time the email too."""
    n = len(person)
    can_log_in = started_at >= account_since(season, people, orders)[person] - 2_000
    chance = np.where(converts > 0, 0.85, people.login_share[person] * 0.6)
    logs_in = can_log_in & (rng.random(n) < chance)
    changed = people.second_email_from[person]
    has_changed = (changed >= 0) & (season.day_of_second(started_at) >= changed)
    email = np.where(has_changed & people.has_contact[person], v.SECOND_EMAIL, v.EMAIL)
    with_email = rng.random(n) < 0.5
    # A guest leaves an email at the checkout and nothing else.
    at_checkout = (converts > 0) & ~can_log_in & (rng.random(n) < 0.6)
    account = np.where(with_email, v.CUSTOMER_ID | email, v.CUSTOMER_ID)
    return np.where(logs_in, account, np.where(at_checkout, v.EMAIL, 0))


def _strangers(
    rng: np.random.Generator, season: Season, parameters: Parameters, people: People
) -> Columns:
    """Passers-by who are never named, and bots that visit by the hundred."""
    w = parameters.web
    years = season.days / 365
    passing = rng.poisson(w.passers_by_per_customer_year * years * people.count)
    bots = w.bots_per_block if people.count > 1_000 else 1
    crawls = bots * int(w.sessions_per_bot * years)
    n = passing + crawls
    is_bot = np.arange(n) >= passing
    visitor = rng.integers(0, max(passing // 2, 1), n)
    visitor[is_bot] = 10**7 + np.arange(crawls) % bots
    day = season.day_at(rng.random(n) * season.elapsed(np.array(season.days - 0.01)))
    second = season.start_second + (day * DAY_SECONDS).astype(np.int64)
    source = rng.choice(len(v.SOURCES), n, p=v.SOURCE_SHARES)
    return {
        "person": np.full(n, -1),
        "visitor": _STRANGERS + people.person[0] * 10**4 + visitor,
        "started_at": second,
        "source": np.where(is_bot, v.SOURCES.index("direct"), source),
        "crm_campaign": np.full(n, -1),
        "converts": np.zeros(n, dtype=np.int64),
        "device": np.where(is_bot, v.BOT_DEVICE, rng.integers(0, 3, n)),
        "country": rng.choice(5, n, p=(0.86, 0.03, 0.03, 0.05, 0.03)),
        "identifiers": np.zeros(n, dtype=np.int64),
    }


def _behaviour(
    rng: np.random.Generator, season: Season, parameters: Parameters, rows: Columns
) -> None:
    """Set duration, pages, campaign and landing page of every visit."""
    n = len(rows["person"])
    is_bot = rows["device"] == v.BOT_DEVICE
    bounces = (rows["converts"] == 0) & (rng.random(n) < parameters.web.bounce_share)
    pages = np.where(bounces, 1, 2 + rng.poisson(3.0, n)) + 3 * rows["converts"]
    seconds = np.where(bounces, rng.integers(0, 10, n), 10 + rng.exponential(55, n) * pages)
    pages = np.where(is_bot, rng.choice((1, 1, 1, 400), n), pages)
    seconds = np.where(is_bot, rng.integers(0, 4, n), seconds).astype(np.int64)
    # A visit that ends in an order lasts until it; one on the last evening ends with the day.
    seconds = np.maximum(seconds, rows["converts"] * 1_500)
    seconds = np.minimum(seconds, season.end_second - 1 - rows["started_at"])
    rows["seconds"] = np.where((rng.random(n) < 0.02) & (rows["converts"] == 0), -1, seconds)
    rows["pages"] = np.where(rng.random(n) < 0.01, -1, pages)
    rows["paid_campaign"] = np.where(
        np.array([medium == "cpc" for medium in v.MEDIUMS])[rows["source"]],
        rng.integers(0, len(v.PAID_CAMPAIGNS), n),
        -1,
    )
    rows["landing"] = np.minimum(rng.geometric(0.3, n) - 1, len(v.LANDING_PAGES) - 1)


def _with_open_exports(
    rng: np.random.Generator, season: Season, parameters: Parameters, rows: Columns
) -> Columns:
    """Some sessions were exported while still open: an earlier row, ended sooner, fewer pages."""
    n = len(rows["person"])
    twice = (rows["seconds"] > 30) & (rng.random(n) < parameters.web.open_export_share)
    rows["version"] = np.ones(n, dtype=np.int64)
    early = {name: values[twice].copy() for name, values in rows.items()}
    early["version"][:] = 0
    early["seconds"] //= 3
    early["converts"][:] = 0
    early["pages"] = np.where(early["pages"] > 1, early["pages"] // 2, early["pages"])
    rows = {name: np.concatenate([values, early[name]]) for name, values in rows.items()}
    rows["exported_at"] = rows["started_at"] + np.maximum(rows["seconds"], 0)
    rows["file_month"] = season.month_of_second(rows["exported_at"])
    return rows
