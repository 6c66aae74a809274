"""考核周期: which period an instant belongs to, by policy. A period is named after the month it ends in."""

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from services.scoring.domain.errors import UnreadablePeriod
from shared.city.policy import Policy
from shared.city.policy_scoring import PeriodKind

CURRENT = "current"


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

    @classmethod
    def of_policy(cls, policy: Policy) -> "Periods":
        period = policy.period
        return cls(policy.zone, period.kind, period.cut_day, period.cut_at, period.settle.duration)

    def label(self, at: datetime) -> str:
        """The name of the period an instant lies in."""
        here = at.astimezone(self.zone)
        year, month = here.year, here.month
        if self.kind is PeriodKind.CUT_DAY and self._is_cut(here):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
        return f"{year:04d}-{month:02d}"

    def opened(self, said: datetime) -> str:
        """The earliest period that something said at this instant still counts in."""
        return self.label(said - self.settle)

    def settled(self, label: str) -> datetime:
        """Until when something must have been said to count in the period of this name."""
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
        if not re.fullmatch(r"(19|20|21)[0-9]{2}-(0[1-9]|1[0-2])", label):
            raise UnreadablePeriod(label)
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
