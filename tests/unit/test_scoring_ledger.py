"""Folding: duplicates change nothing, and each rule of what counts on its own."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.errors import UnknownDepartment, UnknownOrder, UnreadablePeriod
from services.scoring.domain.lifecycle import Fate, Outcome
from services.scoring.domain.model import Entry
from services.scoring.domain.periods import Periods
from services.scoring.domain.policy import calls
from services.scoring.domain.policy.booking import Worth
from services.scoring.domain.policy.calls import CallMeasure
from services.scoring.domain.policy.lines import Line, Measure, Rules, lines_of
from services.scoring.domain.policy.rates import Sum, Tally, over_the_tree, own, ranking, shown
from shared.city.policy_scoring import PeriodKind
from shared.events.fact import FIRST, LAST
from shared.kernel.words import HandlingMode, Ruling, Satisfied, Solved, UnitLevel
from tests.kit.case_story import (
    DONGHUASHI,
    HOUSING,
    NANLI,
    POLICE,
    SHANGHAI,
    YONGNING,
    ZHENZHUQUAN,
    Story,
    handled,
)
from tests.kit.city import beijing
from tests.kit.ledger import LedgerInMemory, a_month

HOUR = timedelta(hours=1)


async def folded(story: Story) -> Entry:
    ledger = LedgerInMemory()
    await ledger.hears(*story.heard)
    entry: Entry = ledger.entries.kept[story.case_id]
    return entry


async def counted(story: Story) -> list[Line]:
    rules = Rules.of_policy(beijing().policy)
    return [line for line in lines_of(await folded(story), rules) if line.denominator]


@pytest.mark.parametrize("story", a_month(), ids=lambda story: story.name)
async def test_any_prefix_folded_twice_is_the_same_as_once(story: Story) -> None:
    once = LedgerInMemory()
    await once.hears(*story.heard)
    for cut in range(len(story.heard) + 1):
        twice = LedgerInMemory()
        await twice.hears(*story.heard[:cut], *story.heard[:cut], *story.heard)
        assert twice.state == once.state


async def test_a_duplicate_is_not_even_written() -> None:
    story = Story("duplicate").registered()
    ledger = LedgerInMemory()
    await ledger.hears(*story.heard)
    before = ledger.entries.kept[story.case_id]
    await ledger.hears(*story.heard)
    assert ledger.entries.kept[story.case_id] is before


async def test_unsigned_order_counts_and_is_undecided_until_its_time_is_over() -> None:
    (line,) = await counted(Story("fresh").registered().dispatched(YONGNING))
    assert (line.numerator, line.denominator) == (Decimal(0), 1)
    assert line.undecided_until == line.at.replace(hour=line.at.hour + 2)


async def test_a_limit_to_sign_that_moved_is_the_one_an_unsigned_order_is_judged_by() -> None:
    """The lead's and the co-units', as router moved each; what is signed for was judged then."""
    sent = Story("moved").registered().dispatched(YONGNING, co=(POLICE, HOUSING)).co_signed(HOUSING)
    earlier = sent.now - timedelta(minutes=30)
    story = sent.reclassified(earlier, YONGNING, HOUSING)
    undecided = {line.unit: line.undecided_until for line in await counted(story)}
    assert undecided == {YONGNING: earlier, POLICE: sent.heard[1].envelope.time + HOUR * 2, HOUSING: None}
    later = sent.now + timedelta(hours=1)
    undecided = {
        line.unit: line.undecided_until for line in await counted(story.reclassified(later, YONGNING))
    }
    assert undecided[YONGNING] == later


async def test_special_is_judged_by_its_sooner_limit_to_sign() -> None:
    sent = Story("special").registered().dispatched(YONGNING)
    sooner = sent.now - timedelta(minutes=30)
    (line,) = await counted(sent.handled_as(HandlingMode.SPECIAL, sooner, YONGNING))
    assert line.undecided_until == sooner


async def test_late_signature_is_not_undecided_any_more() -> None:
    story = Story("late").registered().dispatched(YONGNING).signed(YONGNING, in_time=False)
    (line,) = await counted(story)
    assert (line.numerator, line.undecided_until) == (Decimal(0), None)


async def test_order_that_a_ruling_took_away_counts_for_nobody() -> None:
    story = Story("away").registered().dispatched(YONGNING).signed(YONGNING, in_time=False)
    story.returned(YONGNING).ruled(Ruling.BACKSTOP, YONGNING, ZHENZHUQUAN)
    assert await counted(story) == []
    assert (await folded(story)).orders[0].fate is Fate.TAKEN_AWAY


@pytest.mark.parametrize("ruling", [Ruling.UPHOLD, Ruling.SILENCE])
async def test_order_returned_in_vain_counts_once_and_in_time(ruling: Ruling) -> None:
    story = Story("kept").registered().dispatched(YONGNING).returned(YONGNING)
    story.ruled(ruling, YONGNING, YONGNING).dispatched(YONGNING, key="kept").signed(YONGNING, key="kept")
    assert [line.numerator for line in await counted(story)] == [Decimal(1)]


async def test_returning_does_not_wash_a_late_signature_away() -> None:
    story = Story("washed").registered().dispatched(YONGNING).signed(YONGNING, in_time=False)
    story.returned(YONGNING).ruled(Ruling.UPHOLD, YONGNING, YONGNING)
    # The same work order comes back under its own id.
    story.dispatched(YONGNING).signed(YONGNING)
    assert [line.numerator for line in await counted(story)] == [Decimal(0)]


@pytest.mark.parametrize(("waited", "owed"), [(0.0, []), (2.0, [Decimal(0)])])
async def test_unit_that_returned_in_time_owes_no_signature_while_nobody_decides(
    waited: float, owed: list[Decimal]
) -> None:
    """To sign within two hours; the citizen's wish ends the case while the return is open."""
    story = Story("undecided").registered().dispatched(YONGNING).passes(hours=waited).returned(YONGNING)
    story.passes(hours=3).withdrawn()
    assert [line.numerator for line in await counted(story)] == owed


