"""What customers agree to, by their profiles and by what they said since.

For each of e-mail, sms and phone, of each customer, over all that is known (the as-of date does not
matter):

* The profile is the contact with the latest version, of several of one instant that with the
  lesser contact_id; its latest version says yes, no or nothing.
* An opt-out (a touch whose type is of the kind opt_out) is about the channel it names, in any
  case; one that names another channel is about all three.
* It is taken back by what comes later, at a later instant: an opt-in about the same channel; an
  opt-in on the very channel that the opt-out was on; or a profile that says yes when none of the
  customer's profiles said yes just before.
* As long as one opt-out stands, the customer does not agree, and opted out when the first of those
  that stand was said.
* Otherwise the customer agrees if the profile says yes, or if an opt-in about the channel is later
  than a profile that says no, or there is an opt-in and a profile that says nothing. If nothing is
  known, it is None.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from tests.oracle.people import Owner, full_owner
from tests.oracle.records import Contact, CrmTouch
from tests.oracle.versions import winning_contacts, winning_touches
from tests.oracle.world import World

CHANNELS = ("email", "sms", "phone")


@dataclass(frozen=True, slots=True)
class Consent:
    is_given: bool | None
    opted_out_at: datetime | None


@dataclass
class _Said:
    """All versions of the profiles of one customer, one for each instant, and all touches."""

    profiles: dict[str, dict[datetime, Contact]] = field(default_factory=dict)
    touches: list[tuple[str, CrmTouch]] = field(default_factory=list)

    def kinds(self, kind: str) -> Iterable[CrmTouch]:
        return (touch for said, touch in self.touches if said == kind)


def consents(world: World) -> dict[Owner, dict[str, Consent]]:
    """By customer and channel; customers of whom no profile and no such touch is known lack."""
    owner_of = full_owner(world)
    said: dict[Owner, _Said] = defaultdict(_Said)
    for contact in winning_contacts(world.contacts):
        owner = owner_of(contact)
        if owner:
            said[owner].profiles[contact.contact_id] = _versions(world, contact.contact_id)
    kinds = {row.touch_type: row.kind for row in world.touch_types}
    for touch in winning_touches(world.touches):
        owner, kind = owner_of(touch), kinds[touch.touch_type]
        if owner and kind in ("opt_in", "opt_out"):
            said[owner].touches.append((kind, touch))
    return {
        owner: {channel: _consent(known, channel) for channel in CHANNELS}
        for owner, known in said.items()
    }


def _versions(world: World, contact_id: str) -> dict[datetime, Contact]:
    found: dict[datetime, Contact] = {}
    for row in world.contacts:
        if row.contact_id == contact_id:
            moment = row.updated_at or row.created_at
            (found[moment],) = winning_contacts([row, *filter(None, [found.get(moment)])])
    return found


def _consent(known: _Said, channel: str) -> Consent:
    standing = [
        touch.touched_at
        for touch in known.kinds("opt_out")
        if _is_about(touch, channel) and not _is_taken_back(touch, known, channel)
    ]
    if standing:
        return Consent(False, min(standing))
    opted_in = [t.touched_at for t in known.kinds("opt_in") if t.channel.lower() == channel]
    latest = {name: max(versions) for name, versions in known.profiles.items()}
    says, since = None, None
    if latest:
        since = max(latest.values())
        name = min(name for name, moment in latest.items() if moment == since)
        says = _says(known.profiles[name][since], channel)
    if says is None:
        return Consent(True if opted_in else None, None)
    return Consent(says or any(moment > since for moment in opted_in), None)


def _is_about(touch: CrmTouch, channel: str) -> bool:
    named = touch.channel.lower()
    return named == channel or named not in CHANNELS


def _is_taken_back(opt_out: CrmTouch, known: _Said, channel: str) -> bool:
    at = opt_out.touched_at
    same = (channel, opt_out.channel.lower())
    if any(t.touched_at > at and t.channel.lower() in same for t in known.kinds("opt_in")):
        return True
    return any(
        moment > at and _says(version, channel) and not _says_before(known, channel, moment)
        for versions in known.profiles.values()
        for moment, version in versions.items()
    )


def _says_before(known: _Said, channel: str, moment: datetime) -> bool:
    """Whether one of the profiles said yes just before."""
    for versions in known.profiles.values():
        earlier = [at for at in versions if at < moment]
        if earlier and _says(versions[max(earlier)], channel):
            return True
    return False


def _says(version: Contact, channel: str) -> bool | None:
    return getattr(version, f"consent_{channel}")
