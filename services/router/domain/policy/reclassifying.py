"""改类: it turns out to be another matter. The clock is not started anew: it is computed from its start.

Who has the case keeps it, by the new matter's item where the list names it for that, else at discretion;
whether another unit owes the answer now is what a return or a ruling decides. An extension or a plan that was
approved in this round stays approved: the later of the two deadlines counts.
"""

from datetime import datetime

from services.router.domain import commands as do
from services.router.domain import errors
from services.router.domain.model import Bell, Case, Note, OrderState, WorkOrder
from services.router.domain.policy.assessing import places_of, undertaking
from services.router.domain.policy.bells import decided
from services.router.domain.policy.correcting import corrected
from services.router.domain.policy.handling import said
from services.router.domain.policy.known import known_category
from services.router.domain.policy.orders import require_seen
from services.router.domain.policy.overseeing import with_deadline
from services.router.domain.policy.sending import DISCRETION, mode, moved_limits, signed_for_by
from services.router.domain.words import Words
from shared.city.city import City
from shared.city.places import Places
from shared.events import router as say
from shared.kernel.changed import replace
from shared.kernel.decision import Decision
from shared.kernel.ids import CategoryCode
from shared.kernel.words import Tier
from shared.lifecycle.case import CASE_LIFE


def reclassify(case: Case, cmd: do.Reclassify, words: Words, city: City, *, at: datetime) -> Decision[Case]:
    """Category and tier as they really are, and what follows: deadline, signing limits, clause, mode."""
    require_seen(case, cmd)
    CASE_LIFE.fire("reclassify", case.state)
    category = known_category(city, cmd.category)
    tier = cmd.tier or city.categories.get(cmd.category).tier
    if (category, tier) == (case.category, case.tier):
        raise errors.SameMatter(category)
    note = Note(at, cmd.by.name, "reclassify", said(cmd.reason, "reason"))
    named = replace(case, category=category, tier=tier, notes=(*case.notes, note))
    taught = corrected(named, category, cmd.by, at=at)
    moded = _in_its_mode(taught, tier)
    # Another tier of the same matter is owed by what it was sent by, whatever list has begun since.
    cited = moded if category == case.category else _cited(moded, category, words, city)
    timed = with_deadline(cited, _resolve_by(case, tier, city), city, at=at)
    after = replace(_signing(timed, tier, city, at=at), policy_version=city.policy.version)
    fact = say.CaseReclassified(
        case_id=case.case_id,
        category=category,
        tier=tier,
        resolve_by=_until(after),
        sign_limits=moved_limits(case, after),
    )
    return decided(after, fact)


def _in_its_mode(case: Case, tier: Tier) -> Case:
    """By the rule again, unless a person set it."""
    running = [each.unit for each in case.co_orders if each.is_open]
    return replace(case, mode=mode(case, tier, running))


def _cited(case: Case, category: CategoryCode, words: Words, city: City) -> Case:
    """The clause of the list in force by which the lead has the new matter, if it names that lead."""
    told, _ = places_of(words, city)
    listed = undertaking(category, Places(case.place, told.home, told.papers), words, city)
    is_listed = listed is not None and case.lead is not None and listed.lead == case.lead.unit
    clause = listed.item.clause if listed is not None and is_listed else DISCRETION
    return replace(case, clause=clause, list_version=city.responsibilities.version)


def _resolve_by(case: Case, tier: Tier, city: City) -> datetime:
    """From the start of the running clock; what was approved for this round stays approved."""
    start = case.clock_from or case.started_at
    if start is None:
        raise AssertionError(f"case {case.case_id} is {case.state} and no clock runs")
    computed = city.calendar.deadline(start, city.policy.feedback.of(tier))
    return max(computed, case.approved_until or computed)


def _until(case: Case) -> datetime:
    if case.resolve_by is None:
        raise AssertionError(f"case {case.case_id} is {case.state} and has no deadline")
    return case.resolve_by


def _signing(case: Case, tier: Tier, city: City, *, at: datetime) -> Case:
    """Orders nobody signed for are to be signed within the limit of what the matter is now."""

    def due(order: WorkOrder) -> WorkOrder:
        if order.state is not OrderState.SENT:
            return order
        sign_by = signed_for_by(case, tier, city, at=order.dispatched_at)
        return replace(order, sign_by=sign_by, rung=_told_again(order.rung, Bell.CO_SIGN, sign_by > at))

    lead = due(case.lead) if case.lead else None
    rung = _told_again(case.rung, Bell.SIGN, lead is not None and lead.sign_by > at)
    return replace(case, lead=lead, co_orders=tuple(due(each) for each in case.co_orders), rung=rung)


def _told_again(rung: tuple[Bell, ...], bell: Bell, lies_ahead: bool) -> tuple[Bell, ...]:
    """A limit that lies ahead is a new clock, told once though the old one was."""
    return tuple(each for each in rung if not (lies_ahead and each is bell))
