"""What the callback decides: closed, or handled once more by the same lead.

A redo is bounded. Up to `max_redo` are ordinary; the one after is supervised and handled as dedicated
(难题专办). If the citizen still says no after that one, the case closes and the result stands: the unit
has been given every means there is, the score keeps the "no", and the topic of the month takes what no
order solves.
"""

from datetime import datetime

from services.router.domain import commands as do
from services.router.domain.model import Case
from services.router.domain.policy.bells import decided
from services.router.domain.policy.citizen import refuse
from services.router.domain.policy.overseeing import send_watched
from services.router.domain.policy.sending import DISCRETION, Sending, all_ended
from shared.city.city import City
from shared.events import router as say
from shared.kernel.changed import replace
from shared.kernel.decision import Decision
from shared.kernel.words import Satisfied, Solved, Tier
from shared.lifecycle.case import CASE_LIFE, CaseState
from shared.lifecycle.machine import MoveNotAllowed


def start(case: Case, cmd: do.StartSurvey) -> Decision[Case]:
    """回访 begins. A round that was heard before is ignored, an older one is refused."""
    if cmd.callback_id in case.callbacks:
        return decided(case)
    try:
        state = CASE_LIFE.fire("survey", case.state)
    except MoveNotAllowed as refusal:
        return refuse(case, refusal.move, cmd.asked_by)
    if cmd.round <= case.callback_round:
        return refuse(case, "survey", cmd.asked_by)
    asked = replace(
        case,
        state=state,
        callback_id=cmd.callback_id,
        callback_round=cmd.round,
        callbacks=(*case.callbacks, cmd.callback_id),
    )
    return decided(asked, say.CaseSurveyStarted(case_id=case.case_id, callback_id=cmd.callback_id))


def take_answer(
    case: Case, cmd: do.TakeAnswer, ids: do.OrderIds, city: City, *, at: datetime
) -> Decision[Case]:
    """Not solved or not satisfied: handled again. Else 归档."""
    unhappy = cmd.solved is Solved.NO or cmd.satisfied is Satisfied.NOT
    again = unhappy and case.redo <= city.policy.redo.max_redo
    move = "reopen" if again else "close"
    refused = _out_of_turn(case, cmd, move)
    if refused is not None:
        return refused
    return _reopen(case, cmd, ids, city, at=at) if again else _close(case, cmd, reached=True, at=at)


def give_up(case: Case, cmd: do.GiveUpSurvey, *, at: datetime) -> Decision[Case]:
    """Nobody could be reached: closed, and nothing is known of the citizen's opinion."""
    refused = _out_of_turn(case, cmd, "close")
    return _close(case, cmd, reached=False, at=at) if refused is None else refused


def close_unasked(case: Case, cmd: do.CloseUnasked, *, at: datetime) -> Decision[Case]:
    """抽样未中: closed without a callback, and nothing is known of the citizen's opinion."""
    if cmd.callback_id in case.callbacks:
        return decided(case)
    try:
        state = CASE_LIFE.fire("close_unasked", case.state)
    except MoveNotAllowed as refusal:
        return refuse(case, refusal.move, cmd.asked_by)
    closed = replace(
        all_ended(case),
        state=state,
        callback_id=cmd.callback_id,
        callback_round=max(cmd.round, case.callback_round),
        callbacks=(*case.callbacks, cmd.callback_id),
        closed_at=at,
    )
    fact = say.CaseClosed(case_id=case.case_id, callback_id=cmd.callback_id, reached=False, asked=False)
    return decided(closed, fact)


def _out_of_turn(case: Case, cmd: do.CallbackCommand, move: str) -> Decision[Case] | None:
    """Another round's result: ignored when that round is over, refused by name when nobody knows it."""
    is_current = cmd.callback_id == case.callback_id
    if is_current and case.state is CaseState.SURVEYING:
        return None
    if cmd.callback_id in case.callbacks and not is_current:
        return decided(case)
    return refuse(case, move, cmd.asked_by)


def _close(case: Case, cmd: do.CallbackCommand, *, reached: bool, at: datetime) -> Decision[Case]:
    closed = replace(all_ended(case), state=CASE_LIFE.fire("close", case.state), closed_at=at)
    fact = say.CaseClosed(case_id=case.case_id, callback_id=cmd.callback_id, reached=reached)
    return decided(closed, fact)


def _reopen(
    case: Case, cmd: do.CallbackCommand, ids: do.OrderIds, city: City, *, at: datetime
) -> Decision[Case]:
    """重办. The deadline is a fresh one: the first handling was answered for, and this one is owed anew. What
    was joined to another case goes its own way: who has that one reads no more of it.
    """
    redo = case.redo + 1
    again = replace(
        case,
        state=CASE_LIFE.fire("reopen", case.state),
        redo=redo,
        resolve_by=None,
        approved_until=None,
        merged_into=None,
        rung=(),
    )
    reopened = say.CaseReopened(case_id=case.case_id, redo=redo, callback_id=cmd.callback_id)
    to = _same_lead(again, city)
    if to is None:
        # Answered at the desk, or merged before anybody had it: a dispatcher finds the lead.
        limit = city.policy.dispatch.of(case.tier or Tier.GENERAL)
        return decided(replace(again, dispatch_by=city.calendar.deadline(at, limit)), reopened)
    sent, facts = send_watched(again, to, ids, city, at=at)
    return decided(sent, reopened, *facts)


def _same_lead(case: Case, city: City) -> Sending | None:
    """The unit that had it, by the clause it had it by; a dispatcher finds another where it was closed."""
    if case.lead is None or case.category is None or case.lead.unit not in city.units:
        return None
    return Sending(
        lead=case.lead.unit,
        co_units=tuple(each.unit for each in case.co_orders if each.unit in city.units),
        category=case.category,
        tier=case.tier or Tier.GENERAL,
        place=case.place,
        clause=case.clause or DISCRETION,
        list_version=case.list_version,
    )
