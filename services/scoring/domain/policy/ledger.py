"""Folding: an entry and a note give the entry after. A duplicate gives the same entry back."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from services.scoring.domain import commands as note
from services.scoring.domain.errors import UnknownOrder
from services.scoring.domain.lifecycle import Fate, Outcome
from services.scoring.domain.model import Entry, Lead, Mark, Order, Result, Stamp
from shared.kernel.changed import replace
from shared.kernel.ids import UnitCode, WorkOrderId


def is_duplicate(heard: tuple[Mark, ...], mark: Mark) -> bool:
    """A sayer's facts about one subject are numbered and come in order: what is not beyond is a duplicate."""
    for known in heard:
        if known.origin == mark.origin:
            return mark.sequence <= known.sequence
    return False


def marked(heard: tuple[Mark, ...], mark: Mark) -> tuple[Mark, ...]:
    return (*[known for known in heard if known.origin != mark.origin], mark)


def fold(entry: Entry, said: note.Note, opened: str = "") -> Entry:
    """The entry after this note, which can change no period before `opened`. Raises `UnknownOrder`."""
    if is_duplicate(entry.heard, said.mark):
        return entry
    changes = FOLDS[type(said)](entry, said)
    return replace(
        entry,
        leads=_led(entry, changes, said.stamp.at, opened),
        heard=marked(entry.heard, said.mark),
        opened=max(entry.opened, opened),
        **changes,
    )


Changes = Mapping[str, Any]


def _led(entry: Entry, changes: Changes, at: datetime, opened: str) -> tuple[Lead, ...]:
    """Who leads from when on, with whoever does from now on."""
    unit, into = changes.get("lead", entry.lead), changes.get("merged_into", entry.merged_into)
    if unit == entry.lead and into == entry.merged_into:
        return entry.leads
    return (*entry.leads, Lead(at, unit, into, opened))


_OPEN: Changes = {"outcome": Outcome.OPEN, "ended_at": None}


def _registered(_: Entry, said: note.NoteRegistered) -> Changes:
    return {
        "registered_at": said.stamp.at,
        "channel": said.channel,
        "kind": said.kind,
        "proactive": said.proactive,
        "linked_case_id": said.linked_case_id,
    }


def _classified(_: Entry, said: note.NoteClassified) -> Changes:
    return {"category": said.category, "tier": said.tier, "place": said.place}


def _dispatched(entry: Entry, said: note.NoteDispatched) -> Changes:
    named = {said.work_order_id, *(order for order, _ in said.co_orders)}
    before = tuple(order for order in entry.orders if order.work_order_id not in named)
    lead = _order(entry, said, said.work_order_id, said.unit, is_lead=True)
    co = (_order(entry, said, order, unit, is_lead=False) for order, unit in said.co_orders)
    return {
        **_OPEN,
        "merged_into": None,
        "orders": (*_dropped(before, said.stamp.at), lead, *co),
        "lead": said.unit,
        "redo": max(entry.redo, said.redo),
        "category": said.category,
        "tier": said.tier,
        "place": said.place,
        "proactive": entry.proactive or said.proactive,
    }


def _order(
    entry: Entry, said: note.NoteDispatched, work_order_id: WorkOrderId, unit: UnitCode, *, is_lead: bool
) -> Order:
    """The order a dispatch makes; one that is only named again goes on with what its unit did."""
    known = next((order for order in entry.orders if order.work_order_id == work_order_id), None)
    if known and not is_lead:
        return known
    return Order(
        work_order_id,
        unit,
        is_lead,
        said.redo,
        said.stamp,
        said.sign_by,
        said.resolve_by,
        late_before=any(_was_late(order) for order in entry.orders if _goes_on(order, unit, said.redo)),
    )


def _goes_on(order: Order, unit: UnitCode, redo: int) -> bool:
    """Whether a new dispatch carries on what this unit returned in vain in the same round."""
    return order.fate is Fate.KEPT and order.unit == unit and order.redo == redo


