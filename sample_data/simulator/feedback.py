"""What customers say and do besides buying: service, surveys, reviews, loyalty, grievances."""

import numpy as np

from sample_data.simulator import vocabulary as v
from sample_data.simulator.orders import Orders
from sample_data.simulator.parameters import Parameters
from sample_data.simulator.people import People
from sample_data.simulator.purchases import Purchases
from sample_data.simulator.season import DAY_SECONDS, Season
from sample_data.simulator.touch_log import TouchLog

_CALL_CENTS, _TICKET_CENTS = 420, 310


def draw_feedback(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    *,
    people: People,
    purchases: Purchases,
    orders: Orders,
    log: TouchLog,
) -> None:
    """Add every touch that is not part of a campaign."""
    _after_orders(rng, parameters, people, orders, log)
    _coupons(season, parameters, orders, log)
    _loyalty(rng, parameters, people, orders, log)
    _outbound_calls(rng, season, parameters, people, log)
    _parting_words(rng, season, purchases, log)
    _hostages(rng, season, parameters, people=people, purchases=purchases, log=log)


def _after_orders(
    rng: np.random.Generator,
    parameters: Parameters,
    people: People,
    orders: Orders,
    log: TouchLog,
) -> None:
    c = parameters.crm
    sold = np.flatnonzero(orders.is_sold)
    person, at = orders.person[sold], orders.ordered_at[sold]
    mood = np.where(people.is_hostage[person], 3.2, 8.4)

    def some(share: float, until_days: int) -> tuple[np.ndarray, np.ndarray]:
        chosen = np.flatnonzero(rng.random(sold.size) < share)
        return chosen, at[chosen] + rng.integers(1, until_days * DAY_SECONDS, chosen.size)

    for kind, share, channel in (
        (v.SURVEY_RESPONSE, c.survey_per_order, v.BY_EMAIL),
        (v.REVIEW, c.review_per_order, v.BY_WEB),
    ):
        chosen, when = some(share, 20)
        score = np.clip(mood[chosen] + rng.normal(0, 1.3, chosen.size), 0, 10).round()
        log.add(kind, person[chosen], when, channel=channel, score=score)
    chosen, when = some(c.ticket_per_order, 12)
    topic = rng.integers(0, len(v.TOPICS), chosen.size)
    log.add(v.TICKET_OPENED, person[chosen], when, channel=v.BY_EMAIL, topic=topic)
    solved = when + rng.integers(3600, 6 * DAY_SECONDS, chosen.size)
    log.add(
        v.TICKET_RESOLVED,
        person[chosen],
        solved,
        direction=v.OUTBOUND,
        channel=v.BY_EMAIL,
        topic=topic,
        cost=_TICKET_CENTS,
    )
    chosen, when = some(c.call_per_order, 15)
    topic = rng.integers(0, len(v.TOPICS), chosen.size)
    log.add(v.CALL, person[chosen], when, channel=v.BY_PHONE, topic=topic, cost=_CALL_CENTS)
    chosen, when = some(c.complaint_per_order, 15)
    channels = rng.choice((v.BY_EMAIL, v.BY_PHONE, v.BY_WHATSAPP, v.IN_STORE), chosen.size)
    topic = rng.integers(0, len(v.TOPICS), chosen.size)
    log.add(v.COMPLAINT, person[chosen], when, channel=channels, topic=topic)
    chosen, when = some(c.referral_per_order, 30)
    log.add(v.REFERRAL, person[chosen], when, channel=v.BY_WEB)
    chosen, when = some(c.event_per_order, 60)
    log.add(v.EVENT_ATTENDED, person[chosen], when, channel=v.IN_STORE)


def _coupons(season: Season, parameters: Parameters, orders: Orders, log: TouchLog) -> None:
    """A redemption at the moment of each sold order with a coupon, with that month's offer."""
    used = np.flatnonzero(orders.is_sold & (orders.coupon >= 0))
    at = orders.ordered_at[used]
    campaign = season.month_of_second(at) * parameters.crm.campaigns_per_month + 1
    channel = np.where(orders.channel[used] == v.STORE, v.IN_STORE, v.BY_WEB)
    log.add(v.COUPON_REDEEMED, orders.person[used], at, channel=channel, offer=campaign)


def _loyalty(
    rng: np.random.Generator,
    parameters: Parameters,
    people: People,
    orders: Orders,
    log: TouchLog,
) -> None:
    """Members join with their first order and redeem points on later ones."""
    c = parameters.crm
    joins = people.has_contact & people.has_account & (rng.random(people.count) < c.loyalty_join)
    sold = np.flatnonzero(orders.is_sold)
    sold = sold[joins[orders.person[sold]]]
    person, at = orders.person[sold], orders.ordered_at[sold]
    is_first = np.diff(person, prepend=-1) != 0
    log.add(v.LOYALTY_JOINED, person[is_first], at[is_first] + 60, channel=v.BY_WEB)
    redeems = ~is_first & (rng.random(sold.size) < c.loyalty_redeem_per_order)
    log.add(v.LOYALTY_REDEEMED, person[redeems], at[redeems], channel=v.IN_STORE)


def _outbound_calls(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    people: People,
    log: TouchLog,
) -> None:
    may_call = people.has_contact & (people.consent[:, 2] == 1)
    calls = rng.random(people.count) < parameters.crm.outbound_calls_per_customer
    who = np.flatnonzero(may_call & calls)
    day = rng.uniform(np.minimum(people.arrived[who] + 1, season.days), season.days)
    at = season.start_second + (day * DAY_SECONDS).astype(np.int64)
    log.add(v.CALL, who, at, direction=v.OUTBOUND, channel=v.BY_PHONE, cost=_CALL_CENTS)


def _parting_words(
    rng: np.random.Generator, season: Season, purchases: Purchases, log: TouchLog
) -> None:
    """Who is lost to dissatisfaction complains or gives a low score within two weeks."""
    who = np.flatnonzero(purchases.drop_cause == v.DROP_CAUSES.index("dissatisfaction"))
    day = purchases.dropped[who] + 1 + rng.random(who.size) * 13
    at = season.start_second + (day * DAY_SECONDS).astype(np.int64)
    _grievances(rng, who, at, log)


def _hostages(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    *,
    people: People,
    purchases: Purchases,
    log: TouchLog,
) -> None:
    """They keep buying from habit or contract and keep telling that they are not content."""
    who = np.flatnonzero(people.is_hostage)
    last = np.where(purchases.dropped[who] >= 0, purchases.dropped[who], season.days - 1)
    span = np.maximum(last - people.arrived[who], 1.0)
    count = rng.poisson(span / parameters.crm.hostage_feedback_days)
    repeated = np.repeat(np.arange(who.size), count)
    day = people.arrived[who][repeated] + rng.random(repeated.size) * span[repeated]
    at = season.start_second + (day * DAY_SECONDS).astype(np.int64)
    _grievances(rng, who[repeated], at, log)


def _grievances(
    rng: np.random.Generator, person: np.ndarray, at: np.ndarray, log: TouchLog
) -> None:
    complains = rng.random(person.size) < 0.6
    topic = rng.integers(0, len(v.TOPICS), person.size)
    log.add(
        v.COMPLAINT,
        person[complains],
        at[complains],
        channel=v.BY_EMAIL,
        topic=topic[complains],
    )
    quiet = ~complains
    score = rng.integers(0, 5, person.size)
    log.add(
        v.SURVEY_RESPONSE,
        person[quiet],
        at[quiet],
        channel=v.BY_EMAIL,
        score=score[quiet],
    )
