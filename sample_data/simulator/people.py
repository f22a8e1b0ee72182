"""Draws the people of one block: what they are like and by what names they are known."""

from dataclasses import dataclass

import numpy as np

from sample_data.simulator import vocabulary as v
from sample_data.simulator.parameters import Parameters
from sample_data.simulator.season import Season


@dataclass
class People:
    """One entry per person of a block, all arrays of shape (people,).

    Days are numbers counted from the first simulated day; -1 stands for never or none.
    """

    person: np.ndarray  # number over all blocks
    type: np.ndarray
    arrived: np.ndarray  # day of the first purchase (of the first contact, for prospects); float
    is_guest: np.ndarray  # never has an account, so no customer_id
    claimed_after: np.ndarray  # orders placed as a guest before opening the account
    has_contact: np.ndarray
    second_email_from: np.ndarray
    is_kiosk_user: np.ndarray
    shares_device: np.ndarray
    is_hostage: np.ndarray
    is_business: np.ndarray
    is_engaged: np.ndarray
    store_share: np.ndarray  # of the person's orders
    home_store: np.ndarray
    country: np.ndarray
    basket_cents: np.ndarray
    visits_per_year: np.ndarray
    login_share: np.ndarray
    devices: np.ndarray
    consent: np.ndarray  # (people, 3) for email, sms, phone: 0 no, 1 yes, -1 not asked
    name: np.ndarray  # (people, 3): given name and two surnames
    gender: np.ndarray
    city: np.ndarray
    birth_day: np.ndarray  # days since 1970, -1 unknown
    email_domain: np.ndarray

    @property
    def count(self) -> int:
        return len(self.person)

    @property
    def has_account(self) -> np.ndarray:
        return ~self.is_guest


def draw_people(
    rng: np.random.Generator,
    season: Season,
    parameters: Parameters,
    *,
    first: int,
    count: int,
    customers: int,
    stores: int,
) -> People:
    """Draw persons `first` to `first + count - 1` of `customers`.

    Who uses a kiosk follows from the person's number alone, so that every kiosk has its users.
    """
    person = np.arange(first, first + count)
    kind = rng.choice(len(v.TYPES), count, p=parameters.people.type_shares).astype(np.int8)
    arrived = _arrivals(rng, season, parameters, count)
    kiosk = _kiosk_users(parameters, person, customers) & (kind != v.PROSPECT)
    names = _accounts(rng, parameters, kind=kind, kiosk=kiosk, arrived=arrived)
    ways = _ways(rng, parameters, kind=kind, kiosk=kiosk, is_guest=names["is_guest"])
    shares_device = rng.random(count) < 2 * parameters.people.shared_device_share
    return People(
        person=person,
        type=kind,
        arrived=arrived,
        is_kiosk_user=kiosk,
        shares_device=shares_device & (person % 2 == 1) & (np.arange(count) > 0),
        home_store=rng.integers(0, stores, count),
        devices=rng.choice((1, 2, 3), count, p=(0.5, 0.35, 0.15)),
        **names,
        **ways,
        **_profiles(rng, ways["country"]),
    )


def _kiosk_users(parameters: Parameters, person: np.ndarray, customers: int) -> np.ndarray:
    """A run of person numbers at each kiosk; a kiosk that would lack users has none."""
    p = parameters.people
    place = person % p.kiosk_every - p.kiosk_first
    is_whole = person - place + p.kiosk_size <= customers
    return (place >= 0) & (place < p.kiosk_size) & is_whole


def _accounts(
    rng: np.random.Generator,
    parameters: Parameters,
    *,
    kind: np.ndarray,
    kiosk: np.ndarray,
    arrived: np.ndarray,
) -> dict[str, np.ndarray]:
    """How each person is known to the shop and to the CRM."""
    p = parameters.people
    n = len(kind)
    may_be_guest = np.isin(kind, (v.CASUAL, v.SEASONAL)) & ~kiosk
    guest = may_be_guest & (rng.random(n) < p.guest_share)
    claimed = ~guest & ~kiosk & (kind != v.PROSPECT) & (rng.random(n) < p.claimed_share)
    second = ~guest & ~kiosk & (rng.random(n) < p.second_email_share)
    return {
        "is_guest": guest,
        "claimed_after": np.where(claimed, rng.integers(1, 3, n), 0),
        "has_contact": (rng.random(n) < p.contact_share) | kiosk | (kind == v.PROSPECT),
        "second_email_from": np.where(second, arrived + rng.uniform(60, 400, n), -1),
    }


