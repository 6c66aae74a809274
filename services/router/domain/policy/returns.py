"""退单 and 裁定: handed back once, decided within a day, and never to and fro.

What bounds it: a unit returns a case once; what it returned and was sent on never comes back to it; after
`max_returns` rulings the next return makes the district the backstop in the same breath, and what the
district has as backstop nobody returns.
"""

from datetime import datetime

from services.router.domain import commands as do
from services.router.domain import errors
from services.router.domain.model import Adjudicated, Case, Note, OrderState, Returning, WorkOrder
from services.router.domain.policy.assessing import places_of, undertaking
from services.router.domain.policy.bells import decided
from services.router.domain.policy.handling import named, said
from services.router.domain.policy.known import known_unit
from services.router.domain.policy.orders import (
    answerable,
    lead_of,
    require_seen,
    with_order,
)
from services.router.domain.policy.sending import DISCRETION, Sending, send
from services.router.domain.words import Words
from shared.city.city import City
from shared.city.places import Places
from shared.events import router as say
from shared.events.fact import Fact
from shared.kernel.changed import replace
from shared.kernel.decision import Decision
from shared.kernel.ids import CategoryCode, UnitCode
from shared.kernel.words import Ruling, Tier
from shared.lifecycle.case import CASE_LIFE

BY_CLOCK = "clock"
BY_POLICY = "policy"
BY_HAND = frozenset({Ruling.UPHOLD, Ruling.REDIRECT, Ruling.DIVIDE})


def return_case(
    case: Case, cmd: do.ReturnOrder, ids: do.OrderIds, city: City, *, at: datetime
) -> Decision[Case]:
    """退单: once per unit, with reason and evidence, inside the window. The deadline stays."""
    order = lead_of("return", answerable(case, cmd, city.units))
    state = CASE_LIFE.fire("return", case.state)
    _require_may_return(case, order, city, at=at)
    adjudicate_by = city.calendar.deadline(at, city.policy.returns.adjudication)
    evidence = said(cmd.evidence, "evidence")
    # The order keeps why it came back: what waits for a ruling is gone with it.
    note = Note(at, cmd.by.name, "return", f"{cmd.reason} {evidence}")
    returned = replace(
        with_order(case, replace(order, state=OrderState.RETURNED, notes=(*order.notes, note))),
        state=state,
        returning=Returning(order.id, order.unit, cmd.reason, evidence, at, adjudicate_by),
        returned_by=(*case.returned_by, order.unit),
    )
    fact = say.CaseReturned(**named(case, order), reason=cmd.reason, adjudicate_by=adjudicate_by)
    if _ruled_on(case) < city.policy.returns.max_returns:
        return decided(returned, fact)
    district = _district(returned, order.unit, city)
    ruling = Adjudicated(Ruling.BACKSTOP, order.unit, district, "", BY_POLICY, at)
    after = ruled(
        replace(returned, backstopped=True), ruling, kept_by(returned, district, city), ids, city, at=at
    )
    return replace(after, facts=(fact, *after.facts))


def adjudicate(
    case: Case, cmd: do.Adjudicate, words: Words, ids: do.OrderIds, city: City, *, at: datetime
) -> Decision[Case]:
    """裁定: uphold (it stays there), redirect (another unit), or divide (a lead and co-units)."""
    require_seen(case, cmd)
    CASE_LIFE.fire("adjudicate", case.state)
    if cmd.ruling not in BY_HAND:
        raise errors.NotARuling(cmd.ruling)
    returning = _waiting(case)
    lead = _ruled_lead(cmd, returning.unit)
    if cmd.ruling is not Ruling.UPHOLD:
        require_never_returned(case, lead)
    ruling = Adjudicated(cmd.ruling, returning.unit, lead, said(cmd.reason, "reason"), cmd.by.name, at)
    return ruled(case, ruling, _redirected(case, cmd, lead, words, city), ids, city, at=at)


def rule_by_silence(case: Case, ids: do.OrderIds, city: City, *, at: datetime) -> Decision[Case]:
    """Nobody decided in time: the return is refused, the unit keeps the order. What was closed meanwhile is
    given nothing new: the one above it takes over.
    """
    returning = _waiting(case)
    lead = _acting(case, returning.unit, city)
    ruling = Adjudicated(Ruling.SILENCE, returning.unit, lead, "", BY_CLOCK, at)
    return ruled(case, ruling, kept_by(case, lead, city), ids, city, at=at)


def require_never_returned(case: Case, lead: UnitCode) -> None:
    """Raise `ReturnedBefore`: a unit is never sent again what it handed back."""
    if lead in case.returned_by:
        raise errors.ReturnedBefore(lead)


def _ruled_on(case: Case) -> int:
    """How many returns were decided; a conference decides none of them unless one was waiting."""
    return sum(1 for each in case.rulings if each.returned_by is not None)


