"""A month of cases whose rates were worked out by hand, one case for each rule."""

from collections import defaultdict
from decimal import Decimal
from fractions import Fraction
from itertools import zip_longest

import pytest

from services.scoring.domain.policy import rates
from services.scoring.domain.policy.lines import Line, Measure, Rules, lines_of
from services.scoring.domain.policy.rates import Standing, Sum, Tally, over_the_tree, ranking
from shared.kernel.words import UnitLevel
from tests.kit.case_story import DONGHUASHI, YANQING, YONGNING, ZHENZHUQUAN, Story
from tests.kit.city import beijing
from tests.kit.ledger import BY_HAND, LedgerInMemory, a_month


def lines_in(ledger: LedgerInMemory) -> list[Line]:
    rules = Rules.of_policy(beijing().policy)
    return [line for entry in ledger.entries.kept.values() for line in lines_of(entry, rules)]


def standings(ledger: LedgerInMemory, period: str = "2026-11") -> dict[str, Standing]:
    """What the store's queries do with the lines, in plain Python."""
    tallies: dict[tuple[str, Measure, bool], Tally] = defaultdict(Tally)
    for line in lines_in(ledger):
        unit, joined = line.unit, line.joined_into
        while unit is None and joined is not None:
            unit, joined = ledger.entries.kept[joined].lead, ledger.entries.kept[joined].merged_into
        if line.denominator and line.period == period and unit:
            tallies[unit, line.measure, line.proactive] += Tally(line.numerator, 1)
    sums = [Sum(*key, tally) for key, tally in tallies.items()]
    return over_the_tree(sums, beijing().units)


async def a_ledger(stories: list[Story]) -> LedgerInMemory:
    ledger = LedgerInMemory()
    for story in stories:
        await ledger.hears(*story.heard)
    return ledger


@pytest.mark.parametrize("unit", BY_HAND)
async def test_every_sum_is_what_was_worked_out_by_hand(unit: str) -> None:
    found = standings(await a_ledger(a_month()))[unit]
    expected = [Tally(Decimal(top), bottom) for top, bottom in BY_HAND[unit]]
    assert [found.tally(measure) for measure in Measure] == expected


async def test_composite_is_exact_and_absent_while_a_rate_is_absent() -> None:
    found, score = standings(await a_ledger(a_month())), beijing().policy.score
    assert found[ZHENZHUQUAN].composite(score) == Fraction(67, 100)
    assert found[DONGHUASHI].composite(score) == Fraction(65, 100)
    assert found[YONGNING].composite(score) is None


async def test_second_reading_puts_contact_in_the_place_of_response() -> None:
    found = standings(await a_ledger(a_month()))
    score = beijing().policy.score.model_copy(update={"response_denominator": "valid_callbacks"})
    assert found[DONGHUASHI].composite(score) == Fraction(2, 3)


async def test_proactive_cases_are_counted_apart() -> None:
    found = standings(await a_ledger(a_month()))[ZHENZHUQUAN]
    assert [found.proactive[measure] for measure in Measure] == [Tally(Decimal(1), 1)] * 4


async def test_dispatch_before_the_cut_counts_in_the_period_before() -> None:
    found = standings(await a_ledger(a_month()), "2026-10")
    assert found[DONGHUASHI].asked == {Measure.RESPONSE: Tally(Decimal(1), 1)}
    assert YANQING not in found


async def test_streets_are_ranked_and_those_without_composite_come_last_without_a_place() -> None:
    city = beijing()
    found = ranking(standings(await a_ledger(a_month())), city.units, UnitLevel.STREET, city.policy.score)
    assert [(each.standing.unit, each.rank) for each in found] == [
        (ZHENZHUQUAN, 1),
        (DONGHUASHI, 2),
        (YONGNING, None),
    ]


async def test_first_valid_result_is_scored_and_the_redo_stands_beside_it() -> None:
    ledger = await a_ledger(a_month())
    entry = ledger.entries.kept[Story("redone").case_id]
    assert [(result.round, result.scored) for result in entry.results] == [(1, True), (2, False)]
    assert entry.redo == 1


async def test_order_of_independent_cases_does_not_matter() -> None:
    stories = a_month()
    interleaved = LedgerInMemory()
    for column in zip_longest(*(story.heard for story in reversed(stories))):
        await interleaved.hears(*(heard for heard in column if heard))
    assert interleaved.state == (await a_ledger(stories)).state


async def test_every_number_shown_is_rounded_half_up_once() -> None:
    assert rates.shown(Fraction(2, 3)) == Decimal("0.6667")
    assert rates.shown(Fraction(1, 20000)) == Decimal("0.0001")
    assert rates.shown(Fraction(1)) == Decimal("1.0000")
    assert rates.shown(None) is None