async def test_co_unit_answers_for_its_signature_and_for_nothing_else() -> None:
    story = Story("co").registered().dispatched(ZHENZHUQUAN, co=(YONGNING,)).signed(ZHENZHUQUAN)
    story.resolved(ZHENZHUQUAN).judged(Solved.YES, Satisfied.SATISFIED)
    lines = await counted(story)
    assert [line.measure for line in lines if line.unit == YONGNING] == [Measure.RESPONSE]
    assert [line.measure for line in lines if line.unit == ZHENZHUQUAN] == list(Measure)


@pytest.mark.parametrize(("hours", "owed"), [(0.0, []), (2.0, [Decimal(0)])])
async def test_co_unit_owes_no_signature_for_a_case_that_closed_while_it_could_still_sign(
    hours: float, owed: list[Decimal]
) -> None:
    """To sign within two hours; a story tells a fact an hour."""
    story = Story("quick").registered().dispatched(ZHENZHUQUAN, co=(YONGNING,)).passes(hours=-0.9)
    story.signed(ZHENZHUQUAN).passes(hours=-0.9).resolved(ZHENZHUQUAN).passes(hours=-0.9)
    story.judged(Solved.YES, Satisfied.SATISFIED).passes(hours=hours - 0.9).closed()
    lines = await counted(story)
    assert [line.numerator for line in lines if line.unit == YONGNING] == owed
    assert [line.numerator for line in lines if line.unit == ZHENZHUQUAN] == [Decimal(1)] * 4


async def test_assigned_order_counts_for_the_community() -> None:
    story = Story("down").registered().dispatched(DONGHUASHI).signed(DONGHUASHI).assigned(DONGHUASHI, NANLI)
    story.resolved(DONGHUASHI).judged(Solved.YES, Satisfied.SATISFIED)
    assert {line.unit for line in await counted(story)} == {NANLI}


async def test_no_opinion_is_no_answer_about_satisfaction() -> None:
    lines = await counted(handled("mute", YONGNING).judged(Solved.PARTLY, Satisfied.NO_OPINION))
    worth = {line.measure: line.numerator for line in lines}
    assert worth == {
        Measure.RESPONSE: Decimal(1),
        Measure.CONTACT: Decimal(1),
        Measure.RESOLUTION: Decimal(0),
    }


