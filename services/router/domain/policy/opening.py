"""The desk's first decision: open, dispatch, answer at once, decline, merge; and what undoes a merging."""

from datetime import datetime

from services.router.domain import commands as do
from services.router.domain import errors
from services.router.domain.model import Case, Note
from services.router.domain.policy.assessing import (
    Assessment,
    assess,
    places_of,
    tier_of,
    undertaking,
)
from services.router.domain.policy.bells import decided
from services.router.domain.policy.correcting import corrected
from services.router.domain.policy.known import known_category, known_unit, listed_for
from services.router.domain.policy.orders import require_seen
from services.router.domain.policy.overseeing import send_watched
from services.router.domain.policy.returns import require_never_returned
from services.router.domain.policy.sending import DISCRETION, Sending, all_ended, send
from services.router.domain.words import Words
from shared.city.city import City
from shared.city.places import Places
from shared.city.responsibilities import Undertaking
from shared.events import router as say
from shared.kernel.changed import replace
from shared.kernel.decision import Decision
from shared.kernel.ids import CategoryCode, UnitCode
from shared.kernel.words import Tier
from shared.lifecycle.case import CASE_LIFE, CaseState

S = CaseState
BY_ROUTER = say.ROUTER
"""Stands where no person decided."""
MERGE_TARGETS = frozenset(
    {S.REGISTERED, S.AWAITING_DISPATCHER, S.DISPATCHED, S.SIGNED, S.SHELVED, S.RETURNED, S.REOPENED}
)
"""Only a case that will still be resolved can carry another with it."""


def open_case(cmd: do.OpenCase, ids: do.OrderIds, city: City, *, at: datetime) -> Decision[Case]:
    """Classify; dispatch at once when sure, else ask a dispatcher with ranked suggestions.

    What intake is answering waits for the answer, which follows at once; its clock runs like every other.
    """
    found = assess(cmd.words, cmd.kind, cmd.stated_category, city, cmd.read)
    case = _registered(cmd, found, city)
    best = found.best
    if cmd.being_answered:
        CASE_LIFE.fire("classify", case.state)
        return decided(case, _classified(case, awaiting=False))
    if best is None or not found.sure or best.lead is None or best.clause is None:
        waiting = replace(case, state=CASE_LIFE.fire("await_dispatcher", case.state))
        return decided(waiting, _classified(waiting, awaiting=True))
    to = Sending(best.lead, best.co_units, best.category, best.tier, found.place, best.clause)
    CASE_LIFE.fire("classify", case.state)
    sent, dispatched = send(case, to, ids, city, at=at)
    return decided(sent, _classified(case, awaiting=False), dispatched)


def dispatch(
    case: Case, cmd: do.Dispatch, words: Words, ids: do.OrderIds, city: City, *, at: datetime
) -> Decision[Case]:
    """派单 by a dispatcher; a departure from the list or the tier needs a reason."""
    require_seen(case, cmd)
    if case.state is S.RETURNED:
        raise errors.AdjudicateFirst
    CASE_LIFE.fire("dispatch", case.state)
    to = _chosen(case, cmd, words, city)
    note = (Note(at, cmd.by.name, "dispatch", cmd.reason),) if cmd.reason else ()
    noted = replace(case, notes=(*case.notes, *note))
    sent, facts = send_watched(corrected(noted, to.category, cmd.by, at=at), to, ids, city, at=at)
    return decided(sent, *facts)


def answer(case: Case, cmd: do.Answer, sealed: str | None = None, *, at: datetime) -> Decision[Case]:
    """即时答复: answered at the desk; the citizen is called back all the same.

    `sealed` is what they read of it; None: intake has it.
    """
    require_seen(case, cmd)
    state = CASE_LIFE.fire("answer", case.state)
    if not cmd.text.strip():
        raise errors.TextNeeded("text")
    note = Note(at, cmd.by.name, "answer", cmd.text)
    answered = replace(case, state=state, answer=cmd.text, notes=(*case.notes, note))
    return decided(
        answered, say.CaseAnswered(case_id=case.case_id, category=case.category, sealed_answer=sealed)
    )


def decline(case: Case, cmd: do.Decline, *, at: datetime) -> Decision[Case]:
    """不予受理, for one of the eight reasons."""
    require_seen(case, cmd)
    state = CASE_LIFE.fire("decline", case.state)
    note = Note(at, cmd.by.name, "decline", cmd.note)
    declined = replace(case, state=state, decline_reason=cmd.reason, closed_at=at, notes=(*case.notes, note))
    return decided(declined, say.CaseDeclined(case_id=case.case_id, reason=cmd.reason, joined_go_on=True))


