"""On which days engagement is measured: whether the feeds told of a whole window.

The rules are, for a policy row with a window of w days:

* Observation begins on the policy's ``engagement_measured_from``. If it is empty, on the latest of
  the first days of the feeds that ``engagement_feeds`` names, and never if one of them has no row.
  If that is empty too, on the earliest day of any web session or touch, and never without any. Day
  d is too early if the window of w days that ends with d begins before that.
* A feed with rows on days a and b and none between was silent for b - a - 1 days. Its limit is the
  greater of ``engagement_gap_days`` and twice the second longest of the feed's silences that had
  ended by a (0 if there were not two). A silence above its limit g leaves the days from a + g + 1
  to b + w - 2 unmeasured.
* A feed whose last row is on a, before D, is silent still: if D - a is above g, it leaves all days
  from a + g + 1 on unmeasured, for ever.
* Only silences of expected feeds are looked at: of those that ``engagement_feeds`` names or, if it
  is empty, of every feed, but not those with an a before the day on which the feed had had rows on
  more than ``engagement_gap_days`` different days. The limit looks at all of a feed's silences.
* An empty ``engagement_gap_days``: no silence is looked at.

Rows are the winning ones up to D, whoever's.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from math import inf

from tests.oracle.configuration import Policy

FEEDS = ("web_sessions", "crm_touches")
NAMED = {None: (), "web_sessions": FEEDS[:1], "crm_touches": FEEDS[1:], "both": FEEDS}


@dataclass(frozen=True)
class Unmeasured:
    """Days (ordinals) without measurement, the last included, and what left them so.

    ``kind`` is ``never``, ``too_early``, ``silent`` (still) or ``was_silent``; a silence names its
    feed and the ordinals of the last day with a row before it and of the first one after it.
    """

    first: float
    last: float
    kind: str
    feed: str | None = None
    row_before: int | None = None
    row_after: int | None = None


@dataclass(frozen=True)
class Coverage:
    """The days, in order, on which each feed has rows, up to D; all are ordinals."""

    as_of: int
    days: dict[str, list[int]]
    _known: dict[Policy, list[Unmeasured]] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, as_of: date, sessions: Iterable[date], touches: Iterable[date]) -> "Coverage":
        days = (sorted({day.toordinal() for day in feed}) for feed in (sessions, touches))
        return cls(as_of.toordinal(), dict(zip(FEEDS, days, strict=True)))

    def is_measured(self, day: int, policy: Policy) -> bool:
        return not self.why_unmeasured(day, policy)

    def why_unmeasured(self, day: int, policy: Policy) -> list[Unmeasured]:
        """Everything that leaves the day without measurement; empty if it is measured."""
        return [one for one in self.unmeasured(policy) if one.first <= day <= one.last]

    def unmeasured(self, policy: Policy) -> list[Unmeasured]:
        if policy not in self._known:
            self._known[policy] = [*self._beginning(policy), *self._silences(policy)]
        return self._known[policy]

    def observed_from(self, policy: Policy) -> int | None:
        if policy.engagement_measured_from is not None:
            return policy.engagement_measured_from.toordinal()
        named = NAMED[policy.engagement_feeds]
        if named:
            feeds = [self.days[feed] for feed in named]
            return max(days[0] for days in feeds) if all(feeds) else None
        return min((day for days in self.days.values() for day in days), default=None)

    def _beginning(self, policy: Policy) -> Iterator[Unmeasured]:
        start = self.observed_from(policy)
        if start is None:
            yield Unmeasured(-inf, inf, "never")
        else:
            yield Unmeasured(-inf, start + policy.engagement_window_days - 2, "too_early")

    def _silences(self, policy: Policy) -> Iterator[Unmeasured]:
        gap = policy.engagement_gap_days
        if gap is None:
            return
        named = NAMED[policy.engagement_feeds]
        for feed in named or FEEDS:
            days = self.days[feed]
            ended: list[int] = []
            for number, row_before in enumerate(days, start=1):
                second_longest = sorted(ended)[-2] if len(ended) > 1 else 0
                limit = max(gap, 2 * second_longest)
                row_after = days[number] if number < len(days) else None
                is_expected = bool(named) or number > gap
                if row_after is None:
                    if is_expected and self.as_of - row_before > limit:
                        first = row_before + limit + 1
                        yield Unmeasured(first, inf, "silent", feed, row_before)
                    continue
                silence = row_after - row_before - 1
                if is_expected and silence > limit:
                    yield Unmeasured(
                        row_before + limit + 1,
                        row_after + policy.engagement_window_days - 2,
                        *("was_silent", feed, row_before, row_after),
                    )
                ended.append(silence)