async def test_partly_and_basically_count_what_the_policy_says() -> None:
    policy = beijing().policy
    score = policy.score.model_copy(update={"partly_solved": Decimal("0.5")})
    rules = Rules.of_policy(policy.model_copy(update={"score": score}))
    entry = await folded(handled("policy", YONGNING).judged(Solved.PARTLY, Satisfied.BASICALLY))
    worth = {line.measure: line.numerator for line in lines_of(entry, rules)}
    assert (worth[Measure.RESOLUTION], worth[Measure.SATISFACTION]) == (Decimal("0.5"), Decimal("0.9"))


async def test_a_result_after_an_unreachable_round_is_the_first_valid_one() -> None:
    story = handled("second round", YONGNING).unreachable()
    story.judged(Solved.YES, Satisfied.SATISFIED, round_=2)
    scored = (await folded(story)).scored
    assert scored is not None
    assert scored.round == 2


async def test_closing_keeps_it_visible_that_a_case_was_answered() -> None:
    entry = await folded(Story("asked").registered().answered().closed())
    assert entry.outcome is Outcome.ANSWERED
    assert entry.ended_at is not None


async def test_joined_case_that_is_reopened_goes_its_own_way_and_its_answer_stays_where_it_was() -> None:
    target = handled("target", YONGNING)
    story = Story("torn").registered().merged(target).judged(Solved.NO, Satisfied.NOT).reopened()
    story.dispatched(DONGHUASHI, redo=1).signed(DONGHUASHI).resolved(DONGHUASHI, redo=1)
    story.judged(Solved.YES, Satisfied.SATISFIED, round_=2, scored=False)
    entry, lines = await folded(story), await counted(story)
    assert (entry.outcome, entry.merged_into, entry.lead) == (Outcome.OPEN, None, DONGHUASHI)
    assert {(line.measure, line.unit, line.joined_into) for line in lines} == {
        (Measure.RESPONSE, DONGHUASHI, None),
        (Measure.CONTACT, None, target.case_id),
        (Measure.RESOLUTION, None, target.case_id),
        (Measure.SATISFACTION, None, target.case_id),
    }


async def test_joined_case_that_was_let_go_counts_once_for_its_own_unit() -> None:
    target = Story("gone").registered().dispatched(YONGNING).withdrawn()
    story = Story("left").registered().dispatched(HOUSING).merged(target).unmerged(target)
    entry = await folded(story)
    assert (entry.outcome, entry.ended_at, entry.merged_into, entry.lead) == (Outcome.OPEN, None, None, None)
    story.dispatched(DONGHUASHI).signed(DONGHUASHI).resolved(DONGHUASHI)
    story.judged(Solved.NO, Satisfied.NOT).closed()
    entry, lines = await folded(story), await counted(story)
    assert (entry.outcome, entry.redo) == (Outcome.CLOSED, 0)
    assert [(line.measure, line.unit, line.joined_into) for line in lines] == [
        (measure, DONGHUASHI, None)
        for measure in (Measure.RESPONSE, Measure.CONTACT, Measure.RESOLUTION, Measure.SATISFACTION)
    ]
    assert [line.cases for line in lines if line.measure is Measure.RESPONSE] == [1]


async def test_answered_case_that_is_reopened_has_a_unit_from_then_on_only() -> None:
    story = Story("not enough").registered().answered().judged(Solved.NO, Satisfied.NOT).reopened()
    story.dispatched(YONGNING, redo=1).signed(YONGNING)
    assert [line.measure for line in await counted(story)] == [Measure.RESPONSE]


async def test_fact_about_an_order_that_was_never_dispatched_is_refused() -> None:
    with pytest.raises(UnknownOrder):
        await folded(Story("stray").registered().signed(YONGNING))


async def test_department_that_was_never_called_is_refused() -> None:
    with pytest.raises(UnknownDepartment):
        await folded(
            Story("uncalled").registered().blown(YONGNING, HOUSING).reported_in(POLICE, in_time=True)
        )


