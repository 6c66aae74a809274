"""巡查覆盖: who went round how much, which communities nobody called on, which were not looked at yet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from services.grid.domain.round_errors import PeriodRefused
from shared.city.city import City
from shared.kernel.ids import UnitCode
from shared.kernel.words import UnitLevel

MOST_DAYS = 92
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 1, 1)
WORKDAY = timedelta(hours=8)
"""What a share of working time is a share of. Ours."""


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days on the city's clock, first and last included."""

    first: date
    last: date
    begins: datetime
    ends: datetime
    """Midnight after the last day."""
    workdays: int


@dataclass(frozen=True, slots=True)
class Went:
    """What one worker did in the period."""

    worker: str
    unit: UnitCode
    visits: int
    minutes: int
    metres: int

    def share(self, workdays: int) -> float | None:
        """走访时长占比: visits' minutes of the period's working time; None where nobody worked."""
        worked = workdays * WORKDAY.total_seconds() / 60
        return round(self.minutes / worked, 4) if worked else None


@dataclass(frozen=True, slots=True)
class Found:
    """The incidents that were reported in the period, and what has become of them by now."""

    reported: int
    handled: int
    """On the spot: 未诉先办."""
    escalated: int


@dataclass(frozen=True, slots=True)
class Unvisited:
    """A community nobody called on for too long."""

    place: UnitCode
    last_visit_at: datetime | None


def period_of(first: date, last: date, city: City) -> Period:
    """The days as instants. Raises `PeriodRefused`."""
    if not 0 <= (last - first).days < MOST_DAYS or not EARLIEST <= first <= LATEST:
        raise PeriodRefused(MOST_DAYS)
    calendar = city.calendar
    begins = datetime.combine(first, time(), tzinfo=calendar.zone)
    ends = datetime.combine(last + timedelta(days=1), time(), tzinfo=calendar.zone)
    workdays = calendar.workdays_between(first - timedelta(days=1), last)
    return Period(first, last, begins, ends, workdays)


def places_of(unit: UnitCode | None, city: City) -> list[UnitCode]:
    """The communities a unit is or has below it; None: the city's. Nobody calls on one that was closed."""
    acting = (each for each in city.units.acting() if each.level is UnitLevel.COMMUNITY)
    return [UnitCode(each.code) for each in acting if unit is None or city.units.is_within(each.code, unit)]


def unvisited(
    places: Iterable[UnitCode], last: Mapping[UnitCode, datetime], period: Period, days: int
) -> list[Unvisited]:
    """Those without a visit in so many days before the period's end, the longest waiting first."""
    since = period.ends - timedelta(days=days)
    found = [Unvisited(place, last.get(place)) for place in places]
    late = [one for one in found if one.last_visit_at is None or one.last_visit_at < since]
    return sorted(
        late, key=lambda one: (one.last_visit_at is not None, one.last_visit_at or since, one.place)
    )
