"""What a unit does with its order: sign, contact, note progress, assign, resolve."""

from datetime import datetime
from typing import TypedDict

from services.router.domain import commands as do
from services.router.domain import errors
from services.router.domain.lifecycle import CO_ORDER_LIFE
from services.router.domain.model import Case, Note, OrderRole, OrderState, WorkOrder
from services.router.domain.policy.bells import decided
from services.router.domain.policy.known import known_category, known_unit
from services.router.domain.policy.orders import answerable, lead_of, order_for, with_order
from shared.city.city import City
from shared.city.units import Units
from shared.events import router as say
from shared.kernel.changed import replace
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, UnitCode, WorkOrderId
from shared.kernel.words import UnitLevel
from shared.lifecycle.case import CASE_LIFE
from shared.lifecycle.machine import MoveNotAllowed


class Named(TypedDict):
    """What every fact of an order names."""

    case_id: CaseId
    work_order_id: WorkOrderId
    unit: UnitCode


def named(case: Case, order: WorkOrder) -> Named:
    return Named(case_id=case.case_id, work_order_id=order.id, unit=order.unit)


def sign(case: Case, cmd: do.Sign, city: City, *, at: datetime) -> Decision[Case]:
    """签收: in time until `sign_by`, and taken late too."""
    order = answerable(case, cmd, city.units)
    in_time = at <= order.sign_by
    if order.role is OrderRole.CO:
        signed = replace(order, state=CO_ORDER_LIFE.fire("sign", order.state), signed_at=at)
        return decided(with_order(case, signed), say.CoOrderSigned(**named(case, order), in_time=in_time))
    state = CASE_LIFE.fire("sign", case.state)
    signed = replace(order, state=OrderState.SIGNED, signed_at=at)
    after = replace(with_order(case, signed), state=state)
    return decided(after, say.CaseSigned(**named(case, order), in_time=in_time))


def contact(case: Case, cmd: do.Contact, city: City, *, at: datetime) -> Decision[Case]:
    """The unit spoke with the citizen; the first time is the one that is kept."""
    order = lead_of("contact", order_for(case, cmd, city.units))
    CASE_LIFE.fire("contact", case.state)
    noted = _noted(order, Note(at, cmd.by.name, "contact", cmd.note))
    spoken = replace(noted, contacted_at=order.contacted_at or at)
    return decided(with_order(case, spoken), say.CaseContacted(**named(case, order)))


def may_call(case: Case, cmd: do.ReadContact, units: Units) -> WorkOrder:
    """The order for which a unit may learn whom to call: it is the lead, has signed, and is at work.

    Raises `LeadOnly`, `SignFirst`, `ConfidentialCitizen`.
    """
    order = lead_of("contact", order_for(case, cmd, units))
    if order.state is not OrderState.SIGNED:
        raise errors.SignFirst
    if case.confidential:
        raise errors.ConfidentialCitizen
    return order


def progress(case: Case, cmd: do.Progress, city: City, *, at: datetime) -> Decision[Case]:
    """The note stays here; the fact says only that there is one. A co-unit notes it on its own part."""
    order = order_for(case, cmd, city.units)
    is_co = order.role is OrderRole.CO
    if is_co:
        CO_ORDER_LIFE.fire("progress", order.state)
    else:
        CASE_LIFE.fire("progress", case.state)
    noted = with_order(case, _noted(order, Note(at, cmd.by.name, "progress", said(cmd.note, "note"))))
    says = say.CoOrderProgressed if is_co else say.CaseProgressed
    return decided(noted, says(**named(case, order)))


