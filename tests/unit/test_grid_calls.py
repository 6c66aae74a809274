"""报到: all states × all moves of a whistle and its calls, and what each move says."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest

from services.grid.domain.commands import Act, Cancel, Close, Contact, ReportIn, Score, Sign
from services.grid.domain.errors import (
    NotAllScored,
    NotCalled,
    NotScorableYet,
    NotTheBlower,
    NotYourCall,
    ScoreOutOfRange,
    SomebodyReportedIn,
    SpotMissing,
    UnknownWhistle,
)
from services.grid.domain.lifecycle import CALL_LIFE, WHISTLE_LIFE, CallState, Step, WhistleState
from services.grid.domain.model import Site, Spot, Whistle
from services.grid.domain.policy import calls, ending
from services.grid.domain.policy.overdue import expire
from shared.events.fact import Fact
from shared.events.grid import (
    WhistleActed,
    WhistleCancelled,
    WhistleClosed,
    WhistleContacted,
    WhistleOverdue,
    WhistleReportedIn,
    WhistleScored,
    WhistleSigned,
)
from shared.kernel.decision import Decision
from shared.kernel.errors import Refusal
from shared.kernel.ids import UnitCode
from shared.kernel.words import WhistleKind
from shared.lifecycle.machine import MoveNotAllowed
from tests.kit.city import beijing, closing
from tests.kit.whistles import (
    BLOWN_AT,
    DAXING,
    DONGHUASHI,
    ENFORCEMENT,
    FIRE,
    GUANYINSI,
    POLICE,
    SITE,
    WHISTLE_ID,
    a_call,
    a_whistle,
)

C, W = CallState, WhistleState
SOON = BLOWN_AT + timedelta(minutes=20)
DUE = BLOWN_AT + timedelta(hours=1)
RADIUS = 500.0
HERE, FAR = SITE, Spot(lng=SITE.lng, lat=SITE.lat + 0.01)

Ask = Callable[..., Decision[Whistle]]


def sign(whistle: Whistle, at: datetime = SOON, by: UnitCode = ENFORCEMENT) -> Decision[Whistle]:
    return calls.sign(whistle, Sign(WHISTLE_ID, by, ENFORCEMENT), units=beijing().units, at=at)


def contact(whistle: Whistle, at: datetime = SOON, by: UnitCode = ENFORCEMENT) -> Decision[Whistle]:
    return calls.contact(whistle, Contact(WHISTLE_ID, by, ENFORCEMENT), units=beijing().units, at=at)


def report_in(
    whistle: Whistle, at: datetime = SOON, by: UnitCode = ENFORCEMENT, spot: Spot | None = HERE
) -> Decision[Whistle]:
    cmd = ReportIn(WHISTLE_ID, by, ENFORCEMENT, spot, RADIUS)
    return calls.report_in(whistle, cmd, units=beijing().units, at=at)


def act(whistle: Whistle, at: datetime = SOON, by: UnitCode = ENFORCEMENT) -> Decision[Whistle]:
    return calls.act(whistle, Act(WHISTLE_ID, by, ENFORCEMENT, "已拆除"), units=beijing().units, at=at)


def score(
    whistle: Whistle, at: datetime = SOON, by: UnitCode = GUANYINSI, score: int = 4
) -> Decision[Whistle]:
    cmd = Score(WHISTLE_ID, by, ENFORCEMENT, score)
    return calls.score(whistle, cmd, units=beijing().units, at=at)


def close(whistle: Whistle, at: datetime = SOON, by: UnitCode = GUANYINSI) -> Decision[Whistle]:
    return ending.close(whistle, Close(WHISTLE_ID, by), units=beijing().units, at=at)


def cancel(whistle: Whistle, at: datetime = SOON, by: UnitCode = GUANYINSI) -> Decision[Whistle]:
    return ending.cancel(whistle, Cancel(WHISTLE_ID, by, "误吹"), units=beijing().units, at=at)


CALL_MOVES: dict[str, Ask] = {
    "sign": sign,
    "contact": contact,
    "report_in": report_in,
    "act": act,
    "score": score,
}
SAYS: dict[str, type[Fact]] = {
    "sign": WhistleSigned,
    "contact": WhistleContacted,
    "report_in": WhistleReportedIn,
    "act": WhistleActed,
    "score": WhistleScored,
}
FIRES = {
    ("sign", C.CALLED): C.SIGNED,
    ("contact", C.SIGNED): C.CONTACTED,
    ("report_in", C.CONTACTED): C.REPORTED_IN,
    ("act", C.REPORTED_IN): C.ACTED,
    ("score", C.ACTED): C.SCORED,
}
APPROVING = {"blow", "refuse", "withdraw"}
"""Tested where whistles wait for an approval."""
ONLY_IN_AN_EMERGENCY = {
    ("report_in", C.CALLED): C.REPORTED_IN,
    ("report_in", C.SIGNED): C.REPORTED_IN,
}


@pytest.mark.parametrize(
    ("kind", "standing", "state", "move"), list(product(WhistleKind, WhistleState, CallState, CALL_MOVES))
)
def test_every_move_in_every_state_fires_or_is_refused_by_name(
    kind: WhistleKind, standing: WhistleState, state: CallState, move: str
) -> None:
    whistle = a_whistle(a_call(state=state), kind=kind, state=standing)
    table = {**FIRES, **(ONLY_IN_AN_EMERGENCY if kind is WhistleKind.EMERGENCY else {})}
    target = table.get((move, state)) if standing is W.OPEN else None
    if target is not None:
        decision = CALL_MOVES[move](whistle)
        assert decision.state.departments[0].state is target
        assert [type(fact) for fact in decision.facts] == [SAYS[move]]
        return
    early = move == "score" and standing is W.OPEN and state in (*C,)[:4]
    with pytest.raises(NotScorableYet if early else MoveNotAllowed):
        CALL_MOVES[move](whistle)


def test_the_tables_have_no_move_that_is_not_tested_here() -> None:
    assert set(CALL_LIFE.moves) == {*CALL_MOVES, "rush_in", "score_late", "expire"}
    assert set(WHISTLE_LIFE.moves) == {*CALL_LIFE.moves, *APPROVING, "close", "cancel"}


@pytest.mark.parametrize(
    ("standing", "move"), list(product((W.CLOSED, W.CANCELLED, W.REFUSED), (close, cancel)))
)
def test_what_is_over_neither_closes_nor_is_cancelled(standing: WhistleState, move: Ask) -> None:
    with pytest.raises(MoveNotAllowed):
        move(a_whistle(a_call(state=C.SCORED, reported_in_at=None), state=standing))


@pytest.mark.parametrize("state", CallState)
def test_closing_waits_until_every_department_is_scored(state: CallState) -> None:
    whistle = a_whistle(a_call(state=C.SCORED), a_call(POLICE, state))
    if state is C.SCORED:
        decision = close(whistle)
        assert (decision.state.state, decision.state.ended_at) == (W.CLOSED, SOON)
        assert [type(fact) for fact in decision.facts] == [WhistleClosed]
        return
    with pytest.raises(NotAllScored) as caught:
        close(whistle)
    assert caught.value.data["units"] == [POLICE]


@pytest.mark.parametrize("state", CallState)
def test_taking_back_is_over_when_somebody_reported_in(state: CallState) -> None:
    whistle = a_whistle(a_call(), a_call(POLICE, state))
    if state in (C.CALLED, C.SIGNED, C.CONTACTED):
        decision = cancel(whistle)
        assert (decision.state.state, decision.state.cancel_reason) == (W.CANCELLED, "误吹")
        assert [type(fact) for fact in decision.facts] == [WhistleCancelled]
        assert "误吹" not in decision.facts[0].model_dump_json()
        return
    with pytest.raises(SomebodyReportedIn):
        cancel(whistle)


def test_a_department_scored_without_having_come_does_not_hinder_taking_back() -> None:
    whistle = a_whistle(a_call(state=C.SCORED, reported_in_at=None), a_call(POLICE))
    assert cancel(whistle).state.state is W.CANCELLED


@pytest.mark.parametrize("move", CALL_MOVES)
def test_a_unit_that_is_no_party_is_told_there_is_no_such_whistle(move: str) -> None:
    with pytest.raises(UnknownWhistle):
        CALL_MOVES[move](a_whistle(), by=DONGHUASHI)
    for end in (close, cancel):
        with pytest.raises(UnknownWhistle):
            end(a_whistle(), by=DONGHUASHI)


@pytest.mark.parametrize(
    ("move", "by", "refusal"),
    [
        *(
            (move, other, NotYourCall)
            for move in ("sign", "contact", "report_in", "act")
            for other in (POLICE, GUANYINSI, DAXING)
        ),
        *(("score", other, NotTheBlower) for other in (ENFORCEMENT, POLICE, DAXING)),
    ],
)
def test_a_party_moves_its_own_part_only(move: str, by: UnitCode, refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        CALL_MOVES[move](a_whistle(), by=by)


@pytest.mark.parametrize("end", [close, cancel])
def test_only_the_blower_ends_a_whistle(end: Ask) -> None:
    with pytest.raises(NotTheBlower):
        end(a_whistle(), by=ENFORCEMENT)


def test_a_department_that_was_not_named_has_no_call() -> None:
    with pytest.raises(NotCalled):
        sign(a_whistle(a_call(FIRE)), by=FIRE)
    with pytest.raises(NotCalled):
        score(a_whistle(a_call(FIRE)))


@pytest.mark.parametrize(
    ("move", "state", "limit", "step"),
    [
        ("sign", C.CALLED, "sign_by", Step.SIGN),
        ("contact", C.SIGNED, "contact_by", Step.CONTACT),
        ("report_in", C.CONTACTED, "report_in_by", Step.REPORT_IN),
    ],
)
def test_the_limit_itself_is_in_time_and_a_moment_later_is_told_as_overdue_first(
    move: str, state: CallState, limit: str, step: Step
) -> None:
    far_off: dict[str, Any] = dict.fromkeys(
        ("sign_by", "contact_by", "report_in_by"), DUE + timedelta(days=9)
    )
    whistle = a_whistle(a_call(state=state, **{**far_off, limit: DUE}))
    (kept,) = CALL_MOVES[move](whistle, DUE).facts
    assert kept.in_time is True
    late = CALL_MOVES[move](whistle, DUE + timedelta(microseconds=1))
    told, moved = late.facts
    assert isinstance(told, WhistleOverdue)
    assert (told.unit, told.step, moved.in_time) == (ENFORCEMENT, step, False)
    assert late.state.departments[0].late == (step,)


@pytest.mark.parametrize(("spot", "on_site"), [(HERE, True), (FAR, False), (Spot(-70.6, -33.4), False)])
def test_a_report_in_far_from_the_site_is_kept_and_marked(spot: Spot, on_site: bool) -> None:
    decision = report_in(a_whistle(a_call(state=C.CONTACTED)), spot=spot)
    call, (fact,) = decision.state.departments[0], decision.facts
    assert call.state is C.REPORTED_IN
    assert (call.on_site, call.reported_from) == (on_site, spot)
    assert (fact.distance_m, fact.on_site) == (call.distance_m, on_site)


def test_the_radius_itself_is_on_the_site() -> None:
    whistle = a_whistle(a_call(state=C.CONTACTED))
    metres = report_in(whistle, spot=FAR).state.departments[0].distance_m
    assert metres is not None

    def on_site(radius: float) -> Any:
        cmd = ReportIn(WHISTLE_ID, ENFORCEMENT, ENFORCEMENT, FAR, radius)
        return calls.report_in(whistle, cmd, units=beijing().units, at=SOON).state.departments[0].on_site

    assert on_site(metres) is True
    assert on_site(metres - 0.1) is False


def test_without_coordinates_of_the_site_nothing_is_claimed_about_the_distance() -> None:
    whistle = a_whistle(a_call(state=C.CONTACTED), site=Site(unit=GUANYINSI))
    for spot in (None, HERE):
        (fact,) = report_in(whistle, spot=spot).facts
        assert (fact.distance_m, fact.on_site) == (None, None)


def test_where_the_site_has_coordinates_who_reports_in_says_where_it_stands() -> None:
    with pytest.raises(SpotMissing) as caught:
        report_in(a_whistle(a_call(state=C.CONTACTED)), spot=None)
    assert caught.value.field == "lng"


@pytest.mark.parametrize("number", [-1, 0, 6, 50])
def test_a_score_is_one_to_five(number: int) -> None:
    with pytest.raises(ScoreOutOfRange):
        score(a_whistle(a_call(state=C.ACTED)), score=number)


@pytest.mark.parametrize("state", [C.CALLED, C.SIGNED, C.CONTACTED, C.REPORTED_IN])
def test_a_late_department_is_scored_without_waiting(state: CallState) -> None:
    after = BLOWN_AT + timedelta(days=3, seconds=1)
    decision = score(a_whistle(a_call(state=state)), after, score=1)
    fact = decision.facts[-1]
    assert isinstance(fact, WhistleScored)
    assert decision.state.departments[0].state is C.SCORED
    assert fact.reported_in_time is (state is C.REPORTED_IN)


def test_late_once_is_late_enough_to_be_scored() -> None:
    late = a_call(state=C.CONTACTED, late=(Step.SIGN,))
    assert score(a_whistle(late)).state.departments[0].score == 4


@pytest.mark.parametrize(
    ("reported_in_at", "in_time"),
    [(BLOWN_AT + timedelta(days=3), True), (BLOWN_AT + timedelta(days=3, seconds=1), False)],
)
def test_the_score_says_whether_the_report_in_was_in_time(reported_in_at: datetime, in_time: bool) -> None:
    whistle = a_whistle(a_call(state=C.ACTED, reported_in_at=reported_in_at))
    (fact,) = score(whistle, BLOWN_AT + timedelta(days=5)).facts
    assert fact.reported_in_time is in_time


def test_an_emergency_s_report_in_ends_what_was_owed_before_it() -> None:
    whistle = report_in(a_whistle(a_call(), kind=WhistleKind.EMERGENCY)).state
    assert whistle.departments[0].due_at is None
    assert not expire(whistle, at=BLOWN_AT + timedelta(days=30)).facts


@pytest.mark.parametrize(
    ("kind", "state", "late", "signs"),
    [
        (WhistleKind.EMERGENCY, C.CALLED, timedelta(0), True),
        (WhistleKind.EMERGENCY, C.CALLED, timedelta(seconds=1), False),
        (WhistleKind.EMERGENCY, C.SIGNED, timedelta(0), False),
        (WhistleKind.JOINT_ENFORCEMENT, C.CONTACTED, timedelta(0), False),
    ],
)
def test_who_rushes_to_an_emergency_while_there_is_time_to_sign_signs_by_being_there(
    kind: WhistleKind, state: CallState, late: timedelta, signs: bool
) -> None:
    """It can sign no more, and is not to be scored as one that never came to."""
    call = a_call(state=state)
    *_, came = report_in(a_whistle(call, kind=kind), call.sign_by + late).facts
    assert (type(came), came.counts_as_signed) == (WhistleReportedIn, signs)


def test_a_cancelled_whistle_still_tells_what_ran_over_before() -> None:
    told, ended = cancel(a_whistle(a_call()), at=DUE + timedelta(minutes=1)).facts
    assert isinstance(told, WhistleOverdue)
    assert isinstance(ended, WhistleCancelled)


def test_a_whistle_that_a_closed_unit_left_is_scored_and_ended_by_who_is_above_it() -> None:
    units = closing(GUANYINSI).units
    acted, scored = a_whistle(a_call(state=C.ACTED)), a_whistle(a_call(state=C.SCORED))
    judged = calls.score(acted, Score(WHISTLE_ID, DAXING, ENFORCEMENT, 4), units=units, at=SOON).state
    assert [call.state for call in judged.departments] == [C.SCORED]
    assert ending.close(scored, Close(WHISTLE_ID, DAXING), units=units, at=SOON).state.state is W.CLOSED
    cmd = Cancel(WHISTLE_ID, DAXING, "已撤销")
    assert ending.cancel(a_whistle(a_call()), cmd, units=units, at=SOON).state.state is W.CANCELLED
    for end in (close, cancel):
        with pytest.raises(NotTheBlower):
            end(a_whistle(a_call()), by=DAXING)