def _was_late(order: Order) -> bool:
    if order.signed is None:
        return order.late_before or (order.returned is not None and order.returned.at > order.sign_by)
    return not order.is_signed_in_time


def _dropped(orders: tuple[Order, ...], at: datetime) -> tuple[Order, ...]:
    """Nobody owes a signature for an order that ended before its time to sign was over."""
    if not any(_is_still_to_sign(order, at) for order in orders):
        return orders  # The same tuple: nothing follows anew from it.
    return tuple(
        replace(order, fate=Fate.DROPPED) if _is_still_to_sign(order, at) else order for order in orders
    )


def _is_still_to_sign(order: Order, at: datetime) -> bool:
    # Whoever returned it in time waits for a ruling, and cannot sign meanwhile.
    until = order.returned.at if order.returned else at
    return order.fate is Fate.STANDING and order.signed is None and until <= order.sign_by


def _place(entry: Entry, work_order_id: WorkOrderId) -> int:
    for place, order in enumerate(entry.orders):
        if order.work_order_id == work_order_id:
            return place
    raise UnknownOrder(work_order_id)


def _changed(entry: Entry, work_order_id: WorkOrderId, **changes: Any) -> tuple[Order, ...]:
    place = _place(entry, work_order_id)
    orders = entry.orders
    return (*orders[:place], replace(orders[place], **changes), *orders[place + 1 :])


def _signed(entry: Entry, said: note.NoteSigned) -> Changes:
    orders = _changed(entry, said.work_order_id, signed=said.stamp, signed_in_time=said.in_time)
    return {"orders": orders}


def _contacted(entry: Entry, said: note.NoteContacted) -> Changes:
    spoke = entry.orders[_place(entry, said.work_order_id)].contacted
    return {} if spoke else {"orders": _changed(entry, said.work_order_id, contacted=said.stamp)}


def _assigned(entry: Entry, said: note.NoteAssigned) -> Changes:
    orders = _changed(entry, said.work_order_id, assigned_to=said.to_unit)
    leads = entry.orders[_place(entry, said.work_order_id)].is_lead
    return {"orders": orders, "lead": said.to_unit if leads else entry.lead}


def _returned(entry: Entry, said: note.NoteReturned) -> Changes:
    return {"orders": _changed(entry, said.work_order_id, returned=said.stamp)}


def _ruled(entry: Entry, said: note.NoteRuled) -> Changes:
    """A ruling for another unit takes the order away; any other leaves the duty where it was. What a
    conference took from a unit that had not returned it, that unit need not sign for any more.
    """
    if said.returned_by is None:
        return {"orders": _divided(entry, said.stamp.at)}
    fate = Fate.KEPT if said.to_unit == said.returned_by else Fate.TAKEN_AWAY
    return {
        "orders": tuple(
            replace(order, ruled=said.stamp, ruling=said.ruling, fate=fate)
            if _awaits_ruling(order, said.returned_by)
            else order
            for order in entry.orders
        )
    }


def _divided(entry: Entry, at: datetime) -> tuple[Order, ...]:
    """Co-units that are at work go on; the lead's order is over."""
    return tuple(
        replace(order, fate=Fate.DROPPED) if order.is_lead and _is_still_to_sign(order, at) else order
        for order in entry.orders
    )


def _reclassified(entry: Entry, said: note.NoteReclassified) -> Changes:
    """改类: one deadline for whoever still owes an answer."""
    orders = tuple(
        replace(order, resolve_by=said.resolve_by)
        if order.fate is Fate.STANDING and order.resolved is None and order.redo == entry.redo
        else order
        for order in entry.orders
    )
    return {"orders": _limited(orders, said.sign_limits), "category": said.category, "tier": said.tier}


