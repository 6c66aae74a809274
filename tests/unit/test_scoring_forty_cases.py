"""Forty cases whose rates were worked out by hand: right to the last digit, in every reading."""

import pytest

from services.scoring.domain.policy import placing
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.placing import Exclusions
from services.scoring.domain.policy.rates import Standing, over_the_tree, shown
from shared.kernel.ids import UnitCode
from shared.kernel.words import UnitLevel
from tests.kit.city import beijing
from tests.kit.forty_cases import BY_HAND, COMPOSITES, PERIOD, SHOWN, A, B, C, excluded, forty, pairs
from tests.kit.ledger import LedgerInMemory, sums_of

READINGS = pytest.mark.parametrize("exclusions", list(Exclusions))


async def standings(exclusions: Exclusions) -> dict[str, Standing]:
    ledger = LedgerInMemory()
    for story in forty():
        await ledger.hears(*story.heard)
    sums = placing.read(sums_of(ledger, PERIOD, excluded()), exclusions)
    return over_the_tree(sums, beijing().units)


def test_there_are_forty() -> None:
    assert len({story.case_id for story in forty()}) == 40


@READINGS
@pytest.mark.parametrize("unit", BY_HAND)
async def test_every_sum_is_what_was_worked_out_by_hand(unit: UnitCode, exclusions: Exclusions) -> None:
    found = (await standings(exclusions))[unit]
    applied = exclusions is Exclusions.APPLIED
    tallies = [(found.tally(measure).numerator, found.tally(measure).denominator) for measure in Measure]
    assert tallies == pairs(unit, applied=applied)
    assert found.cases == BY_HAND[unit][3 if applied else 2]


@pytest.mark.parametrize("unit", COMPOSITES)
async def test_composites_are_exact_in_both_readings_of_response(unit: UnitCode) -> None:
    score = beijing().policy.score
    everything, applied = await standings(Exclusions.IGNORED), await standings(Exclusions.APPLIED)
    found = (
        everything[unit].composite(score),
        applied[unit].composite(score),
        applied[unit].composite(score, Measure.CONTACT),
    )
    assert found == COMPOSITES[unit]
    assert tuple(str(shown(each)) for each in found) == SHOWN[unit]


async def test_the_second_reading_of_response_turns_the_ranking_round() -> None:
    found, city = await standings(Exclusions.APPLIED), beijing()
    streets = [found[unit] for unit in (A, B, C)]

    def order(measure: Measure) -> list[str]:
        best = sorted(streets, key=lambda each: -(each.composite(city.policy.score, measure) or 0))
        return [each.unit for each in best]

    assert order(Measure.RESPONSE) == [C, B, A]
    assert order(Measure.CONTACT) == [B, C, A]


async def test_month_on_month_group_and_residents_stand_beside_a_place() -> None:
    ledger = LedgerInMemory()
    for story in forty():
        await ledger.hears(*story.heard)
    now = placing.read(sums_of(ledger, PERIOD, excluded()), Exclusions.APPLIED)
    before = sums_of(ledger, PERIOD, excluded())
    placed = {each.standing.unit: each for each in placing.place(now, before, beijing(), UnitLevel.STREET)}
    assert [(unit, each.ranked.rank, each.group, each.group_rank) for unit, each in placed.items()] == [
        (C, 1, "core", 1),
        (B, 2, "ecological", 1),
        (A, 3, "ecological", 2),
    ]
    assert placed[A].change == COMPOSITES[A][1] - COMPOSITES[A][0]
    assert placed[A].residents is None
    (city,) = placing.place(now, [], beijing(), UnitLevel.CITY)
    assert (city.residents, city.before, city.change) == (21_893_095, None, None)
    assert str(shown(city.standing.per_10k(city.residents))) == "0.0142"


async def test_groups_are_the_sums_of_their_units() -> None:
    ledger = LedgerInMemory()
    for story in forty():
        await ledger.hears(*story.heard)
    sums = placing.read(sums_of(ledger, PERIOD, excluded()), Exclusions.APPLIED)
    found = {each.standing.unit: each for each in placing.groups(sums, beijing(), UnitLevel.STREET)}
    assert {code: each.standing.cases for code, each in found.items()} == {"core": 5, "ecological": 24}
    tallies = found["ecological"].standing
    assert (tallies.tally(Measure.RESPONSE).numerator, tallies.volume) == (24, 30)
