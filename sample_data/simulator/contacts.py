"""CRM profiles and their later versions, as rows of the contacts feed."""

import numpy as np

from sample_data.simulator import vocabulary as v
from sample_data.simulator.campaigns import contact_since
from sample_data.simulator.people import People
from sample_data.simulator.season import DAY_SECONDS, Season

Columns = dict[str, np.ndarray]
_MOVES_OR_CHANGES_CONSENT = 0.15


def contact_rows(rng: np.random.Generator, season: Season, people: People) -> Columns:
    """One row per profile, and a later one for who changes email, city or consent."""
    since = contact_since(season, people)
    who = np.flatnonzero(since < season.end_second)
    first = _version(people, who, created_at=since[who], updated_at=np.full(who.size, -1))
    changed_on = people.second_email_from[who]
    moves = rng.random(who.size) < _MOVES_OR_CHANGES_CONSENT
    later = since[who] + rng.integers(20 * DAY_SECONDS, 500 * DAY_SECONDS, who.size)
    new_email_at = season.start_second + (changed_on * DAY_SECONDS).astype(np.int64)
    later = np.where(changed_on >= 0, np.maximum(new_email_at, since[who] + 1), later)
    again = np.flatnonzero(((changed_on >= 0) | moves) & (later < season.end_second))
    second = _version(people, who[again], created_at=since[who[again]], updated_at=later[again])
    second["version"][:] = 1
    gone_abroad = people.country[who[again]] > 0
    second["city"] = np.where(
        moves[again] & ~gone_abroad,
        rng.integers(0, len(v.CITIES), again.size),
        second["city"],
    )
    withdrawn = moves[again] & (rng.random(again.size) < 0.3)
    second["consent_sms"] = np.where(withdrawn, 0, second["consent_sms"])
    second["identifiers"] = np.where(
        changed_on[again] >= 0,
        second["identifiers"] ^ (v.EMAIL | v.SECOND_EMAIL),
        second["identifiers"],
    )
    rows = {name: np.concatenate([first[name], second[name]]) for name in first}
    rows["exported_at"] = np.where(rows["updated_at"] >= 0, rows["updated_at"], rows["created_at"])
    rows["file_month"] = season.month_of_second(rows["exported_at"])
    return rows


def _version(
    people: People, who: np.ndarray, *, created_at: np.ndarray, updated_at: np.ndarray
) -> Columns:
    """A profile carries the customer_id of an account that existed before the profile."""
    has_id = people.has_account[who] & (people.claimed_after[who] == 0)
    return {
        "person": who,
        "version": np.zeros(who.size, dtype=np.int64),
        "identifiers": v.CONTACT_ID | v.EMAIL | np.where(has_id, v.CUSTOMER_ID, 0),
        "created_at": created_at,
        "updated_at": updated_at,
        "city": people.city[who],
        "country": people.country[who],
        "birth_day": people.birth_day[who],
        "gender": people.gender[who],
        "consent_email": people.consent[who, 0],
        "consent_sms": people.consent[who, 1],
        "consent_phone": people.consent[who, 2],
    }
