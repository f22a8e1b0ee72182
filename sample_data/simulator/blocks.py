"""Draws one block of customers from its own random streams: rows of every feed, and the truth."""

from dataclasses import dataclass

import numpy as np

from sample_data.simulator import vocabulary as v
from sample_data.simulator.campaigns import draw_campaigns
from sample_data.simulator.contacts import contact_rows
from sample_data.simulator.feedback import draw_feedback
from sample_data.simulator.orders import Orders, draw_orders
from sample_data.simulator.parameters import BLOCK_CUSTOMERS, Parameters
from sample_data.simulator.people import People, draw_people
from sample_data.simulator.purchases import Purchases, draw_purchases
from sample_data.simulator.season import Season
from sample_data.simulator.touch_log import TouchLog, touch_rows
from sample_data.simulator.versions import order_rows
from sample_data.simulator.web_visits import draw_visits

Columns = dict[str, np.ndarray]

# Room for the numbers of one block, far above what a block can draw in a century.
_NUMBERS_PER_BLOCK = 10**8
_STREAMS = (
    "people",
    "purchases",
    "orders",
    "versions",
    "touches",
    "visits",
    "contacts",
    "dice",
)


@dataclass(frozen=True)
class Business:
    """What every block has in common."""

    season: Season
    parameters: Parameters
    customers: int
    seed: int
    store_ids: list[str]
    store_zones: list[str]

    @property
    def blocks(self) -> int:
        return -(-self.customers // BLOCK_CUSTOMERS)


def draw_block(business: Business, block: int) -> dict[str, Columns]:
    """Columns of `people`, the four feeds and `visitors`; persons are numbered over all blocks.

    A stream per block and subject keeps a block the same whatever else is drawn, in any order.
    """
    season, parameters = business.season, business.parameters
    rng = {
        name: np.random.default_rng(np.random.SeedSequence(business.seed, spawn_key=(block, i)))
        for i, name in enumerate(_STREAMS)
    }
    first = block * BLOCK_CUSTOMERS
    people = draw_people(
        rng["people"],
        season,
        parameters,
        first=first,
        count=min(BLOCK_CUSTOMERS, business.customers - first),
        customers=business.customers,
        stores=len(business.store_ids),
    )
    purchases = draw_purchases(rng["purchases"], season, parameters, people)
    first_number = block * _NUMBERS_PER_BLOCK
    orders = draw_orders(
        rng["orders"],
        season,
        parameters,
        people=people,
        purchases=purchases,
        store_zones=business.store_zones,
        first_number=first_number,
    )
    log = TouchLog(season)
    draw_campaigns(rng["touches"], season, parameters, people=people, purchases=purchases, log=log)
    draw_feedback(
        rng["touches"],
        season,
        parameters,
        people=people,
        purchases=purchases,
        orders=orders,
        log=log,
    )
    touches = log.columns()
    feeds = {
        "orders": order_rows(rng["versions"], season, parameters, orders),
        "web_sessions": draw_visits(
            rng["visits"],
            season,
            parameters,
            people=people,
            purchases=purchases,
            orders=orders,
            touches=touches,
            first_number=first_number,
        ),
        "crm_touches": touch_rows(
            rng["touches"],
            season,
            parameters,
            people=people,
            touches=touches,
            first_number=first_number,
        ),
        "contacts": contact_rows(rng["contacts"], season, people),
    }
    truth = _truth(
        season, people=people, purchases=purchases, orders=orders, touches=touches, feeds=feeds
    )
    return _tables(rng["dice"], feeds, truth, first)


def _tables(
    rng: np.random.Generator, feeds: dict[str, Columns], truth: Columns, first: int
) -> dict[str, Columns]:
    """The feeds with dice that decide on faults and persons counted over all blocks, the truth."""
    for rows in feeds.values():
        rows["person"] = np.where(rows["person"] >= 0, rows["person"] + first, -1)
        rows["dice"] = rng.integers(0, 2**32, len(rows["person"]), dtype=np.uint32)
        rows.setdefault("is_late", np.zeros(len(rows["person"]), dtype=bool))
        rows.setdefault("number", rows["person"])
    return {**feeds, "people": truth, "visitors": _visitors(feeds["web_sessions"])}


def _visitors(visits: Columns) -> Columns:
    """Distinct pairs of person and visitor."""
    known = visits["person"] >= 0
    pairs = np.unique(np.stack([visits["person"][known], visits["visitor"][known]]), axis=1)
    return {"person": pairs[0], "visitor": pairs[1]}


def _truth(
    season: Season,
    *,
    people: People,
    purchases: Purchases,
    orders: Orders,
    touches: Columns,
    feeds: dict[str, Columns],
) -> Columns:
    """One row per person: names, planted life, and what the clean rows of the feeds amount to."""
    n = people.count
    seen = np.zeros(n, dtype=np.int64)
    for rows in feeds.values():
        known = rows["person"] >= 0
        np.bitwise_or.at(seen, rows["person"][known], rows["identifiers"][known])
    return {
        "person": people.person,
        "identifiers": seen,
        "type": people.type,
        "given_name": people.name[:, 0],
        "surname": people.name[:, 1],
        "second_surname": people.name[:, 2],
        "email_domain": people.email_domain,
        "is_engaged": people.is_engaged,
        "is_hostage": people.is_hostage,
        "is_business": people.is_business,
        "shares_device": people.shares_device,
        "claimed_after": people.claimed_after,
        "lapsed": purchases.lapsed,
        "returned": purchases.returned,
        "dropped": purchases.dropped,
        "drop_cause": purchases.drop_cause,
        "subscribed_from": purchases.subscribed_from,
        "subscribed_to": purchases.subscribed_to,
        **_purchase_days(season, orders, n),
        "last_dissatisfied": _last_dissatisfied(season, orders, touches, n),
    }


def _purchase_days(season: Season, orders: Orders, count: int) -> Columns:
    counts = orders.is_sold & ~orders.is_fully_refunded
    person, day = orders.person[counts], season.day_of_second(orders.ordered_at[counts])
    days = np.unique(person * (season.days + 1) + day)
    person, day = days // (season.days + 1), days % (season.days + 1)
    first, last = np.full(count, season.days), np.full(count, -1)
    np.minimum.at(first, person, day)
    np.maximum.at(last, person, day)
    return {
        "purchase_days": np.bincount(person, minlength=count),
        "first_purchase": np.where(last >= 0, first, -1),
        "last_purchase": last,
    }


def _last_dissatisfied(season: Season, orders: Orders, touches: Columns, count: int) -> np.ndarray:
    """Day of the last complaint, score of 6 or less, or sale refunded in full; -1 is never."""
    last = np.full(count, -1)
    asks = np.isin(touches["type"], (v.SURVEY_RESPONSE, v.REVIEW))
    unhappy = (touches["type"] == v.COMPLAINT) | (asks & (touches["score"] <= 6))
    np.maximum.at(
        last,
        touches["person"][unhappy],
        season.day_of_second(touches["touched_at"][unhappy]),
    )
    undone = orders.is_sold & orders.is_fully_refunded
    np.maximum.at(last, orders.person[undone], season.day_of_second(orders.ordered_at[undone]))
    return last
