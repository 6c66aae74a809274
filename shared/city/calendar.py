"""The workday calendar of a Chinese city: public holidays, make-up workdays, limits.

The days off and the make-up days (补班) come from the `holidays` package, which carries the State Council's
yearly notice; a city folder may add days the package does not have yet. All instants are aware.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self
from zoneinfo import ZoneInfo

import holidays

from shared.city.errors import BeyondCalendar, NaiveTime
from shared.city.limits import Limit, Window

FIRST_YEAR = 2015
LAST_YEAR = 2045
_MIDNIGHT = time(0)
_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Calendar:
    """工作日历: which days are worked, and where a limit that starts now ends."""

    zone: ZoneInfo
    workdays: tuple[date, ...]

    @classmethod
    def of_china(
        cls,
        timezone: str = "Asia/Shanghai",
        *,
        extra_workdays: Iterable[date] = (),
        extra_holidays: Iterable[date] = (),
    ) -> Self:
        """Build the calendar; an extra workday or holiday overrides what the package says of that day."""
        worked, free = frozenset(extra_workdays), frozenset(extra_holidays)
        published = holidays.country_holidays("CN", years=range(FIRST_YEAR, LAST_YEAR + 1))

        def is_worked(day: date) -> bool:
            return day in worked or (day not in free and published.is_working_day(day))

        days = tuple(day for day in _days(FIRST_YEAR, LAST_YEAR) if is_worked(day))
        return cls(ZoneInfo(timezone), days)

    def is_workday(self, day: date) -> bool:
        """Whether the city works on this day, make-up weekends included."""
        _require_known(day)
        at = bisect_left(self.workdays, day)
        return at < len(self.workdays) and self.workdays[at] == day

    def local(self, at: datetime) -> datetime:
        """The same instant on the city's clock."""
        if at.tzinfo is None or at.utcoffset() is None:
            raise NaiveTime(at)
        return at.astimezone(self.zone)

    def add_workdays(self, start: datetime, days: int) -> datetime:
        """The same clock time n workdays later; a start on a day off counts from the next workday's 00:00."""
        return self._workdays_on(start, days)

    def _workdays_on(self, start: datetime, days: int) -> datetime:
        """Forth, or back when negative."""
        here = self.local(start)
        _require_known(here.date())
        index = bisect_left(self.workdays, here.date())
        begins_worked = index < len(self.workdays) and self.workdays[index] == here.date()
        clock = here.timetz().replace(tzinfo=None) if begins_worked else _MIDNIGHT
        if not 0 <= index + days < len(self.workdays):
            raise BeyondCalendar(here.date() + timedelta(days=days))
        return datetime.combine(self.workdays[index + days], clock, tzinfo=self.zone)

    def before(self, end: datetime, limit: Limit) -> datetime:
        """提前: the instant so long before an end, by the same days as a deadline is counted in."""
        if limit.is_workdays:
            return self._workdays_on(end, -limit.amount)
        return (self.local(end).astimezone(UTC) - limit.duration).astimezone(self.zone)

    def workdays_between(self, start: date, end: date) -> int:
        """How many workdays lie after `start`, up to and including `end`."""
        return bisect_right(self.workdays, end) - bisect_right(self.workdays, start)

    def deadline(self, start: datetime, limit: Limit) -> datetime:
        """时限到期: when a limit that starts at this instant ends, on the city's clock."""
        if limit.is_workdays:
            return self.add_workdays(start, limit.amount)
        # Added in UTC: a wall-clock hour is an hour, whatever the zone does meanwhile.
        return (self.local(start).astimezone(UTC) + limit.duration).astimezone(self.zone)

    def in_quiet_hours(self, at: datetime, window: Window) -> bool:
        """Whether nobody may be called at this instant."""
        return not window.opens <= self.local(at).timetz().replace(tzinfo=None) < window.closes

    def next_open(self, at: datetime, window: Window) -> datetime:
        """This instant if the hours are open, else the next opening."""
        here = self.local(at)
        if not self.in_quiet_hours(here, window):
            return here
        late = here.timetz().replace(tzinfo=None) >= window.closes
        return datetime.combine(
            here.date() + (_ONE_DAY if late else timedelta()), window.opens, tzinfo=self.zone
        )


def _days(first_year: int, last_year: int) -> Iterable[date]:
    day = date(first_year, 1, 1)
    while day.year <= last_year:
        yield day
        day += _ONE_DAY


def _require_known(day: date) -> None:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise BeyondCalendar(day)
