"""What the citizen asks for: withdraw, urge, add words. A wish that comes too late is refused by a fact."""

from datetime import datetime

from services.router.domain import commands as do
from services.router.domain.model import Case, Note, Supplement, WorkOrder
from services.router.domain.policy.bells import decided
from services.router.domain.policy.handling import named
from services.router.domain.policy.orders import with_order
from services.router.domain.policy.sending import all_ended
from shared.events import router as say
from shared.kernel.changed import replace
from shared.kernel.decision import Decision
from shared.kernel.ids import EventId
from shared.lifecycle.case import CASE_LIFE, CaseState
from shared.lifecycle.machine import MoveNotAllowed

URGING = ("citizen", "urge", "")
OVER = frozenset({CaseState.CLOSED, CaseState.DECLINED, CaseState.WITHDRAWN})
"""No move leads out of these."""
MOST_SUPPLEMENTS = 100
"""A case is kept whole, and whoever adds to it may be anybody who has its number and code (ours)."""


def withdraw(case: Case, cmd: do.AskedByCitizen, *, at: datetime) -> Decision[Case]:
    """The citizen's own wish, until somebody claims that it is done."""
    try:
        state = CASE_LIFE.fire("withdraw", case.state)
    except MoveNotAllowed as refusal:
        return refuse(case, refusal.move, cmd.asked_by)
    gone = replace(all_ended(case), state=state, returning=None, shelf=None, closed_at=at)
    return decided(gone, say.CaseWithdrawn(case_id=case.case_id, joined_go_on=True))


def urge(case: Case, cmd: do.AskedByCitizen, *, at: datetime) -> Decision[Case]:
    """催办 by the citizen."""
    try:
        CASE_LIFE.fire("urge", case.state)
    except MoveNotAllowed as refusal:
        return refuse(case, refusal.move, cmd.asked_by)
    order = case.lead
    if order is None:
        raise AssertionError(f"case {case.case_id} is {case.state} and nobody has it")
    urged = replace(order, urged=order.urged + 1, notes=(*_without_last_urging(order), Note(at, *URGING)))
    return decided(with_order(case, urged), say.CaseUrged(**named(case, order)))


def supplement(case: Case, cmd: do.AddWords, *, at: datetime) -> Decision[Case]:
    """补充: kept as long as somebody may still read them. A case that is resolved, answered or merged may be
    reopened when its citizen is called back, and whoever gets it then reads all its words.
    """
    if case.state in OVER:
        return refuse(case, "supplement", cmd.asked_by)
    if len(case.supplements) >= MOST_SUPPLEMENTS:
        return refuse(case, "supplement", cmd.asked_by, reason="too_many_supplements")
    added = Supplement(at, cmd.sealed_words)
    return decided(replace(case, supplements=(*case.supplements, added)))


def _without_last_urging(order: WorkOrder) -> tuple[Note, ...]:
    """Who urges again and again is counted, and noted once: with the last time."""
    *before, last = order.notes or (None,)
    said_nothing_since = last is not None and (last.by, last.about, last.text) == URGING
    return tuple(before) if said_nothing_since else order.notes


def refuse(case: Case, move: str, asked_by: EventId, *, reason: str | None = None) -> Decision[Case]:
    """Tell the asker that the case cannot do this now; the reason where the state does not tell it."""
    fact = say.MoveRefused(
        case_id=case.case_id, move=move, state=case.state, asked_by=asked_by, reason=reason
    )
    return decided(case, fact)
