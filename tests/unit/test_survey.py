"""Calling back: every round's life, the ladder, quiet hours, claims, links, and which result is scored."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.survey.domain import commands as do
from services.survey.domain import errors
from services.survey.domain.lifecycle import ROUND_LIFE
from services.survey.domain.model import Answers, RoundState, Survey
from services.survey.domain.policy import answering, calling, scheduling
from shared.events import survey as say
from shared.kernel.decision import Decision
from shared.kernel.errors import Refusal
from shared.kernel.ids import CallbackId, CaseId
from shared.kernel.words import CallbackChannel, Satisfied, Solved, Unreached
from shared.lifecycle.machine import MoveNotAllowed
from tests.kit.city import beijing

BEIJING = ZoneInfo("Asia/Shanghai")
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=BEIJING)
NIGHT = datetime(2026, 11, 20, 23, 0, tzinfo=BEIJING)
CASE = CaseId(UUID(int=1))
FIRST = CallbackId(UUID(int=101))
HAPPY = Answers(contacted=True, solved=Solved.YES, satisfied=Satisfied.SATISFIED)
UNHAPPY = Answers(contacted=True, solved=Solved.NO, satisfied=Satisfied.NOT)


def a_survey(*, has_phone: bool = True, at: datetime = NOON, started: bool = True) -> Survey:
    survey = Survey(CASE, has_phone)
    return start(survey, FIRST, at=at).state if started else survey


def start(survey: Survey, callback_id: CallbackId, *, at: datetime) -> Decision[Survey]:
    return scheduling.schedule(survey, do.Schedule(CASE, callback_id), beijing(), at=at)


def claimed(survey: Survey, *, by: str = "caller-1", at: datetime = NOON) -> Survey:
    running = survey.running
    assert running
    return calling.claim(survey, do.ClaimRound(running.callback_id, by), at=at).state


def call(
    survey: Survey, answers: Answers | None, *, at: datetime, by: str = "caller-1", inbound: bool = False
) -> Decision[Survey]:
    cmd = do.RecordAttempt(survey.rounds[-1].callback_id, by, answers is not None, answers, inbound)
    return calling.record_attempt(survey, cmd, beijing(), at=at)


def test_a_round_starts_at_once_in_open_hours_and_next_morning_at_night() -> None:
    assert start(Survey(CASE, True), FIRST, at=NOON).state.rounds[0].due_at == NOON
    due = start(Survey(CASE, True), FIRST, at=NIGHT).state.rounds[0].due_at
    assert due == datetime(2026, 11, 21, 9, 0, tzinfo=BEIJING)


def test_a_running_round_is_not_started_twice() -> None:
    survey = a_survey()
    again = start(survey, CallbackId(UUID(int=102)), at=NOON)
    assert again == Decision(survey)


def test_where_no_citizen_asked_for_anything_the_round_ends_at_once() -> None:
    decided = start(Survey(CASE, has_phone=False, has_citizen=False), FIRST, at=NOON)
    assert [type(fact) for fact in decided.facts] == [say.CallbackScheduled, say.CallbackUnreachable]
    assert decided.state.rounds[0].state is RoundState.UNREACHABLE
    assert decided.state.running is None


def test_who_left_no_phone_may_answer_in_the_app_for_a_links_days_and_then_the_round_ends() -> None:
    started = start(Survey(CASE, has_phone=False), FIRST, at=NOON)
    assert [(type(fact), fact.by_phone) for fact in started.facts] == [(say.CallbackScheduled, False)]
    survey, end = started.state, NOON + timedelta(days=14)
    assert not answering.owes_link(survey, FIRST), "there is nowhere to send one to"
    assert not calling.may_take(survey, FIRST, "caller-1", at=NOON)
    with pytest.raises(errors.NoPhone):
        claimed(survey)
    answered = answering.answer_in_app(
        survey, do.AnswerInApp(CASE, HAPPY), beijing(), at=end - timedelta(microseconds=1)
    )
    assert answered.facts[-1].channel is CallbackChannel.IN_APP
    assert calling.expire(survey, FIRST, at=end - timedelta(microseconds=1)) == Decision(survey)
    assert isinstance(calling.expire(survey, FIRST, at=end).facts[-1], say.CallbackUnreachable)


def test_who_cannot_be_called_about_a_contradiction_is_taken_at_his_word() -> None:
    two_minds = replace(UNHAPPY, satisfied=Satisfied.SATISFIED)
    survey = start(Survey(CASE, has_phone=False), FIRST, at=NOON).state
    answered = answering.answer_in_app(survey, do.AnswerInApp(CASE, two_minds), beijing(), at=NOON)
    assert (answered.facts[-1].flagged, answered.state.running) == (True, None)


def test_the_first_result_is_scored_and_the_next_stands_beside_it() -> None:
    first = call(claimed(a_survey()), UNHAPPY, at=NOON)
    second_round = start(first.state, CallbackId(UUID(int=102)), at=NOON).state
    second = call(claimed(second_round), HAPPY, at=NOON)
    assert [fact.scored for fact in (first.facts[-1], second.facts[-1])] == [True, False]
    assert second.facts[-1].round == 2
    assert second.state.rounds[0].answers == replace(UNHAPPY, questionnaire=beijing().questionnaire.version)


def test_the_ladder_climbs_0_4_24_72_hours_and_ends_unreachable() -> None:
    survey, now, dues = a_survey(), NOON, []
    for _ in range(3):
        survey = call(claimed(survey, at=now), None, at=now).state
        now = survey.rounds[0].due_at
        dues.append(now)
    # 12:00 + 4 h, + 24 h, + 72 h after the round began.
    assert dues == [NOON + timedelta(hours=hours) for hours in (4, 24, 72)]
    last = call(claimed(survey, at=now), None, at=now)
    assert [type(fact) for fact in last.facts] == [say.CallbackAttempted, say.CallbackUnreachable]
    assert (last.facts[-1].attempts, last.facts[-1].reason) == (4, Unreached.LADDER)


def test_a_late_call_is_not_followed_by_the_next_one_at_once() -> None:
    late = NOON + timedelta(days=7)
    tried = call(claimed(a_survey(), at=late), None, at=late).state
    assert tried.rounds[0].due_at == late + timedelta(hours=4)


def test_a_round_of_the_night_has_four_hours_between_its_first_calls() -> None:
    survey = a_survey(at=NIGHT)
    morning = survey.rounds[0].due_at
    tried = call(claimed(survey, at=morning), None, at=morning).state
    assert tried.rounds[0].due_at == morning + timedelta(hours=4)


def test_a_rung_that_falls_into_the_night_waits_for_the_morning() -> None:
    evening = NOON.replace(hour=18)
    tried = call(claimed(a_survey(at=evening), at=evening), None, at=evening).state
    assert tried.rounds[0].due_at == datetime(2026, 11, 21, 9, 0, tzinfo=BEIJING)


def test_nobody_is_called_in_quiet_hours_but_may_ring_himself() -> None:
    survey = claimed(a_survey(), at=NIGHT)
    with pytest.raises(errors.QuietHours):
        call(survey, HAPPY, at=NIGHT)
    assert call(survey, HAPPY, at=NIGHT, inbound=True).state.rounds[0].state is RoundState.COMPLETED


def test_a_call_begun_before_quiet_hours_is_written_down_after_the_hour() -> None:
    late = NOON.replace(hour=19, minute=58)
    held, after = claimed(a_survey(), at=late), late + timedelta(minutes=5)
    assert call(held, HAPPY, at=after).state.rounds[0].state is RoundState.COMPLETED
    missed = call(held, None, at=after).state.rounds[0]
    assert missed.due_at == datetime(2026, 11, 21, 9, 0, tzinfo=BEIJING)
    with pytest.raises(errors.QuietHours):
        call(claimed(a_survey(), by="caller-2", at=late), HAPPY, at=after)
    # The half hour is over: whoever asks now would have to call again.
    with pytest.raises(errors.QuietHours):
        call(held, HAPPY, at=late + timedelta(minutes=30))


def test_nobody_is_called_before_the_rung_is_due() -> None:
    survey = call(claimed(a_survey()), None, at=NOON).state
    with pytest.raises(errors.NotDueYet):
        call(claimed(survey), HAPPY, at=NOON + timedelta(hours=1))


def test_nobody_chooses_a_call_at_night_or_before_it_is_due_unless_the_citizen_rang() -> None:
    mine, rang = do.ClaimRound(FIRST, "caller-1"), do.ClaimRound(FIRST, "caller-1", inbound=True)
    waiting = call(claimed(a_survey()), None, at=NOON).state
    for survey, at, refusal in (
        (a_survey(), NIGHT, errors.QuietHours),
        (waiting, NOON + timedelta(hours=1), errors.NotDueYet),
    ):
        with pytest.raises(refusal):
            calling.choose(survey, mine, beijing(), at=at)
        assert calling.choose(survey, rang, beijing(), at=at).state.rounds[0].claim
    assert calling.choose(waiting, mine, beijing(), at=NOON + timedelta(hours=4)).state.rounds[0].claim


def test_two_callers_never_have_the_same_callback_in_hand() -> None:
    survey = claimed(a_survey())
    with pytest.raises(errors.ClaimedByAnother):
        claimed(survey, by="caller-2")
    with pytest.raises(errors.NotClaimed):
        call(survey, HAPPY, at=NOON, by="caller-2")
    later = NOON + calling.LEASE
    assert claimed(survey, by="caller-2", at=later).rounds[0].claim.by == "caller-2"  # type: ignore[union-attr]
    with pytest.raises(errors.NotClaimed):
        call(survey, HAPPY, at=later)


def test_answers_are_there_exactly_when_somebody_was_reached() -> None:
    survey = claimed(a_survey())
    with pytest.raises(errors.AnswersMissing):
        calling.record_attempt(survey, do.RecordAttempt(FIRST, "caller-1", True, None), beijing(), at=NOON)
    with pytest.raises(errors.AnswersUnasked):
        calling.record_attempt(survey, do.RecordAttempt(FIRST, "caller-1", False, HAPPY), beijing(), at=NOON)


def test_a_citizen_who_rang_was_reached() -> None:
    with pytest.raises(errors.RangUnreached):
        call(a_survey(), None, at=NIGHT, inbound=True)


def linked(survey: Survey) -> Survey:
    return answering.send_link(survey, FIRST, beijing(), at=NOON).state


def test_a_link_answers_once_then_it_is_used() -> None:
    answered = answering.answer_by_link(linked(a_survey()), do.AnswerByLink(FIRST, HAPPY), beijing(), at=NOON)
    assert answered.facts[-1].channel is CallbackChannel.LINK
    with pytest.raises(errors.LinkUsed):
        answering.answer_by_link(answered.state, do.AnswerByLink(FIRST, UNHAPPY), beijing(), at=NOON)


def test_a_link_lives_fourteen_days_and_is_not_renewed_by_sending_again() -> None:
    survey = linked(a_survey())
    again = answering.send_link(survey, FIRST, beijing(), at=NOON + timedelta(days=3)).state
    assert again == survey
    last_moment = NOON + timedelta(days=14) - timedelta(microseconds=1)
    assert answering.require_link(survey, FIRST, at=last_moment).callback_id == FIRST
    with pytest.raises(errors.LinkExpired):
        answering.require_link(survey, FIRST, at=NOON + timedelta(days=14))


def test_a_link_whose_round_was_given_up_says_so_and_claims_no_answer_until_its_days_are_over() -> None:
    survey, now = linked(a_survey()), NOON
    for _ in range(4):
        assert answering.require_link(survey, FIRST, at=now).callback_id == FIRST
        survey = call(claimed(survey, at=now), None, at=now).state
        now = survey.rounds[0].due_at
    assert survey.rounds[0].state is RoundState.UNREACHABLE
    with pytest.raises(errors.CallbackGivenUp):
        answering.answer_by_link(survey, do.AnswerByLink(FIRST, HAPPY), beijing(), at=now)
    with pytest.raises(errors.LinkExpired):
        answering.require_link(survey, FIRST, at=NOON + timedelta(days=14))


def test_a_link_is_owed_until_it_is_sent_or_the_round_is_over() -> None:
    survey = a_survey()
    assert answering.owes_link(survey, FIRST)
    assert not answering.owes_link(survey, CallbackId(UUID(int=999)))
    assert not answering.owes_link(linked(survey), FIRST)
    assert not answering.owes_link(scheduling.cancel(survey, at=NOON).state, FIRST)


def test_a_link_that_was_never_sent_is_unknown() -> None:
    with pytest.raises(errors.UnknownLink):
        answering.require_link(a_survey(), FIRST, at=NOON)


def test_a_withdrawn_case_ends_the_round_without_a_result() -> None:
    over = scheduling.cancel(claimed(a_survey()), at=NOON)
    assert isinstance(over.facts[0], say.CallbackCancelled)
    assert scheduling.cancel(over.state, at=NOON) == Decision(over.state)
    with pytest.raises(MoveNotAllowed):
        call(over.state, HAPPY, at=NOON)


@pytest.mark.parametrize("state", RoundState)
@pytest.mark.parametrize("move", ["attempt", "complete", "give_up", "cancel"])
def test_only_an_open_round_moves(state: RoundState, move: str) -> None:
    if state is RoundState.SCHEDULED:
        assert ROUND_LIFE.fire(move, state) in RoundState
    else:
        with pytest.raises(MoveNotAllowed):
            ROUND_LIFE.fire(move, state)


def test_an_unknown_callback_is_refused_by_name() -> None:
    with pytest.raises(errors.UnknownCallback):
        calling.claim(a_survey(), do.ClaimRound(CallbackId(UUID(int=999)), "caller-1"), at=NOON)


def test_joined_cases_are_remembered_once() -> None:
    other = CaseId(UUID(int=2))
    joined = scheduling.join(a_survey(), other).state
    assert scheduling.join(joined, other) == Decision(joined)
    assert joined.joined == (other,)


class CallingBack(RuleBasedStateMachine):
    """Any interleaving of rounds, calls, links and clocks keeps the rules of the score."""

    @initialize()
    def begin(self) -> None:
        self.survey = Survey(CASE, True)
        self.now = datetime(2026, 11, 20, 0, 0, tzinfo=UTC)
        self.facts: list[object] = []

    def _try(self, decide: object) -> None:
        try:
            decided: Decision[Survey] = decide()  # type: ignore[operator]
        except Refusal:
            return
        self.facts += decided.facts
        self.survey = replace(decided.state, version=self.survey.version + len(decided.facts))

    @rule()
    def resolve(self) -> None:
        callback_id = CallbackId(UUID(int=1000 + len(self.survey.rounds)))
        self._try(lambda: start(self.survey, callback_id, at=self.now))

    @precondition(lambda self: self.survey.rounds)
    @rule(
        by=st.sampled_from(["a", "b"]), answers=st.sampled_from([None, HAPPY, UNHAPPY]), inbound=st.booleans()
    )
    def ring(self, by: str, answers: Answers | None, inbound: bool) -> None:
        self._try(lambda: calling.claim(self.survey, do.ClaimRound(self._last, by), at=self.now))
        self._try(lambda: call(self.survey, answers, at=self.now, by=by, inbound=inbound))

    @precondition(lambda self: self.survey.rounds)
    @rule(answers=st.sampled_from([HAPPY, UNHAPPY]))
    def answer_the_link(self, answers: Answers) -> None:
        self._try(lambda: answering.send_link(self.survey, self._last, beijing(), at=self.now))
        self._try(
            lambda: answering.answer_by_link(
                self.survey, do.AnswerByLink(self._last, answers), beijing(), at=self.now
            )
        )

    @rule()
    def withdraw(self) -> None:
        self._try(lambda: scheduling.cancel(self.survey, at=self.now))

    @rule(hours=st.integers(1, 40))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @property
    def _last(self) -> CallbackId:
        return self.survey.rounds[-1].callback_id

    @invariant()
    def one_result_is_scored_and_it_is_the_first(self) -> None:
        completed = [fact for fact in self.facts if isinstance(fact, say.CallbackCompleted)]
        assert [fact.scored for fact in completed] == [i == 0 for i in range(len(completed))]

    @invariant()
    def at_most_one_round_runs_and_it_is_the_last(self) -> None:
        states = [one.state for one in self.survey.rounds]
        assert all(state is not RoundState.SCHEDULED for state in states[:-1])

    @invariant()
    def every_ended_round_said_so_once(self) -> None:
        ends = (say.CallbackCompleted, say.CallbackUnreachable, say.CallbackCancelled)
        said = [fact.callback_id for fact in self.facts if isinstance(fact, ends)]
        ended = [one.callback_id for one in self.survey.rounds if one.state is not RoundState.SCHEDULED]
        assert said == ended

    @invariant()
    def no_round_has_more_calls_than_the_ladder_has_rungs(self) -> None:
        for one in self.survey.rounds:
            calls = [each for each in one.attempts if each.channel is CallbackChannel.PHONE]
            assert len(calls) <= len(beijing().policy.callback.attempts)


TestCallingBack = CallingBack.TestCase
TestCallingBack.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
