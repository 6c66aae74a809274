"""天堂河小区: how much a year of the demonstration brings."""

from collections import Counter

from deploy.demo.year import BETTER, FEW, HOT, MANY, RAINY, USUAL, WEEKS, loads


def _told_of(weeks: range) -> Counter[str]:
    return sum((Counter(load) for week in weeks for load in loads(week)), Counter())


def test_a_year_brings_as_many_orders_as_the_real_one() -> None:
    assert FEW <= _told_of(range(WEEKS)).total() <= MANY


def test_rain_brings_what_is_a_hot_spot_and_the_project_takes_most_of_it_away() -> None:
    usual, rainy, better = (
        _told_of(range(first, first + many))[HOT] / many
        for first, many in ((0, USUAL), (USUAL, RAINY), (USUAL + RAINY, BETTER))
    )
    assert rainy >= 5 * usual
    assert better <= usual / 2
