"""Collects CRM touches as they are drawn, then numbers them and gives them their identifiers."""

import numpy as np

from sample_data.simulator import vocabulary as v
from sample_data.simulator.parameters import Parameters
from sample_data.simulator.people import People
from sample_data.simulator.season import DAY_SECONDS, Season

Columns = dict[str, np.ndarray]
_FIELDS = (
    "person",
    "touched_at",
    "type",
    "direction",
    "channel",
    "campaign",
    "offer",
    "score",
)
_OPTIONAL = ("topic", "cost")


class TouchLog:
    """Touches of a block. Codes are positions in the lists of `vocabulary`; -1 is none."""

    def __init__(self, season: Season) -> None:
        self._season = season
        self._parts: list[Columns] = []

    def add(
        self,
        touch_type: int,
        person: np.ndarray,
        touched_at: np.ndarray,
        *,
        channel: int | np.ndarray,
        direction: int = v.INBOUND,
        campaign: int | np.ndarray = -1,
        offer: int | np.ndarray = -1,
        score: int | np.ndarray = -1,
        topic: int | np.ndarray = -1,
        cost: int | np.ndarray = -1,
    ) -> None:
        """Log one touch per person, both arrays (touches,); the ones after the end are dropped."""
        values = (
            person,
            touched_at,
            touch_type,
            direction,
            channel,
            campaign,
            offer,
            score,
        )
        given = dict(zip(_FIELDS + _OPTIONAL, (*values, topic, cost), strict=True))
        inside = touched_at < self._season.end_second
        shape = person.shape
        self._parts.append(
            {
                name: np.broadcast_to(np.asarray(value, dtype=np.int64), shape)[inside]
                for name, value in given.items()
            }
        )

    def columns(self) -> Columns:
        """All touches so far, in the order they were logged."""
        names = _FIELDS + _OPTIONAL
        return {name: np.concatenate([part[name] for part in self._parts]) for name in names}


def touch_rows(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    *,
    people: People,
    touches: Columns,
    first_number: int,
) -> Columns:
    """Rows of the crm_touches feed: the touches, a few of them twice because corrected later."""
    n = len(touches["person"])
    rows = dict(touches)
    rows["number"] = first_number + np.arange(n)
    rows["identifiers"] = _identifiers(rng, season, people, touches)
    rows["version"] = np.zeros(n, dtype=np.int64)
    rows["updated_at"] = np.where(rng.random(n) < 0.5, touches["touched_at"], -1)
    corrected = np.flatnonzero(rng.random(n) < parameters.crm.updated_share)
    later = touches["touched_at"][corrected] + rng.integers(3600, 9 * DAY_SECONDS, corrected.size)
    corrected, later = (
        corrected[later < season.end_second],
        later[later < season.end_second],
    )
    rows = {name: np.concatenate([values, values[corrected]]) for name, values in rows.items()}
    rows["version"][n:] = 1
    rows["updated_at"][n:] = later
    rows["topic"][n:] = rng.integers(0, len(v.TOPICS), corrected.size)
    rows["exported_at"] = np.where(rows["version"] == 1, rows["updated_at"], rows["touched_at"])
    rows["file_month"] = season.month_of_second(rows["exported_at"])
    return rows


def _identifiers(
    rng: np.random.Generator, season: Season, people: People, touches: Columns
) -> np.ndarray:
    """Contacts are named by contact_id, others by what the shop knows of them; some by several."""
    who = touches["person"]
    n = len(who)
    contact = people.has_contact[who]
    # A guest who opened an account later is named by email: the account may not exist yet.
    account = people.has_account[who] & (people.claimed_after[who] == 0)
    buyer = people.type[who] != v.PROSPECT
    changed = people.second_email_from[who]
    uses_second = (changed >= 0) & (season.day_of_second(touches["touched_at"]) >= changed)
    email = np.where(uses_second & contact, v.SECOND_EMAIL, v.EMAIL)
    ids = np.where(contact, v.CONTACT_ID, 0)
    ids |= np.where(contact & (rng.random(n) < 0.25), email, 0)
    ids |= np.where(contact & account & buyer & (rng.random(n) < 0.25), v.CUSTOMER_ID, 0)
    by_shop = np.where(account & (rng.random(n) < 0.5), v.CUSTOMER_ID, v.EMAIL)
    return np.where(contact, ids, by_shop)