async def test_department_that_rushed_to_an_emergency_has_signed_by_being_there() -> None:
    ledger = LedgerInMemory()
    story = Story("fire").registered().blown(YONGNING, HOUSING, POLICE).rushed_in(POLICE)
    await ledger.hears(*story.heard)
    (whistle,) = ledger.whistles.kept.values()
    periods = Periods.of_policy(beijing().policy)
    lines = {(line.unit, line.measure): line for line in calls.lines_of(whistle, periods)}
    signed, came = lines[POLICE, CallMeasure.SIGNED], lines[POLICE, CallMeasure.REPORTED_IN]
    assert (signed.worth, signed.undecided_until) == (Worth(Decimal(1), 1), None)
    assert came.worth == Worth(Decimal(1), 1)
    assert lines[HOUSING, CallMeasure.SIGNED].worth == Worth(Decimal(0), 1)


@pytest.mark.parametrize(
    ("at", "label"),
    [
        (datetime(2026, 10, 19, 11, 59, 59, tzinfo=SHANGHAI), "2026-10"),
        (datetime(2026, 10, 19, 12, 0, tzinfo=SHANGHAI), "2026-11"),
        (datetime(2026, 11, 19, 3, 59, tzinfo=UTC), "2026-11"),
        (datetime(2026, 11, 19, 4, 0, tzinfo=UTC), "2026-12"),
        (datetime(2026, 12, 31, 23, 59, tzinfo=SHANGHAI), "2027-01"),
        (FIRST, "1970-01"),
        (LAST, "2200-01"),
    ],
)
def test_period_is_cut_on_the_19th_at_noon_local_time(at: datetime, label: str) -> None:
    periods = Periods.of_policy(beijing().policy)
    period = periods.at(at)
    assert period.label == label
    assert period.starts <= at < period.ends


def test_calendar_month_runs_from_midnight_to_midnight() -> None:
    policy = beijing().policy
    month = policy.period.model_copy(
        update={"kind": PeriodKind.CALENDAR_MONTH, "cut_day": 1, "cut_at": datetime.min.time()}
    )
    periods = Periods.of_policy(policy.model_copy(update={"period": month}))
    period = periods.named("2026-12")
    assert period.starts == datetime(2026, 12, 1, tzinfo=SHANGHAI)
    assert period.ends == datetime(2027, 1, 1, tzinfo=SHANGHAI)
    assert periods.at(period.starts) == period
    assert periods.label(datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI)) == "2026-11"


@pytest.mark.parametrize("written", ["2026-13", "2026", "last", "0000-01", "2026-1", "20２６-11"])
def test_a_period_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(UnreadablePeriod):
        Periods.of_policy(beijing().policy).asked(written, at=datetime.now(UTC))


UNITS = sorted(beijing().units.by_code)
SUMS = st.lists(
    st.builds(
        Sum,
        st.sampled_from(UNITS),
        st.sampled_from(list(Measure)),
        st.booleans(),
        st.builds(Tally, st.decimals(0, 50, places=1), st.integers(50, 90), st.integers(0, 9)),
    ),
    max_size=40,
)


@given(SUMS)
def test_sum_of_the_parts_is_the_whole_for_every_unit_of_the_tree(sums: list[Sum]) -> None:
    units = beijing().units
    whole = over_the_tree(sums, units)
    for code, standing in whole.items():
        parts = [
            own(sums, code),
            *(whole[child.code] for child in units.children(code) if child.code in whole),
        ]
        for measure in Measure:
            assert sum((part.tally(measure) for part in parts), Tally()) == standing.tally(measure)
            apart = sum((part.proactive.get(measure, Tally()) for part in parts), Tally())
            assert apart == standing.proactive.get(measure, Tally())


@given(st.fractions(0, 1))
def test_what_is_shown_is_never_further_off_than_half_of_the_last_digit(exact: Fraction) -> None:
    seen = shown(exact)
    assert seen is not None
    assert abs(Fraction(seen) - exact) <= Fraction(1, 20_000)


def test_equals_are_ranked_by_volume_and_full_equals_share_a_place() -> None:
    city = beijing()
    sums = [
        Sum(unit, measure, False, Tally(Decimal(volume), volume))
        for unit, volume in ((YONGNING, 3), (DONGHUASHI, 3), (ZHENZHUQUAN, 5))
        for measure in Measure
    ]
    ranked = ranking(over_the_tree(sums, city.units), city.units, UnitLevel.STREET, city.policy.score)
    assert {each.standing.unit: each.rank for each in ranked} == {ZHENZHUQUAN: 1, YONGNING: 2, DONGHUASHI: 2}
