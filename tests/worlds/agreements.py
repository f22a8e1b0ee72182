"""Random worlds rewritten so that people agree, decline, opt out and opt in, over and over.

No two versions of one profile are of one instant, so no tie is left to luck.
"""

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from tests.oracle.records import Contact, CrmTouch
from tests.oracle.world import World
from tests.worlds.rewriting import each

CHANNELS = ("email", "Email", "EMAIL", "sms", "phone", "web", "Web", "app")
TYPES = ("unsubscribed", "unsubscribed", "subscribed")
ANSWERS = (True, True, False, None)
STEPS = (
    *(timedelta(0), timedelta(0), timedelta(microseconds=1)),
    *(timedelta(hours=1), timedelta(days=40)),
)


def agreeing_world(source: random.Random, world: World) -> World:
    """The same world with versions of profiles, and touches about consents at and around them."""
    profiles = dict.fromkeys([*world.contacts, *_profiles(world, source)])
    contacts = tuple(version for row in profiles for version in _versions(row, source))
    moments = sorted({row.updated_at or row.created_at for row in contacts})

    def touch(row: CrmTouch) -> CrmTouch:
        if source.random() < 0.5:
            return row
        said = _about_consent(row, moments, source)
        if contacts and source.random() < 0.5:
            name = source.choice(contacts).contact_id
            return replace(said, contact_id=name, customer_id=None, email=None)
        return said

    return replace(world, contacts=contacts, touches=each(world.touches, touch))


def _profiles(world: World, source: random.Random) -> Iterator[Contact]:
    """Profiles of a few who bought: some have several."""
    for number in range(min(len(world.orders), source.choice((2, 4, 8)))):
        row = source.choice(world.orders)
        yield Contact(
            contact_id=f"profile-{source.randint(0, 9)}-{number}",
            customer_id=row.customer_id,
            email=row.email,
            created_at=row.ordered_at + timedelta(microseconds=number),
        )


def _versions(row: Contact, source: random.Random) -> Iterator[Contact]:
    """The row with its answers, and later ones with others; once in a while the same row twice."""
    at = row.updated_at or row.created_at
    for number in range(source.choice((1, 2, 3, 5))):
        version = replace(
            row,
            updated_at=at if number or row.updated_at else None,
            consent_email=source.choice(ANSWERS),
            consent_sms=source.choice(ANSWERS),
            consent_phone=source.choice(ANSWERS),
        )
        yield from [version] * source.choice((1, 1, 1, 2))
        # No other version of the profile is of a moment that is so odd.
        at += source.choice(STEPS[-2:]) + timedelta(milliseconds=source.randint(1, 999))


def _about_consent(row: CrmTouch, moments: list[datetime], source: random.Random) -> CrmTouch:
    at = row.touched_at
    if moments and source.random() < 0.7:
        at = source.choice(moments) + source.choice((1, -1)) * source.choice(STEPS)
    return replace(
        row, touch_type=source.choice(TYPES), channel=source.choice(CHANNELS), touched_at=at
    )
