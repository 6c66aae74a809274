"""四类街乡镇, 五步督办 and 双考核: each threshold from both sides."""

from datetime import datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from services.scoring.domain.departments import CallSum, departments
from services.scoring.domain.lifecycle import MonthState
from services.scoring.domain.month import Frozen, Month
from services.scoring.domain.periods import Periods
from services.scoring.domain.policy.calls import CallMeasure
from services.scoring.domain.policy.classes import classify, supervise
from services.scoring.domain.policy.closing import close
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.publishing import publish
from services.scoring.domain.policy.rates import Ranked, Standing, Sum, Tally
from shared.events.scoring import MonthClosed
from shared.kernel.words import StreetClass, SupervisionStep
from tests.kit.case_story import SHANGHAI, YANQING, YONGNING
from tests.kit.city import beijing

POLICY = beijing().policy
ADVANCED, PROGRESSING = StreetClass.ADVANCED, StreetClass.PROGRESSING
RECTIFYING, GOVERNED = StreetClass.RECTIFYING, StreetClass.GOVERNED


def a_street(composite: str | None, volume: int = 20) -> Ranked:
    standing = Standing("A", {Measure.RESPONSE: Tally(Decimal(volume), volume)})
    return Ranked(standing, None if composite is None else Fraction(composite), 1)


@pytest.mark.parametrize(
    ("composite", "before", "volume", "found", "reason"),
    [
        ("0.90", None, 20, ADVANCED, "at_least_advanced"),
        ("0.8999", None, 20, PROGRESSING, "at_least_rectifying"),
        ("0.80", None, 20, PROGRESSING, "at_least_rectifying"),
        ("0.7999", None, 20, RECTIFYING, "below_rectifying"),
        ("0.75", "0.70", 20, PROGRESSING, "made_progress"),
        ("0.75", "0.7001", 20, RECTIFYING, "below_rectifying"),
        ("0.60", None, 20, RECTIFYING, "below_rectifying"),
        ("0.5999", "0.10", 20, GOVERNED, "below_governed"),
        ("0.95", None, 19, None, "too_few_orders"),
        (None, None, 20, None, "no_composite"),
    ],
)
def test_a_class_and_the_rule_that_decided(
    composite: str | None, before: str | None, volume: int, found: StreetClass | None, reason: str
) -> None:
    known = {} if before is None else {"A": Fraction(before)}
    (classed,) = classify([a_street(composite, volume)], known, POLICY.classes)
    assert (classed.street_class, classed.reason) == (found, reason)


@pytest.mark.parametrize(
    ("composites", "step"),
    [
        (["0.80"], None),
        (["0.7999"], SupervisionStep.REMIND),
        (["0.79", "0.79"], SupervisionStep.CIRCULATE),
        (["0.79", "0.80"], SupervisionStep.REMIND),
        (["0.69", "0.69"], SupervisionStep.TALK),
        (["0.59", "0.59", "0.59"], SupervisionStep.LIST),
        (["0.59", "0.59", "0.59", "0.59"], SupervisionStep.HAND_OVER),
        (["0.59", "0.59", "0.60", "0.59"], SupervisionStep.TALK),
        (["0.59", None, "0.59"], SupervisionStep.REMIND),
        ([None, "0.10"], None),
    ],
)
def test_the_gravest_step_that_every_month_of_its_row_undercuts(
    composites: list[str | None], step: SupervisionStep | None
) -> None:
    months = [
        (f"2026-{11 - index:02d}", {} if each is None else {"A": Fraction(each)})
        for index, each in enumerate(composites)
    ]
    found = supervise(months, POLICY.supervision)
    assert [each.step for each in found] == ([] if step is None else [step])
    for each in found:
        assert all(figure.composite is not None and figure.composite < each.below for figure in each.figures)


def test_no_closed_month_recommends_nothing() -> None:
    assert supervise([], POLICY.supervision) == []


def calls(unit: str, signed: str, reported: str, result: str, of: int = 4) -> list[CallSum]:
    worths = dict(zip(CallMeasure, (signed, reported, result), strict=True))
    return [CallSum(unit, measure, Tally(Decimal(top), of)) for measure, top in worths.items()]


def test_the_double_appraisal_weighs_streets_and_citizens_and_is_absent_while_one_is() -> None:
    sums = [*calls("heard", "4", "3", "14"), *calls("unheard", "4", "4", "20")]
    found = departments(sums, {"heard": Fraction(3, 5)}, POLICY.appraisal)
    assert [each.unit for each in found] == ["heard", "unheard"]
    heard, unheard = found
    # 0.20 × 4/4 + 0.40 × 3/4 + 0.40 × (14/4)/5
    assert heard.streets(POLICY.appraisal) == Fraction(78, 100)
    assert heard.double(POLICY.appraisal) == Fraction(69, 100)
    assert (unheard.streets(POLICY.appraisal), unheard.double(POLICY.appraisal)) == (1, None)


def test_a_department_nobody_scored_has_no_figure_of_the_streets() -> None:
    (found,) = departments(calls("called", "1", "1", "0")[:2], {}, POLICY.appraisal)
    assert (found.reported_rate, found.average_score, found.streets(POLICY.appraisal)) == (
        Fraction(1, 4),
        None,
        None,
    )


def test_a_rate_is_held_within_its_whole_whatever_adjustments_do() -> None:
    assert Tally(Decimal(3), 2).rate == 1
    assert Tally(Decimal(-1), 2).rate == 0
    assert Tally(Decimal(1), -1).rate is None


def test_a_month_whose_adjustments_take_more_off_a_unit_than_it_has_is_published_all_the_same() -> None:
    """A month that cannot be told would never be closed, nor any after it."""
    taken = Sum(YONGNING, Measure.RESPONSE, False, Tally(Decimal(-1), -1, adjustments=1))
    month = Month("2026-12", MonthState.CLOSING, "boss", datetime(2026, 12, 20, tzinfo=SHANGHAI), "2026.1")
    districts, streets = publish(month, [taken], [], city=beijing())[-2:]
    assert [each.unit for each in (*districts.units, *streets.units)] == [YANQING, YONGNING]
    (street,) = streets.units
    assert (street.response.numerator, street.response.denominator, street.rank) == ("-1", -1, None)
    frozen, periods = Frozen(1, -1, 0, "0" * 64), Periods.of_policy(POLICY)
    closed = close(month, frozen, "0" * 64, (), periods, at=month.asked_at).facts[0]
    assert isinstance(closed, MonthClosed)
    assert closed.cases == -1


def test_an_average_score_is_one_that_a_blower_can_give_whatever_adjustments_do() -> None:
    """Two fives beside a one that was taken back of a settled month come to nine by one."""
    (above,) = departments(calls("called", "1", "1", "9", of=1), {}, POLICY.appraisal)
    (below,) = departments(calls("called", "1", "1", "-1", of=1), {}, POLICY.appraisal)
    assert (above.average_score, below.average_score) == (5, 1)
    assert above.streets(POLICY.appraisal) == 1