def _ways(
    rng: np.random.Generator,
    parameters: Parameters,
    *,
    kind: np.ndarray,
    kiosk: np.ndarray,
    is_guest: np.ndarray,
) -> dict[str, np.ndarray]:
    """Where and how much each person buys, visits and grumbles."""
    p, o = parameters.people, parameters.orders
    n = len(kind)
    foreign = (rng.random(n) < p.foreign_share) & ~kiosk
    engaged = rng.random(n) < p.engaged_share
    store_minded = (rng.random(n) < p.store_minded_share) & ~is_guest & ~foreign
    store_share = np.where(store_minded, rng.beta(8, 2, n), rng.beta(1, 9, n))
    store_share[is_guest | foreign | (kind == v.SUBSCRIBER)] = 0.0
    regular = np.isin(kind, (v.HABIT, v.SUBSCRIBER))
    return {
        "country": np.where(foreign, rng.integers(1, 3, n), 0),
        "is_engaged": engaged,
        "is_hostage": regular & (rng.random(n) < p.hostage_share),
        "is_business": rng.random(n) < p.business_share,
        "store_share": np.where(kiosk, 1.0, store_share),
        "basket_cents": rng.lognormal(np.log(o.basket_cents), o.basket_spread, n),
        "visits_per_year": _visit_rates(rng, parameters, engaged, store_minded),
        "login_share": rng.beta(2, 3, n),
    }


def _profiles(rng: np.random.Generator, country: np.ndarray) -> dict[str, np.ndarray]:
    """What the CRM knows of each person."""
    n = len(country)
    gender = rng.choice(3, n, p=(0.56, 0.43, 0.01)).astype(np.int8)
    abroad = rng.integers(0, len(v.FOREIGN_CITIES), n)
    return {
        "gender": gender,
        "name": _names(rng, gender),
        "city": np.where(country > 0, abroad, rng.integers(0, len(v.CITIES), n)),
        "birth_day": np.where(rng.random(n) < 0.7, rng.integers(-10_000, 13_000, n), -1),
        "email_domain": rng.choice(len(v.EMAIL_DOMAINS), n, p=(0.5, 0.25, 0.15, 0.1)),
        "consent": rng.choice((1, 0, -1), (n, 3), p=(0.76, 0.19, 0.05)),
    }


def _arrivals(
    rng: np.random.Generator, season: Season, parameters: Parameters, count: int
) -> np.ndarray:
    """Days of arrival: some just after the first day, the others all along, more in busy weeks."""
    p = parameters.people
    early = rng.exponential(p.launch_mean_days, count)
    steady = season.day_at(rng.uniform(0, season.elapsed(np.array(season.days - 1.0)), count))
    is_early = (rng.random(count) < p.launch_share) & (early < season.days - 1)
    return np.where(is_early, early, steady)


def _visit_rates(
    rng: np.random.Generator,
    parameters: Parameters,
    engaged: np.ndarray,
    store_minded: np.ndarray,
) -> np.ndarray:
    """Visits to the web site per year of each person."""
    w = parameters.web
    mean = np.where(engaged, w.engaged_visits, w.passive_visits)
    mean = np.where(store_minded, w.store_minded_visits, mean)
    return mean * rng.gamma(w.rate_shape, 1 / w.rate_shape, len(mean))


def _names(rng: np.random.Generator, gender: np.ndarray) -> np.ndarray:
    """Codes of given name and two surnames, (people, 3).

    Given names count from 0 over the female names and go on over the male ones.
    """
    count = len(gender)
    names = np.empty((count, 3), dtype=np.int16)
    female = (gender == 0) | ((gender == 2) & (rng.random(count) < 0.5))
    names[:, 0] = np.where(
        female,
        rng.integers(0, len(v.FEMALE_NAMES), count),
        len(v.FEMALE_NAMES) + rng.integers(0, len(v.MALE_NAMES), count),
    )
    names[:, 1:] = rng.integers(0, len(v.SURNAMES), (count, 2))
    return names
