"""回访时段: the hours in which citizens are called, counted from a moment."""

from datetime import datetime, time, timedelta

import pytest

from services.survey.domain.policy.hours import hours_ahead
from tests.kit.callbacks import NOON, a_city
from tests.kit.city import beijing


def told(many: int, at: datetime) -> list[str]:
    return [f"{one.begins:%d %H:%M}-{one.ends:%H:%M}" for one in hours_ahead(beijing(), many, at=at)]


def test_hours_end_at_the_full_hour_and_go_on_in_the_morning() -> None:
    evening = NOON.replace(hour=18, minute=20)
    assert told(4, evening) == ["20 18:20-19:00", "20 19:00-20:00", "21 09:00-10:00", "21 10:00-11:00"]


@pytest.mark.parametrize("at", [NOON.replace(hour=20), NOON.replace(hour=23), NOON.replace(day=21, hour=3)])
def test_at_night_the_first_hour_is_the_mornings(at: datetime) -> None:
    assert told(1, at) == ["21 09:00-10:00"]


def test_the_last_hour_ends_with_the_close() -> None:
    hours = beijing().policy.callback.hours.model_copy(update={"closes": time(12, 30)})
    first, second = hours_ahead(a_city(hours=hours), 2, at=NOON)
    assert first.ends == NOON + timedelta(minutes=30)
    assert second.begins == NOON + timedelta(hours=21)
