"""说议筹办评: who may raise what, when a vote decides, how it ends, and what is said of it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.grid.domain import deliberation_commands as do
from services.grid.domain import deliberation_errors as errors
from services.grid.domain.case_lead import CaseLead
from services.grid.domain.deliberation import (
    Deliberation,
    Option,
    OptionStanding,
    Placards,
    Rating,
    Vote,
)
from services.grid.domain.errors import UnknownCase
from services.grid.domain.lifecycle import DELIBERATION_LIFE, DeliberationState
from services.grid.domain.policy import deliberation as table
from services.grid.domain.policy import deliberation_meeting as meetings
from services.grid.domain.policy import deliberation_work as carrying_out
from shared.events.grid import (
    DeliberationAbandoned,
    DeliberationEvaluated,
    DeliberationMet,
    DeliberationRaised,
)
from shared.events.topics import GRID
from shared.kernel.errors import Refusal
from shared.kernel.ids import CaseId, UnitCode
from shared.kernel.words import DeliberationStep, RaisedFrom
from shared.lifecycle.machine import MoveNotAllowed
from tests.kit.city import beijing, closing
from tests.kit.deliberations import (
    CAOCHANG,
    DELIBERATION_ID,
    DONGCHENG,
    HUILONGGUAN,
    LONGCHENG,
    QIANMEN,
    a_deliberation,
    a_lead,
    a_meeting,
    a_task,
    a_vote,
    adopted,
    seats,
)
from tests.kit.whistles import BLOWN_AT, CASE_ID, ENFORCEMENT

S = DeliberationState
OTHER_CASE = CaseId(UUID("01950000-0000-7000-8000-0000000000cb"))
ON = (DELIBERATION_ID, CAOCHANG)
TALKING = ("raised", "met", "piloting")
OPEN = (*TALKING, "adopted", "pledged", "under_way")

EXPECTED: dict[str, dict[str, str]] = {
    # Written out by hand from the trade's order of stages: the table must agree with it, not define it.
    "propose": {state: state for state in TALKING},
    "drop": {state: state for state in TALKING},
    "meet": dict.fromkeys(TALKING, "met"),
    "adopt": dict.fromkeys(TALKING, "adopted"),
    "pilot": {"met": "piloting"},
    "commit": {state: state for state in ("adopted", "pledged", "under_way")},
    "pledge": {"adopted": "pledged", "pledged": "pledged"},
    "pledge_more": {"under_way": "under_way"},
    "begin": {"adopted": "under_way", "pledged": "under_way"},
    "add_task": {"under_way": "under_way"},
    "report_task": {"under_way": "under_way"},
    "link": {state: state for state in OPEN},
    "evaluate": {"under_way": "evaluated"},
    "abandon": dict.fromkeys(OPEN, "abandoned"),
}

RAISE = do.RaiseMatter(DELIBERATION_ID, CAOCHANG, CAOCHANG, RaisedFrom.CASE, (CASE_ID,), "自行车棚放哪儿")


def raised(lead: CaseLead | None = None, **more: object) -> Deliberation:
    cmd = replace(RAISE, **more)
    leads = {case_id: lead or a_lead(case_id=case_id) for case_id in cmd.case_ids}
    return table.raise_matter(cmd, "sealed", leads, units=beijing().units, at=BLOWN_AT).state


def met(
    deliberation: Deliberation, vote: Vote | None = None, *present: int
) -> tuple[Deliberation, DeliberationMet]:
    cmd = do.Meet(*ON, BLOWN_AT, seats(*(present or (2, 2, 1, 1, 4))), vote, "纪要")
    decision = meetings.meet(deliberation, cmd, "sealed", units=beijing().units, at=BLOWN_AT)
    (fact,) = decision.facts
    assert isinstance(fact, DeliberationMet)
    return decision.state, fact


@pytest.mark.parametrize("state", S)
@pytest.mark.parametrize("move", EXPECTED)
def test_each_pair_fires_or_is_refused_by_name(move: str, state: S) -> None:
    assert set(DELIBERATION_LIFE.moves) == set(EXPECTED)
    target = EXPECTED[move].get(state)
    if target is None:
        with pytest.raises(MoveNotAllowed):
            DELIBERATION_LIFE.fire(move, state)
    else:
        assert DELIBERATION_LIFE.fire(move, state) == target


@pytest.mark.parametrize("by", [CAOCHANG, QIANMEN])
def test_a_community_or_its_street_raises_a_matter_and_says_codes_only(by: UnitCode) -> None:
    cmd = replace(RAISE, by=by)
    decision = table.raise_matter(cmd, "sealed", {CASE_ID: a_lead()}, units=beijing().units, at=BLOWN_AT)
    (fact,) = decision.facts
    assert isinstance(fact, DeliberationRaised)
    assert (fact.topic(), fact.key(), fact.case_ids) == (GRID, str(DELIBERATION_ID), (CASE_ID,))
    assert "车棚" not in fact.model_dump_json()
    assert "车棚" not in repr(cmd)
    assert decision.state.state is S.RAISED


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"unit": ENFORCEMENT}, errors.PlaceRefused),
        ({"unit": UnitCode("nobody")}, errors.PlaceRefused),
        ({"unit": DONGCHENG}, errors.PlaceRefused),
        ({"by": LONGCHENG}, errors.MayNotDeliberate),
        ({"by": DONGCHENG}, errors.MayNotDeliberate),
        ({"case_ids": ()}, errors.CasesMissing),
        ({"case_ids": tuple(CaseId(UUID(int=n)) for n in range(101))}, errors.ListFull),
    ],
)
def test_what_cannot_be_raised_is_refused_by_name(wrong: dict[str, object], named: type[Refusal]) -> None:
    with pytest.raises(Refusal) as caught:
        raised(**wrong)
    assert type(caught.value) is named


def test_a_resident_s_matter_needs_no_case() -> None:
    assert raised(raised_from=RaisedFrom.RESIDENT, case_ids=()).case_ids == ()


@pytest.mark.parametrize(
    "lead",
    [
        a_lead(QIANMEN),
        a_lead(CAOCHANG),
        a_lead(ENFORCEMENT, place=CAOCHANG),
        a_lead(ENFORCEMENT, place=QIANMEN),
    ],
)
def test_a_case_that_lies_with_the_community_or_its_street_is_linked(lead: CaseLead) -> None:
    assert raised(lead).case_ids == (CASE_ID,)


def test_a_case_of_another_place_or_of_none_is_not_linked() -> None:
    with pytest.raises(errors.CaseElsewhere):
        raised(a_lead(HUILONGGUAN, place=LONGCHENG))
    with pytest.raises(UnknownCase):
        table.raise_matter(RAISE, "sealed", {CASE_ID: None}, units=beijing().units, at=BLOWN_AT)


def test_a_case_linked_later_is_told_with_every_fact_and_once() -> None:
    leads = {CASE_ID: a_lead(), OTHER_CASE: a_lead()}
    cmd = do.LinkCases(*ON, (OTHER_CASE, CASE_ID))
    decision = table.link_cases(a_deliberation(), cmd, leads, units=beijing().units)
    assert decision.state.case_ids == (CASE_ID, OTHER_CASE)
    assert decision.facts[0].case_ids == (CASE_ID, OTHER_CASE)
    assert table.link_cases(decision.state, cmd, leads, units=beijing().units).facts == ()


def test_others_see_none_and_those_above_look_on() -> None:
    cmd = do.Propose(DELIBERATION_ID, DONGCHENG, "院门口")
    with pytest.raises(errors.MayNotDeliberate):
        table.propose(a_deliberation(), cmd, "sealed", units=beijing().units)
    with pytest.raises(errors.UnknownDeliberation):
        table.propose(a_deliberation(), replace(cmd, by=LONGCHENG), "sealed", units=beijing().units)


def test_what_a_closed_street_left_on_its_table_is_its_district_s() -> None:
    of_street, cmd = a_deliberation(unit=QIANMEN), do.Abandon(DELIBERATION_ID, DONGCHENG, "街道已撤销")
    ended = carrying_out.abandon(of_street, cmd, "sealed", units=closing(QIANMEN).units, at=BLOWN_AT).state
    assert ended.state is S.ABANDONED
    for units, unit in ((beijing().units, QIANMEN), (closing(CAOCHANG).units, CAOCHANG)):
        with pytest.raises(errors.MayNotDeliberate):
            carrying_out.abandon(a_deliberation(unit=unit), cmd, "sealed", units=units, at=BLOWN_AT)


def test_an_option_residents_object_to_is_off_the_table_for_good() -> None:
    units = beijing().units
    drop = do.DropOption(*ON, 1, 7, "挡住消防通道")
    decision = table.drop_option(a_deliberation(), drop, "sealed-reason", units=units)
    assert decision.state.options[0] == Option(1, "sealed", OptionStanding.DROPPED, 7, "sealed-reason")
    assert decision.facts[0].step is DeliberationStep.OPTION_DROPPED
    with pytest.raises(errors.OptionOffTable):
        table.drop_option(decision.state, drop, "sealed", units=units)
    with pytest.raises(errors.OptionOffTable):
        met(decision.state, a_vote(6))
    with pytest.raises(errors.OptionOffTable):
        table.pilot(replace(decision.state, state=S.MET), do.Pilot(*ON, (1, 2)), units=units)
    with pytest.raises(errors.UnknownOption):
        table.drop_option(decision.state, replace(drop, option=9), "sealed", units=units)


def test_several_sites_are_tried_out_and_then_voted_on() -> None:
    piloting = table.pilot(a_deliberation(S.MET), do.Pilot(*ON, (1, 2)), units=beijing().units).state
    assert [option.standing for option in piloting.options] == [OptionStanding.PILOTED] * 2
    after, fact = met(piloting, a_vote(3, 6))
    assert (after.state, after.options[1].standing, fact.adopted) == (S.ADOPTED, OptionStanding.ADOPTED, True)


@pytest.mark.parametrize("numbers", [(1,), (1, 1)])
def test_one_site_is_no_trial(numbers: tuple[int, ...]) -> None:
    with pytest.raises(errors.PilotsMiscounted):
        table.pilot(a_deliberation(S.MET), do.Pilot(*ON, numbers), units=beijing().units)


@pytest.mark.parametrize(
    ("vote", "quorate", "adopted_option"),
    [
        (None, None, None),
        (a_vote(6, 4, entitled=19), True, 1),
        (a_vote(6, 4, entitled=20), False, None),  # half is not more than half
        (a_vote(5, 5, entitled=19), True, None),
        (a_vote(5, 4, entitled=19, against=1), True, None),
        (a_vote(0, 6, entitled=10), True, 2),
        (a_vote(0, 0, entitled=10, against=10), True, None),
    ],
)
def test_a_vote_decides_with_more_than_half_of_those_entitled_there_and_more_than_half_of_them_for_it(
    vote: Vote | None, quorate: bool | None, adopted_option: int | None
) -> None:
    meeting = a_meeting(vote=vote)
    assert (meeting.present, meeting.quorate, meeting.adopted) == (10, quorate, adopted_option)
    after, fact = met(a_deliberation(), vote)
    assert after.state is (S.MET if adopted_option is None else S.ADOPTED)
    assert (fact.quorate, fact.adopted) == (quorate, adopted_option is not None)
    assert fact.placards == (None if vote is None else vote.raised)


def test_more_placards_than_people_are_refused_by_name() -> None:
    with pytest.raises(errors.TooManyPlacards) as caught:
        met(a_deliberation(), a_vote(6, 4, against=1))
    assert (caught.value.field, caught.value.data) == ("vote.placards", {"placards": 11, "present": 10})


@given(
    counts=st.lists(st.integers(0, 12), min_size=2, max_size=2),
    against=st.integers(0, 12),
    came=st.integers(0, 30),
)
def test_no_vote_counts_more_placards_than_people_and_no_two_options_win(
    counts: list[int], against: int, came: int
) -> None:
    vote = a_vote(*counts, entitled=30, against=against)
    if sum(counts) + against > came:
        with pytest.raises(errors.TooManyPlacards):
            met(a_deliberation(), vote, came)
        return
    after, fact = met(a_deliberation(), vote, came)
    won = [option for option in after.options if option.standing is OptionStanding.ADOPTED]
    assert len(won) <= 1
    assert fact.adopted is bool(won) is (came > 15 and max(counts) * 2 > came)


@pytest.mark.parametrize(
    ("vote", "named"),
    [
        (a_vote(5, entitled=9), errors.MorePresentThanEntitled),
        (Vote(20, (Placards(1, 3), Placards(1, 3))), errors.PlacardsTwice),
        (Vote(20, (Placards(7, 3),)), errors.UnknownOption),
    ],
)
def test_a_vote_that_cannot_be_is_refused_by_name(vote: Vote, named: type[Refusal]) -> None:
    with pytest.raises(named):
        met(a_deliberation(), vote)


def test_a_meeting_names_each_of_the_five_sides_once_and_was_held() -> None:
    units = beijing().units
    cmd = do.Meet(*ON, BLOWN_AT, (*seats()[:4], seats()[0]), None, "纪要")
    with pytest.raises(errors.SeatsMiscounted):
        meetings.meet(a_deliberation(), cmd, "sealed", units=units, at=BLOWN_AT)
    ahead = replace(cmd, seats=seats(), held_at=BLOWN_AT + timedelta(minutes=1))
    with pytest.raises(errors.NotHeldYet):
        meetings.meet(a_deliberation(), ahead, "sealed", units=units, at=BLOWN_AT)
    long_ago = replace(ahead, held_at=BLOWN_AT - timedelta(days=4_000))
    with pytest.raises(errors.HeldTooLongAgo):
        meetings.meet(a_deliberation(), long_ago, "sealed", units=units, at=BLOWN_AT)


def test_residents_voices_are_said_and_end_it() -> None:
    units = beijing().units
    done = adopted(S.UNDER_WAY, tasks=(a_task(done_at=BLOWN_AT),))
    with pytest.raises(errors.NobodyRated):
        carrying_out.evaluate(done, do.Evaluate(*ON, Rating()), units=units, at=BLOWN_AT)
    rating = Rating(satisfied=40, basically=6, not_satisfied=2, no_opinion=1)
    decision = carrying_out.evaluate(done, do.Evaluate(*ON, rating), units=units, at=BLOWN_AT)
    assert (decision.state.state, decision.state.rating, rating.voices) == (S.EVALUATED, rating, 49)
    (fact,) = decision.facts
    assert isinstance(fact, DeliberationEvaluated)
    assert (fact.satisfied, fact.basically, fact.not_satisfied, fact.no_opinion) == (40, 6, 2, 1)


def test_what_is_given_up_keeps_its_reason_and_says_none() -> None:
    cmd = do.Abandon(*ON, "意见无法统一")
    decision = carrying_out.abandon(
        a_deliberation(), cmd, "sealed-reason", units=beijing().units, at=BLOWN_AT
    )
    assert (decision.state.state, decision.state.sealed_reason) == (S.ABANDONED, "sealed-reason")
    (fact,) = decision.facts
    assert isinstance(fact, DeliberationAbandoned)
    assert "reason" not in fact.model_dump_json()


def test_a_table_holds_so_many_options() -> None:
    with pytest.raises(errors.ListFull):
        table.propose(a_deliberation(options=20), do.Propose(*ON, "x"), "sealed", units=beijing().units)
