"""Reads how a case ended: from router, grid, survey and intake, each by its public interface."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from deploy.demo.ending import CallbackEnding, CalledDepartment, Ending, Part, WhistleEnding
from deploy.demo.people import Receipt, Town
from deploy.demo.reading_deliberation import read_deliberation

LEFT_BEHIND = frozenset({"ended", "returned"})
"""Orders the case went on without: redirected, or handed back."""


async def read_ending(town: Town, title: str, held: Receipt, callback_id: str | None) -> Ending:
    """The whole of a case at its end."""
    case = await town.dispatcher().case(held.case_id)
    clauses = await town.operator().clauses(case["category"])
    return Ending(
        title=title,
        case_id=held.case_id,
        tracking_number=held.tracking_number,
        state=case["state"],
        citizen_sees=(await town.citizen_app().follows(held))["status"],
        category=case["category"],
        tier=case["tier"],
        clause=case["clause"],
        listed_clauses=tuple(clauses),
        parts=tuple([await _part(town, order) for order in _last_orders(case["orders"])]),
        rulings=tuple(each["ruling"] for each in case["rulings"]),
        whistle=await _whistle(town, held.case_id),
        callback=await _callback(town, callback_id),
        proactive=case["proactive"],
        linked_case_id=case["linked_case_id"],
        registered_at=_instant(case["registered_at"]),
        resolved_at=_resolved_at(case["orders"]),
        deliberation=await read_deliberation(town, held),
    )


def _last_orders(orders: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [order for order in orders if order["state"] not in LEFT_BEHIND]


def _resolved_at(orders: Iterable[dict[str, Any]]) -> datetime | None:
    done = [order["resolved_at"] for order in _last_orders(orders) if order["role"] == "lead"]
    return _instant(done[0]) if done and done[0] else None


async def _part(town: Town, order: dict[str, Any]) -> Part:
    signed, resolved, assigned = order["signed_at"], order["resolved_at"], order["assigned_to"]
    return Part(
        unit=order["unit"],
        name=await _name(town, order["unit"]),
        role=order["role"],
        state=order["state"],
        sign_by=_instant(order["sign_by"]),
        signed_at=_instant(signed) if signed else None,
        resolve_by=_instant(order["resolve_by"]),
        resolved_at=_instant(resolved) if resolved else None,
        assigned_to=assigned,
        assigned_name=await _name(town, assigned) if assigned else None,
    )


async def _name(town: Town, code: str) -> str:
    return str((await town.operator().unit(code))["name"])


async def _whistle(town: Town, case_id: str) -> WhistleEnding | None:
    blown = await town.dispatcher().whistles(case_id=case_id)
    if not blown:
        return None
    called = tuple(
        CalledDepartment(
            unit=each["unit"],
            name=each["name"],
            reported_in=each["reported_in_at"] is not None,
            in_time="report_in" not in each["late"],
            on_site=each["on_site"],
            score=each["score"],
        )
        for each in blown[0]["departments"]
    )
    return WhistleEnding(blown[0]["kind"], blown[0]["state"], called)


async def _callback(town: Town, callback_id: str | None) -> CallbackEnding | None:
    if callback_id is None:
        return None
    found = await town.caller().callback(callback_id)
    if found["answers"] is None:
        return CallbackEnding(found["state"])
    said = found["answers"]
    channel = found["attempts"][-1]["channel"]
    return CallbackEnding(found["state"], channel, said["contacted"], said["solved"], said["satisfied"])


def _instant(written: str) -> datetime:
    return datetime.fromisoformat(written)