def _limited(orders: tuple[Order, ...], limits: note.SignLimits) -> tuple[Order, ...]:
    """To be signed for by another time than they were sent with; what is signed for is judged."""
    moved = dict(limits)
    return tuple(
        replace(order, sign_by=moved[order.work_order_id])
        if order.work_order_id in moved and order.signed is None
        else order
        for order in orders
    )


def _awaits_ruling(order: Order, unit: UnitCode) -> bool:
    return order.unit == unit and order.returned is not None and order.ruling is None


def _extended(entry: Entry, said: note.NoteExtended) -> Changes:
    orders = _changed(entry, said.work_order_id, resolve_by=said.resolve_by)
    return {"orders": _limited(orders, said.sign_limits)}


def _resolved(entry: Entry, said: note.NoteResolved) -> Changes:
    orders = _changed(entry, said.work_order_id, resolved=said.stamp, resolved_in_time=said.in_time)
    return {"orders": orders}


def _reopened(entry: Entry, said: note.NoteReopened) -> Changes:
    """重办: a joined case stays with the other one until it is dispatched on its own."""
    return {**_OPEN, "redo": max(entry.redo, said.redo)}


def _answered(_: Entry, said: note.NoteAnswered) -> Changes:
    return _ended(Outcome.ANSWERED, said.stamp)


def _declined(_: Entry, said: note.NoteDeclined) -> Changes:
    return {**_ended(Outcome.DECLINED, said.stamp), "decline_reason": said.reason}


def _merged(entry: Entry, said: note.NoteMerged) -> Changes:
    """并案: from now on the unit of the other case does the work, and is the one that is judged."""
    return {
        **_ended(Outcome.MERGED, said.stamp),
        "orders": _dropped(entry.orders, said.stamp.at),
        "merged_into": said.into_case_id,
        "lead": None,
    }


def _unmerged(_: Entry, __: note.NoteUnmerged) -> Changes:
    """并案 undone: it counts for nobody until somebody has it, and for that unit then."""
    return {**_OPEN, "merged_into": None}


def _withdrawn(entry: Entry, said: note.NoteWithdrawn) -> Changes:
    return {**_ended(Outcome.WITHDRAWN, said.stamp), "orders": _dropped(entry.orders, said.stamp.at)}


def _closed(entry: Entry, said: note.NoteClosed) -> Changes:
    """归档 ends every life that had a callback; that a case was answered or joined stays visible. A co-unit
    that still had time to sign cannot any more.
    """
    keeps = entry.outcome in {Outcome.ANSWERED, Outcome.MERGED}
    ended = {"ended_at": said.stamp.at} if keeps else _ended(Outcome.CLOSED, said.stamp)
    return {**ended, "orders": _dropped(entry.orders, said.stamp.at)}


def _ended(outcome: Outcome, stamp: Stamp) -> Changes:
    return {"outcome": outcome, "ended_at": stamp.at}


def _result(entry: Entry, said: note.NoteResult) -> Changes:
    scored = said.scored and said.answer is not None and entry.scored is None
    result = Result(
        said.callback_id, said.round, said.stamp, entry.lead, entry.merged_into, said.answer, scored
    )
    return {"results": (*entry.results, result)}


FOLDS: Mapping[type[note.Note], Callable[[Entry, Any], Changes]] = {
    note.NoteRegistered: _registered,
    note.NoteClassified: _classified,
    note.NoteDispatched: _dispatched,
    note.NoteSigned: _signed,
    note.NoteContacted: _contacted,
    note.NoteAssigned: _assigned,
    note.NoteReturned: _returned,
    note.NoteRuled: _ruled,
    note.NoteExtended: _extended,
    note.NoteReclassified: _reclassified,
    note.NoteResolved: _resolved,
    note.NoteReopened: _reopened,
    note.NoteAnswered: _answered,
    note.NoteDeclined: _declined,
    note.NoteMerged: _merged,
    note.NoteUnmerged: _unmerged,
    note.NoteWithdrawn: _withdrawn,
    note.NoteClosed: _closed,
    note.NoteResult: _result,
}
