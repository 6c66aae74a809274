"""考核周期: which period an instant belongs to, by policy. A period is named after the month it ends in.

Where the policy cuts otherwise since a period, those before it keep their ends, and that one begins where the
last of them ends: what is closed does not move, and no instant is lost between two rules.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.scoring.domain.errors import UnreadablePeriod
from shared.city.policy import Policy
from shared.city.policy_scoring import Period as Cut
from shared.city.policy_scoring import PeriodKind

CURRENT = "current"
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Period:
    """From `starts` up to, not including, `ends`: no instant is in two periods, none in no period."""

    label: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Periods:
    """The cut between periods: a day of the month at a local time, or midnight of the first."""

    zone: ZoneInfo
    kind: PeriodKind
    cut_day: int
    cut_at: time
    settle: timedelta
    since: str = ""
    """The first period that is cut so."""
    earlier: "Periods | None" = None
    """How those before it were cut."""
    turn: datetime = NEVER
    """Where the last of those ends."""

    @classmethod
    def of_policy(cls, policy: Policy) -> "Periods":
        return cls.of(policy.period, policy.zone)

    @classmethod
    def of(cls, cut: Cut, zone: ZoneInfo) -> "Periods":
        """The periods that are cut so."""
        now = cls(zone, cut.kind, cut.cut_day, cut.cut_at, cut.settle.duration)
        if cut.since is None or cut.before is None:
            return now
        earlier = cls.of(cut.before, zone)
        turn = earlier.named(earlier.before(cut.since)).ends
        return replace(now, since=cut.since, earlier=earlier, turn=turn)

    def label(self, at: datetime) -> str:
        """The name of the period an instant lies in."""
        if self.earlier is None:
            return self._label(at)
        return self.earlier.label(at) if at < self.turn else max(self._label(at), self.since)

    def ends_as(self, label: str, other: "Periods") -> bool:
        """Whether the period ends and settles at the same instants by another cut."""
        return (self.named(label), self.settled(label)) == (other.named(label), other.settled(label))

    def _label(self, at: datetime) -> str:
        here = at.astimezone(self.zone)
        year, month = here.year, here.month
        if self.kind is PeriodKind.CUT_DAY and self._is_cut(here):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return f"{year:04d}-{month:02d}"

    def opened(self, said: datetime) -> str:
        """The earliest period that something said at this instant still counts in."""
        if self.earlier is not None and said < self.turn + self.earlier.settle:
            return self.earlier.opened(said)
        return max(self.label(said - self.settle), self.since)

    def settled(self, label: str) -> datetime:
        """Until when something must have been said to count in the period of this name."""
        if self.earlier is not None and label < self.since:
            return self.earlier.settled(label)
        return self.named(label).ends + self.settle

    def before(self, label: str) -> str:
        """The name of the period before."""
        return self.label(self.named(label).starts - timedelta(seconds=1))

    def after(self, label: str) -> str:
        """The name of the period after."""
        return self.label(self.named(label).ends)

    def at(self, at: datetime) -> Period:
        """The period an instant lies in."""
        return self.named(self.label(at))

    def named(self, label: str) -> Period:
        """The period of this name. Raises `UnreadablePeriod`."""
        # The last instant a fact can tell, the beginning of 2200, lies in one of these too.
        if not re.fullmatch(r"((19|20|21)[0-9]{2}|2200)-(0[1-9]|1[0-2])", label):
            raise UnreadablePeriod(label)
        if self.earlier is None or label > self.since:
            return self._named(label)
        if label < self.since:
            return self.earlier.named(label)
        return replace(self._named(label), starts=self.turn)

    def _named(self, label: str) -> Period:
        month = date(int(label[:4]), int(label[5:]), 1)
        if self.kind is PeriodKind.CALENDAR_MONTH:
            return Period(label, self._cut(month, 1, time(0)), self._cut(_next(month), 1, time(0)))
        before = (month - timedelta(days=1)).replace(day=1)
        return Period(
            label, self._cut(before, self.cut_day, self.cut_at), self._cut(month, self.cut_day, self.cut_at)
        )

    def asked(self, written: str, *, at: datetime) -> Period:
        """What a reader asked for: `current` or a name. Raises `UnreadablePeriod`."""
        return self.at(at) if written == CURRENT else self.named(written)

    def _is_cut(self, here: datetime) -> bool:
        """Whether the month's cut is over at this local time."""
        return here.day > self.cut_day or (here.day == self.cut_day and here.time() >= self.cut_at)

    def _cut(self, month: date, day: int, clock: time) -> datetime:
        return datetime.combine(month.replace(day=day), clock, tzinfo=self.zone)


def _next(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)
