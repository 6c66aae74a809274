"""工作日历: Chinese holidays, make-up workdays, limits and calling hours."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.city.calendar import Calendar
from shared.city.errors import BeyondCalendar, NaiveTime, UnreadableLimit, UnreadableWindow
from shared.city.limits import Limit, Measure, Window

BEIJING = ZoneInfo("Asia/Shanghai")
CALLING = Window(time(9), time(20))
# The generator takes naive bounds and adds the zone itself.
FIRST, LAST = datetime(2023, 1, 1), datetime(2026, 12, 31)  # noqa: DTZ001
instants = st.datetimes(FIRST, LAST, timezones=st.just(BEIJING))
few_days = st.integers(0, 40)


@cache
def china() -> Calendar:
    return Calendar.of_china()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    "day",
    [
        *(f"2024-02-{day}" for day in range(10, 18)),  # Spring Festival
        *(f"2024-10-0{day}" for day in range(1, 8)),
        *(f"2025-01-{day}" for day in (28, 29, 30, 31)),
        *(f"2025-02-0{day}" for day in (1, 2, 3, 4)),
        *(f"2025-10-0{day}" for day in range(1, 9)),
        *(f"2026-02-{day}" for day in range(15, 24)),
        *(f"2026-10-0{day}" for day in range(1, 8)),
        "2024-04-05",
        "2025-05-05",
        "2026-01-02",
        "2026-06-19",
    ],
)
def test_nobody_works_on_a_public_holiday(day: str) -> None:
    assert not china().is_workday(date.fromisoformat(day))


@pytest.mark.parametrize(
    "day",
    [
        *("2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11", "2024-09-14"),
        *("2024-09-29", "2024-10-12", "2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"),
        *("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
    ],
)
def test_a_make_up_weekend_day_is_worked(day: str) -> None:
    """补班: the weekend day that pays for a long holiday is a workday."""
    made_up = date.fromisoformat(day)
    assert made_up.weekday() >= 5
    assert china().is_workday(made_up)


def test_an_ordinary_weekend_is_free_and_an_ordinary_monday_is_worked() -> None:
    assert not china().is_workday(date(2026, 11, 21))
    assert not china().is_workday(date(2026, 11, 22))
    assert china().is_workday(date(2026, 11, 23))


def test_a_city_may_add_days_the_package_does_not_have() -> None:
    own = Calendar.of_china(extra_workdays=[date(2044, 10, 9)], extra_holidays=[date(2026, 11, 23)])
    assert own.is_workday(date(2044, 10, 9))
    assert not own.is_workday(date(2026, 11, 23))


def test_seven_workdays_cross_the_spring_festival() -> None:
    """Wednesday 11 February 2026: the 14th is made up, the 15th to the 23rd are free."""
    end = china().deadline(local("2026-02-11T15:30"), Limit.parse("7wd"))
    assert end == local("2026-02-27T15:30")


def test_a_start_on_a_day_off_counts_from_the_next_workday() -> None:
    assert china().add_workdays(local("2026-11-21T15:30"), 1) == local("2026-11-24T00:00")
    assert china().add_workdays(local("2026-11-21T15:30"), 0) == local("2026-11-23T00:00")


def test_hours_run_through_nights_and_holidays() -> None:
    assert china().deadline(local("2026-10-01T23:30"), Limit.parse("24h")) == local("2026-10-02T23:30")
    assert china().deadline(local("2026-10-01T23:50"), Limit.parse("30min")) == local("2026-10-02T00:20")


def test_an_instant_of_another_zone_is_taken_by_the_citys_clock() -> None:
    friday_evening_in_utc = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)  # Saturday 01:00 in Beijing
    assert china().add_workdays(friday_evening_in_utc, 1) == local("2026-11-24T00:00")


@given(start=instants, n=few_days, m=few_days)
def test_n_and_m_workdays_are_n_plus_m(start: datetime, n: int, m: int) -> None:
    steps = china().add_workdays(china().add_workdays(start, n), m)
    assert steps == china().add_workdays(start, n + m)


@given(one=instants, other=instants, n=few_days)
def test_who_starts_later_never_ends_earlier(one: datetime, other: datetime, n: int) -> None:
    first, second = sorted((one, other))
    assert china().add_workdays(first, n) <= china().add_workdays(second, n)


@given(start=instants, n=st.integers(1, 40))
def test_every_workday_limit_ends_on_a_workday_with_n_workdays_behind_it(start: datetime, n: int) -> None:
    end = china().add_workdays(start, n)
    assert china().is_workday(end.date())
    since = china().add_workdays(start, 0).date()
    assert china().workdays_between(since, end.date()) == n


@given(at=instants)
def test_the_next_opening_is_open_and_at_most_a_night_away(at: datetime) -> None:
    opening = china().next_open(at, CALLING)
    assert not china().in_quiet_hours(opening, CALLING)
    assert timedelta() <= opening - at <= timedelta(hours=13)


@pytest.mark.parametrize(
    ("at", "opening"),
    [
        ("2026-11-22T08:59:59", "2026-11-22T09:00"),
        ("2026-11-22T09:00", "2026-11-22T09:00"),
        ("2026-11-22T19:59:59", "2026-11-22T19:59:59"),
        ("2026-11-22T20:00", "2026-11-23T09:00"),
        ("2026-12-31T23:59", "2027-01-01T09:00"),
    ],
)
def test_citizens_are_called_between_nine_and_eight(at: str, opening: str) -> None:
    assert china().next_open(local(at), CALLING) == local(opening)


@pytest.mark.parametrize("text", ["2h", "30min", "7wd", "0h"])
def test_a_limit_is_written_as_it_is_read(text: str) -> None:
    assert str(Limit.parse(text)) == text


@pytest.mark.parametrize("text", ["", "2", "h", "2 h", "-1h", "2.5h", "7d", "02h", "２h", "7wd ", "999999h"])
def test_what_is_no_limit_is_refused(text: str) -> None:
    with pytest.raises(UnreadableLimit) as refusal:
        Limit.parse(text)
    assert refusal.value.text == text


def test_a_workday_limit_has_no_wall_clock_length() -> None:
    with pytest.raises(UnreadableLimit):
        _ = Limit(7, Measure.WORKDAYS).duration


def test_naive_time_days_beyond_the_calendar_and_upside_down_hours_are_refused() -> None:
    with pytest.raises(NaiveTime):
        china().deadline(datetime(2026, 1, 1), Limit.parse("1h"))  # noqa: DTZ001
    with pytest.raises(BeyondCalendar):
        china().is_workday(date(1999, 1, 1))
    with pytest.raises(BeyondCalendar):
        china().add_workdays(local("2045-12-29T10:00"), 30)
    with pytest.raises(UnreadableWindow):
        Window(time(20), time(9))
