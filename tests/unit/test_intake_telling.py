"""进度: from facts to lines."""

from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from services.intake.api.sentences import told
from services.intake.consumer import SUBSCRIPTIONS
from services.intake.domain import errors
from services.intake.domain.lifecycle import ASKED_BY_CITIZENS
from services.intake.domain.model import Case
from services.intake.domain.proposals import Settlement
from services.intake.domain.timeline import Note
from shared.events import router as r
from shared.events.catalog import declared_in
from shared.events.directory import UnitChanged
from shared.events.envelope import Heard
from shared.events.fact import Fact
from shared.events.survey import SURVEY, CallbackAttempted, CallbackScheduled, CallbackUnreachable
from shared.http.problems import status_of
from shared.kernel.decision import Decision
from shared.kernel.errors import Refusal
from shared.kernel.ids import CaseId, UnitCode
from shared.kernel.words import Language, Overdue, Unreached
from shared.lifecycle.case import CASE_LIFE, CaseState
from tests.kit.city import beijing
from tests.kit.facts import AN_ID, a_fact, an_envelope
from tests.unit.test_intake_policy import a_case

BECOMES_A_CASE = {r.FindingMade, r.HotspotTakenUp}
"""Told to nobody: what a unit found, or was found in the counts, has no citizen."""
NOT_TOLD = {r.CaseDueSoon, r.CoOrderOverdue}
"""What router says that is no citizen's matter."""
HEARD = {
    one.fact: one
    for one in SUBSCRIPTIONS
    if one.fact.SOURCE in (r.ROUTER, SURVEY) and one.fact not in BECOMES_A_CASE | {UnitChanged}
}
"""What is told as lines; of grid intake hears what becomes a case."""
MOVES = [move for move in CASE_LIFE.moves.values() if move.says not in BECOMES_A_CASE | NOT_TOLD]


@dataclass
class Memory:
    """A work that keeps one case and its lines in memory."""

    case: Case = field(default_factory=lambda: a_case(case_id=CaseId(AN_ID)))
    notes: list[Note] = field(default_factory=list)
    settled: list[Settlement] = field(default_factory=list)

    @property
    def cases(self) -> "Memory":
        return self

    @property
    def timeline(self) -> "Memory":
        return self

    @property
    def likenesses(self) -> "Memory":
        return self

    def ready(self, key: CaseId) -> None:
        assert key == self.case.case_id

    @property
    def proposals(self) -> "Memory":
        return self

    def settle(self, key: CaseId, settlement: Settlement) -> None:
        self.settled.append(settlement)

    async def get(self, key: CaseId) -> Case:
        assert key == self.case.case_id
        return self.case

    async def keep(self, decision: Decision[Case]) -> Case:
        assert decision.facts == ()
        self.case = decision.state
        return self.case

    def note(self, note: Note) -> None:
        self.notes.append(note)


async def heard(fact: Fact) -> Memory:
    """What a work looks like after one fact."""
    work = Memory()
    if isinstance(fact, r.CaseAnswered):
        # What router's desk wrote is opened with a key: that is tried where there is a vault.
        fact = fact.model_copy(update={"sealed_answer": None})
    await HEARD[type(fact)].handle(cast(Any, work), Heard(an_envelope(fact), fact))
    return work


@pytest.mark.parametrize("move", MOVES, ids=lambda move: move.name)
async def test_the_copy_follows_every_move_of_the_table(move: Any) -> None:
    fact = a_fact(move.says)
    if isinstance(fact, r.CaseClassified):
        fact = fact.model_copy(update={"awaiting_dispatcher": move.target is not None})
    work = await heard(fact)
    assert work.case.status == (move.target or CaseState.REGISTERED)
    assert work.case.router_sequence == 3


def test_everything_router_says_of_a_case_is_heard() -> None:
    assert set(declared_in(r)) - NOT_TOLD - BECOMES_A_CASE <= set(HEARD)
    assert {one.fact for one in SUBSCRIPTIONS} >= BECOMES_A_CASE