def merge(case: Case, into: Case, cmd: do.Merge, *, at: datetime) -> Decision[Case]:
    """并案: handled with another case; its citizen is still called back."""
    require_seen(case, cmd)
    state = CASE_LIFE.fire("merge", case.state)
    if into.case_id == case.case_id:
        raise errors.MergeIntoItself
    if into.state not in MERGE_TARGETS:
        raise errors.UnfitMergeTarget(into.state)
    note = Note(at, cmd.by.name, "merge", str(into.case_id))
    merged = replace(case, state=state, merged_into=into.case_id, notes=(*case.notes, note))
    return decided(all_ended(merged), say.CaseMerged(case_id=case.case_id, into_case_id=into.case_id))


def unmerge(case: Case, from_: Case, city: City, *, at: datetime) -> Decision[Case]:
    """并案 undone: the other case ended by its own citizen's wish, or is not the city's; nobody handled this
    one. It is owed anew, as a first handling: who had it before the merging was let go of it.
    """
    state = CASE_LIFE.fire("unmerge", case.state)
    limit = city.policy.dispatch.of(case.tier or Tier.GENERAL)
    alone = replace(
        case,
        state=state,
        merged_into=None,
        let_go_by=from_.case_id,
        dispatch_by=city.calendar.deadline(at, limit),
        resolve_by=None,
        approved_until=None,
        rung=(),
        notes=(*case.notes, Note(at, BY_ROUTER, "unmerge", f"{from_.case_id} {from_.state}")),
    )
    fact = say.CaseUnmerged(case_id=case.case_id, from_case_id=from_.case_id, dispatch_by=alone.dispatch_by)
    return decided(alone, fact)


def _registered(cmd: do.OpenCase, found: Assessment, city: City) -> Case:
    best = found.best
    return Case(
        case_id=cmd.case_id,
        state=CASE_LIFE.first,
        kind=cmd.kind,
        channel=cmd.channel,
        registered_at=cmd.registered_at,
        sealed_words=cmd.sealed_words,
        dispatch_by=city.calendar.deadline(cmd.registered_at, city.policy.dispatch.of(found.tier)),
        tracking_number=cmd.words.tracking_number,
        has_phone=cmd.has_phone,
        confidential=cmd.confidential,
        anonymous=cmd.anonymous,
        proactive=cmd.proactive,
        linked_case_id=cmd.linked_case_id,
        suggestions=found.suggestions,
        candidates=found.candidates,
        category=best.category if best else None,
        tier=best.tier if best else None,
        confidence=best.confidence if best else 0.0,
        place=found.place,
    )


def _classified(case: Case, *, awaiting: bool) -> say.CaseClassified:
    return say.CaseClassified(
        case_id=case.case_id,
        category=case.category,
        tier=case.tier,
        confidence=case.confidence,
        place=case.place,
        awaiting_dispatcher=awaiting,
        dispatch_by=case.dispatch_by,
    )


def _chosen(case: Case, cmd: do.Dispatch, words: Words, city: City) -> Sending:
    category = cmd.category or case.category
    if category is None:
        raise errors.CategoryNeeded
    known_category(city, category)
    places = _places(case, cmd.place, words, city)
    listed = _listed(category, places, words, city, may_be_silent=cmd.lead is not None)
    usual = _usual_tier(case, category, listed, city)
    lead = cmd.lead or (UnitCode(listed.lead) if listed else None)
    if lead is None:
        raise errors.LeadNeeded
    require_never_returned(case, lead)
    _require_reason(cmd, lead, listed, usual)
    co_units = tuple(UnitCode(each) for each in listed.co_units) if listed else ()
    clause = listed.item.clause if listed and listed.lead == lead else DISCRETION
    return Sending(
        lead=known_unit(city, lead, "lead"),
        co_units=co_units if cmd.co_units is None else cmd.co_units,
        category=category,
        tier=cmd.tier or usual,
        place=UnitCode(places.lead_place) if places.lead_place else None,
        clause=clause,
    )


def _places(case: Case, corrected: UnitCode | None, words: Words, city: City) -> Places:
    told, _ = places_of(words, city)
    site = known_unit(city, corrected, "place") if corrected else (case.place or told.site)
    return Places(site, told.home, told.papers)


def _listed(
    category: CategoryCode, places: Places, words: Words, city: City, *, may_be_silent: bool
) -> Undertaking | None:
    """What the list says. Where no lead was named its own refusal tells the dispatcher what is missing."""
    if may_be_silent:
        return undertaking(category, places, words, city)
    return listed_for(category, places, words, city)


def _usual_tier(case: Case, category: CategoryCode, listed: Undertaking | None, city: City) -> Tier:
    by_rules = next((s.tier for s in case.suggestions if s.category == category and s.by_rule), None)
    return tier_of(by_rules or city.categories.get(category).tier, listed)


def _require_reason(cmd: do.Dispatch, lead: UnitCode, listed: Undertaking | None, usual: Tier) -> None:
    if cmd.reason.strip():
        return
    if cmd.tier is not None and cmd.tier is not usual:
        raise errors.ReasonNeeded(f"the usual tier {usual}")
    if listed is not None and listed.lead != lead:
        raise errors.ReasonNeeded(f"the responsibility list, which names {listed.lead}")