def assign(case: Case, cmd: do.Assign, city: City, *, at: datetime) -> Decision[Case]:
    """A street passes the work to its own community, and answers for it as before."""
    order = lead_of("assign", answerable(case, cmd, city.units))
    CASE_LIFE.fire("assign", case.state)
    to = city.units.get(known_unit(city, cmd.to_unit, "to_unit"))
    if to.level is not UnitLevel.COMMUNITY or to.parent_code != order.unit:
        raise errors.NotItsCommunity(order.unit, cmd.to_unit)
    given = replace(_noted(order, Note(at, cmd.by.name, "assign", to.code)), assigned_to=cmd.to_unit)
    fact = say.CaseAssigned(**named(case, order), to_unit=cmd.to_unit)
    return decided(with_order(case, given), fact)


def hand_on(case: Case, cmd: do.HandOn, city: City, *, at: datetime) -> Decision[Case]:
    """交办: who does the work on the site is no unit, such as the estate's property company. Street or
    community say to whom; the street answers as before, and the bus learns only that there was progress.
    """
    order = lead_of("hand_on", order_for(case, cmd, city.units))
    CASE_LIFE.fire("progress", case.state)
    to = said(cmd.to, "to").strip()
    handed = _noted(order, Note(at, cmd.by.name, "hand_on", f"{to} {cmd.note}".strip()))
    return decided(with_order(case, replace(handed, handed_to=to)), say.CaseProgressed(**named(case, order)))


def find(
    case: Case, cmd: do.Find, found: CaseId, sealed_words: str, city: City, *, at: datetime
) -> Decision[Case]:
    """未诉先办: what else a unit saw on the site becomes a case of its own, linked to this one. It is there
    by its own signature, whatever the others did.
    """
    order = order_for(case, cmd, city.units)
    CASE_LIFE.fire("find", case.state)
    if order.role is OrderRole.CO:
        CO_ORDER_LIFE.fire("find", order.state)
    elif order.state is not OrderState.SIGNED:
        raise MoveNotAllowed("lead's order", "find", order.state)
    said(cmd.text, "text")
    if cmd.category is not None:
        known_category(city, cmd.category)
    note = Note(at, cmd.by.name, "find", str(found))
    fact = say.FindingMade(
        **named(case, order),
        found_case_id=found,
        kind=cmd.kind,
        category=cmd.category,
        sealed_words=sealed_words,
    )
    return decided(with_order(case, _noted(order, note)), fact)


def site_of(case: Case, cmd: do.Find, city: City) -> UnitCode | None:
    """Where it was found: as the unit says, else where the case is. Whose order it is comes first: who has
    none is not told of the place, or it would learn that there is an order.
    """
    order_for(case, cmd, city.units)
    return known_unit(city, cmd.place, "place") if cmd.place else case.place


def resolve(case: Case, cmd: do.Resolve, city: City, *, at: datetime) -> Decision[Case]:
    """办结: the unit's claim, with evidence. A co-unit resolves its own part only."""
    order = answerable(case, cmd, city.units)
    in_time = at <= (case.resolve_by or order.resolve_by)
    if order.role is OrderRole.CO:
        done = _done(order, CO_ORDER_LIFE.fire("resolve", order.state), cmd, at=at)
        return decided(with_order(case, done), say.CoOrderResolved(**named(case, order), in_time=in_time))
    state = CASE_LIFE.fire("resolve", case.state)
    after = replace(with_order(case, _done(order, OrderState.RESOLVED, cmd, at=at)), state=state)
    return decided(
        after, say.CaseResolved(**named(case, order), in_time=in_time, redo=case.redo, category=case.category)
    )


def said(text: str, field: str) -> str:
    """The text. Raises `TextNeeded` when it says nothing."""
    if not text.strip():
        raise errors.TextNeeded(field)
    return text


def _done(order: WorkOrder, state: OrderState, cmd: do.Resolve, *, at: datetime) -> WorkOrder:
    note = Note(at, cmd.by.name, "resolve", said(cmd.evidence, "evidence"))
    return replace(_noted(order, note), state=state, resolved_at=at)


def _noted(order: WorkOrder, note: Note) -> WorkOrder:
    return replace(order, notes=(*order.notes, note))