def _require_may_return(case: Case, order: WorkOrder, city: City, *, at: datetime) -> None:
    rules = city.policy.returns
    if case.backstopped:
        raise errors.BackstopStands(order.unit)
    if rules.once_per_unit and order.unit in case.returned_by:
        raise errors.AlreadyReturned(order.unit)
    if city.units.get(order.unit).parent_code is None:
        raise errors.NobodyAbove(order.unit)
    until = city.calendar.deadline(order.signed_at or order.dispatched_at, rules.window)
    if at > until:
        raise errors.ReturnWindowOver(until)


def ruled(
    case: Case,
    ruling: Adjudicated,
    to: Sending,
    ids: do.OrderIds,
    city: City,
    *,
    move: str = "dispatch",
    at: datetime,
) -> Decision[Case]:
    """What was decided, and the dispatch that follows from it."""
    decidedly = replace(case, returning=None, rulings=(*case.rulings, ruling))
    sent, dispatched = send(decidedly, to, ids, city, move=move, at=at)
    fact: Fact = say.CaseAdjudicated(
        case_id=case.case_id, ruling=ruling.ruling, returned_by=ruling.returned_by, to_unit=ruling.to_unit
    )
    return decided(sent, fact, dispatched)


def _ruled_lead(cmd: do.Adjudicate, returned_by: UnitCode) -> UnitCode:
    if cmd.ruling is Ruling.UPHOLD:
        if cmd.lead not in (None, returned_by):
            raise errors.RulingKeepsTheUnit(returned_by)
        return returned_by
    if cmd.ruling is Ruling.DIVIDE and not set(cmd.co_units or ()) - {cmd.lead}:
        raise errors.CoUnitsNeeded
    if cmd.lead is None:
        raise errors.LeadNeeded
    if cmd.ruling is Ruling.REDIRECT and cmd.lead == returned_by:
        raise errors.RedirectToItself(returned_by)
    return cmd.lead


def kept_by(case: Case, lead: UnitCode, city: City) -> Sending:
    """The same matter for a lead; co-units that are at work go on. Nobody named them now: what was closed
    meanwhile is left out, and not refused.
    """
    is_same = case.lead is not None and case.lead.unit == lead
    return Sending(
        lead=lead,
        co_units=tuple(each.unit for each in case.co_orders if each.is_open and each.unit in city.units),
        category=_category(case),
        tier=case.tier or Tier.GENERAL,
        place=case.place,
        clause=(case.clause or DISCRETION) if is_same else DISCRETION,
        list_version=case.list_version if is_same else None,
    )


def _redirected(case: Case, cmd: do.Adjudicate, lead: UnitCode, words: Words, city: City) -> Sending:
    kept = kept_by(case, known_unit(city, lead, "lead"), city)
    told, _ = places_of(words, city)
    place = known_unit(city, cmd.place, "place") if cmd.place else case.place
    listed = undertaking(kept.category, Places(place, told.home, told.papers), words, city)
    co_units = kept.co_units if cmd.co_units is None else cmd.co_units
    sent = replace(kept, place=place, co_units=co_units)
    # Upheld, it is as it was sent: a list that has begun since changes nothing about it.
    if cmd.ruling is Ruling.UPHOLD or listed is None or listed.lead != lead:
        return sent
    cited = replace(sent, clause=listed.item.clause, list_version=listed.version)
    if cmd.co_units is not None or place == case.place:
        return cited
    # Those of the wrong place, its community or another district's departments, have no part in it.
    theirs = (UnitCode(each) for each in listed.co_units)
    return replace(cited, co_units=tuple(each for each in theirs if each not in case.returned_by))


def _district(case: Case, unit: UnitCode, city: City) -> UnitCode:
    """The place's district, else the unit's; the city above it where that was closed or returned the case
    itself, and where there is none.
    """
    found = (case.place and city.units.district_of(case.place)) or city.units.district_of(unit)
    return _above(case, found or city.units.lineage(unit)[-1], city)


def _acting(case: Case, unit: UnitCode, city: City) -> UnitCode:
    """The unit itself, or who takes over where it was closed."""
    return unit if unit in city.units else _above(case, unit, city)


def _above(case: Case, unit: str, city: City) -> UnitCode:
    """The nearest that acts and never returned the case. The city returns nothing and cannot be closed: it is
    the one root of the tree.
    """
    lineage = city.units.lineage(unit)
    fit = (each for each in lineage if each in city.units and each not in case.returned_by)
    return UnitCode(next(fit, lineage[-1]))


def _waiting(case: Case) -> Returning:
    CASE_LIFE.fire("adjudicate", case.state)
    if case.returning is None:
        raise AssertionError(f"case {case.case_id} is returned, and nobody returned it")
    return case.returning


def _category(case: Case) -> CategoryCode:
    if case.category is None:
        raise AssertionError(f"case {case.case_id} was dispatched without a category")
    return case.category
