"""What the company sends to its contacts and how they react."""

from datetime import UTC, datetime, timedelta

import numpy as np

from sample_data.simulator import vocabulary as v
from sample_data.simulator.parameters import Parameters
from sample_data.simulator.people import People
from sample_data.simulator.purchases import Purchases
from sample_data.simulator.season import DAY_SECONDS, Season
from sample_data.simulator.touch_log import TouchLog

# Even campaigns are newsletters by email; odd ones carry an offer and take turns over the channels.
_OFFER_CHANNELS = (v.BY_EMAIL, v.BY_SMS, v.BY_EMAIL, v.BY_PUSH)
_CONSENT_OF = {v.BY_EMAIL: 0, v.BY_SMS: 1, v.BY_PUSH: 0}
_COST_CENTS = {v.BY_EMAIL: 1, v.BY_SMS: 6, v.BY_PUSH: 0}


def campaign_ids(season: Season, per_month: int) -> list[str]:
    """Ids by position, such as CMP-2026-03-1."""
    return [f"CMP-{month:%Y-%m}-{i + 1}" for month in season.months for i in range(per_month)]


def offer_ids(season: Season, per_month: int) -> list[str | None]:
    """Offer of each campaign; none for newsletters."""
    ids = campaign_ids(season, per_month)
    return [f"OFR-{name[4:11]}" if i % per_month % 2 else None for i, name in enumerate(ids)]


def sent_instants(season: Season, per_month: int) -> np.ndarray:
    """Seconds since 1970 at which each campaign leaves: spread over the month, 9 o'clock UTC."""
    instants = []
    for month in season.months:
        for i in range(per_month):
            day = month + timedelta(days=4 + 26 * i // per_month)
            instants.append(int(datetime(day.year, day.month, day.day, 9, tzinfo=UTC).timestamp()))
    return np.array(instants)


def contact_since(season: Season, people: People) -> np.ndarray:
    """Second from which the CRM knows each contact; after the end for who is no contact."""
    ahead = people.person % 7 * people.has_account  # some register days before they buy
    day = np.maximum(people.arrived - ahead, 0.0)
    since = season.start_second + (day * DAY_SECONDS).astype(np.int64)
    return np.where(people.has_contact, since, season.end_second)


def draw_campaigns(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    *,
    people: People,
    purchases: Purchases,
    log: TouchLog,
) -> None:
    """Add sent, delivered, opened, clicked, replied and unsubscribed touches to the log."""
    c = parameters.crm
    since = contact_since(season, people)
    opted_out_at = np.full(people.count, season.end_second)
    for code, instant in enumerate(sent_instants(season, c.campaigns_per_month)):
        is_offer = bool(code % c.campaigns_per_month % 2)
        channel = _OFFER_CHANNELS[code // 2 % 4] if is_offer else v.BY_EMAIL
        reachable = people.consent[:, _CONSENT_OF[channel]] == 1
        reachable &= (since < instant) & (opted_out_at > instant)
        who = np.flatnonzero(reachable & (rng.random(people.count) < c.target_share))
        sent_at = instant + rng.integers(0, 7_200, who.size)
        common = {
            "channel": channel,
            "campaign": code,
            "offer": code if is_offer else -1,
        }
        cost = _COST_CENTS[channel]
        log.add(v.SENT, who, sent_at, direction=v.OUTBOUND, cost=cost, **common)
        arrives = rng.random(who.size) < c.delivered
        who, sent_at = who[arrives], sent_at[arrives]
        log.add(v.DELIVERED, who, sent_at + 5, direction=v.OUTBOUND, **common)
        lost_on = purchases.dropped[who]
        is_lost = (lost_on >= 0) & (season.day_of_second(sent_at) > lost_on)
        eagerness = np.where(is_lost, c.after_drop_out, 1.0)
        leavers, left_at = _react(
            rng,
            parameters,
            people,
            who=who,
            delivered_at=sent_at,
            eagerness=eagerness,
            common=common,
            log=log,
        )
        opted_out_at[leavers] = left_at
    _leave_with_the_last_purchase(rng, season, purchases, log)


def _react(
    rng: np.random.Generator,
    parameters: Parameters,
    people: People,
    *,
    who: np.ndarray,
    delivered_at: np.ndarray,
    eagerness: np.ndarray,
    common: dict[str, int],
    log: TouchLog,
) -> tuple[np.ndarray, np.ndarray]:
    """Log openings and what follows them; who unsubscribed, and when."""
    c = parameters.crm
    openness = np.where(people.is_engaged[who], c.open_engaged, c.open_passive)
    opens = rng.random(who.size) < openness * eagerness
    who = who[opens]
    wait = rng.exponential(8 * 3600, who.size) + 60
    opened_at = delivered_at[opens] + wait.astype(np.int64)
    log.add(v.OPENED, who, opened_at, **common)
    clicking = np.where(people.is_engaged[who], c.click_engaged, c.click_passive)
    clicks = rng.random(who.size) < clicking
    log.add(v.CLICKED, who[clicks], opened_at[clicks] + 20, **common)
    replies = rng.random(who.size) < c.reply
    log.add(v.REPLIED, who[replies], opened_at[replies] + 900, **common)
    leaves = rng.random(who.size) < c.unsubscribe
    log.add(v.UNSUBSCRIBED, who[leaves], opened_at[leaves] + 30, **common)
    return who[leaves], opened_at[leaves]


def _leave_with_the_last_purchase(
    rng: np.random.Generator, season: Season, purchases: Purchases, log: TouchLog
) -> None:
    """Who drops out by opting out says so within two weeks of the last purchase."""
    who = np.flatnonzero(purchases.drop_cause == v.DROP_CAUSES.index("opted_out"))
    day = purchases.dropped[who] + 1 + rng.random(who.size) * 13
    at = season.start_second + (day * DAY_SECONDS).astype(np.int64)
    log.add(v.UNSUBSCRIBED, who, at, channel=v.BY_EMAIL)
