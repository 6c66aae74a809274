"""回访时段: the hours in which citizens are called, counted from a moment."""

from datetime import datetime, timedelta
from typing import NamedTuple

from shared.city.city import City

AN_HOUR = timedelta(hours=1)


class Hour(NamedTuple):
    """To the full hour, or to the close."""

    begins: datetime
    ends: datetime


def hours_ahead(city: City, many: int, *, at: datetime) -> tuple[Hour, ...]:
    """The next hours in which citizens are called, the one that runs now among them; no nights."""
    window = city.policy.callback.hours.window
    found: list[Hour] = []
    ends = at
    while len(found) < many:
        begins = city.calendar.next_open(ends, window)
        full = begins.replace(minute=0, second=0, microsecond=0) + AN_HOUR
        close = datetime.combine(begins.date(), window.closes, tzinfo=begins.tzinfo)
        ends = min(full, close)
        found.append(Hour(begins, ends))
    return tuple(found)