@pytest.mark.parametrize("fact", HEARD, ids=lambda fact: fact.__name__)
async def test_every_line_can_be_read_in_both_languages(fact: type[Fact]) -> None:
    notes = (await heard(a_fact(fact))).notes
    for note in notes:
        assert note.event_id == AN_ID
        for language in Language:
            sentence = told(note, language, beijing())
            assert sentence
            assert "{" not in sentence


async def test_a_promise_and_its_unit_are_taken_from_the_dispatch() -> None:
    fact = cast(r.CaseDispatched, a_fact(r.CaseDispatched))
    case = (await heard(fact)).case
    assert (case.unit, case.promised_at) == (fact.unit, fact.resolve_by)


async def test_what_is_given_downwards_leaves_the_answering_unit() -> None:
    work = await heard(a_fact(r.CaseAssigned))
    assert work.case.unit is None
    assert work.notes[0].unit == UnitCode("110101")


@pytest.mark.parametrize(("clock", "lines"), [(Overdue.DISPATCH, 0), (Overdue.SIGN, 0), (Overdue.RESOLVE, 1)])
async def test_only_the_clock_that_was_promised_is_told(clock: Overdue, lines: int) -> None:
    fact = a_fact(r.CaseOverdue).model_copy(update={"clock": clock})
    assert len((await heard(fact)).notes) == lines


@pytest.mark.parametrize("move", [*sorted(ASKED_BY_CITIZENS), "adjudicate", "sign"])
async def test_only_refusals_of_the_citizens_own_wishes_are_told(move: str) -> None:
    fact = a_fact(r.MoveRefused).model_copy(update={"move": move})
    assert len((await heard(fact)).notes) == (move in ASKED_BY_CITIZENS)


async def test_whoever_withdrew_twice_is_not_told_that_it_cannot_be() -> None:
    twice = {"move": "withdraw", "state": CaseState.WITHDRAWN}
    assert (await heard(a_fact(r.MoveRefused).model_copy(update=twice))).notes == []


def test_every_refusal_has_a_status() -> None:
    leaves = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, Refusal) and kind.__module__ == errors.__name__
    ]
    assert {status_of(kind) for kind in leaves} == {403, 404, 409, 410, 422, 429, 503}


@pytest.mark.parametrize(
    ("why", "line"),
    [
        (None, "callback_unreachable"),
        (Unreached.LADDER, "callback_unreachable"),
        (Unreached.WRONG_NUMBER, "callback_wrong_number"),
        (Unreached.REFUSED, "callback_refused"),
        (Unreached.DAYS_OVER, "callback_unanswered"),
        (Unreached.NOBODY, None),
    ],
)
async def test_a_round_without_an_answer_is_told_by_its_reason(
    why: Unreached | None, line: str | None
) -> None:
    fact = a_fact(CallbackUnreachable).model_copy(update={"reason": why})
    assert [note.code for note in (await heard(fact)).notes] == ([line] if line else [])


@pytest.mark.parametrize(("last", "lines"), [(True, []), (False, ["callback_missed"])])
async def test_of_the_last_try_nobody_is_told_that_another_follows(last: bool, lines: list[str]) -> None:
    missed = {"reached": False, "last": last, "put_off_until": None}
    fact = a_fact(CallbackAttempted).model_copy(update=missed)
    assert [note.code for note in (await heard(fact)).notes] == lines


async def test_who_asked_to_be_called_at_another_time_reads_when_and_not_that_he_was_missed() -> None:
    fact = a_fact(CallbackAttempted).model_copy(update={"reached": False, "last": False})
    [note] = (await heard(fact)).notes
    assert (note.code, note.until) == ("callback_put_off", fact.put_off_until)


@pytest.mark.parametrize(("by_phone", "line"), [(True, "callback_scheduled"), (False, "callback_open")])
async def test_who_left_no_number_is_not_told_of_a_call(by_phone: bool, line: str) -> None:
    fact = a_fact(CallbackScheduled).model_copy(update={"by_phone": by_phone})
    [note] = (await heard(fact)).notes
    assert (note.code, note.until is None) == (line, not by_phone)
