"""并案 undone: who was joined to a case that was withdrawn or declined goes on alone, in the same knock."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.router import handlers
from services.router.domain import commands as do
from services.router.domain.model import Case
from shared.events.intake import CaseDeclineProposed, CaseMergeProposed, WithdrawalAsked
from shared.events.router import CaseUnmerged
from shared.events.survey import CallbackScheduled
from shared.kernel.ids import CallbackId, CaseId, EventId, new_id
from shared.kernel.words import DeclineReason, MergeReason
from tests.integration.router_desk import Desk, RowDict, desk, house
from tests.kit.builders_router import GUANYINSI
from tests.kit.people import eventually

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
VAGUE = "希望市里多办一些活动"
"""Nobody knows where it is: it waits for a dispatcher, and so may still be declined."""
HUNDREDS = 300


async def joined(desk: Desk, into: RowDict, case: RowDict | None = None) -> RowDict:
    """A case that is joined to this one by the desk."""
    case_id = (case or await desk.case())["case_id"]
    return await desk.moves(f"cases/{case_id}/merge", role="dispatcher", into_case_id=into["case_id"])


def id_of(case: RowDict) -> CaseId:
    return CaseId(UUID(case["case_id"]))


async def by_its_citizen(desk: Desk, case: RowDict) -> None:
    await desk.hears(WithdrawalAsked(case_id=id_of(case)))


async def by_the_desk(desk: Desk, case: RowDict) -> None:
    path = f"cases/{case['case_id']}/decline"
    await desk.moves(path, role="dispatcher", reason=DeclineReason.IN_LITIGATION)


async def by_intakes_desk(desk: Desk, case: RowDict) -> None:
    await desk.hears(CaseDeclineProposed(case_id=id_of(case), reason=DeclineReason.IN_LITIGATION))


Ends = Callable[[Desk, RowDict], Awaitable[None]]


@pytest.mark.parametrize("ends", [by_its_citizen, by_the_desk, by_intakes_desk])
async def test_whoever_was_joined_waits_for_a_dispatcher_who_sees_what_was_suggested(
    desk: Desk, ends: Ends
) -> None:
    into = await desk.case(VAGUE)
    own = await desk.case()
    further = await joined(desk, own)
    left = await joined(desk, into, own)
    desk.clock.passes(days=30)
    await ends(desk, into)
    seen = await desk.sees_case(left["case_id"])
    assert (seen["state"], seen["merged_into"], seen["redo"]) == ("awaiting_dispatcher", None, 0)
    assert seen["suggestions"] == left["suggestions"]
    assert [(note["by"], note["about"]) for note in seen["notes"]][-1] == ("router", "unmerge")
    dispatch_by = desk.clock.now() + timedelta(hours=24)
    assert datetime.fromisoformat(seen["dispatch_by"]) == dispatch_by
    told, ended = (await desk.said(left["case_id"]))[-1], (await desk.said(into["case_id"]))[-1]
    assert told["type"] == "jiesu.case.unmerged.v1"
    undone = CaseUnmerged(case_id=id_of(left), from_case_id=id_of(into), dispatch_by=dispatch_by)
    assert CaseUnmerged.model_validate(told["payload"]) == undone
    assert ended["payload"]["joined_go_on"] is True
    # Who was joined to that one goes on with it.
    still = await desk.sees_case(further["case_id"])
    assert (still["state"], still["merged_into"]) == ("merged", left["case_id"])
    sent = await desk.moves(f"cases/{left['case_id']}/dispatch", role="dispatcher")
    assert sent["state"] == "dispatched"
    lead = next(order for order in sent["orders"] if order["state"] == "sent" and order["role"] == "lead")
    shown = (await desk.reads(f"work-orders/{lead['order_id']}", unit=GUANYINSI)).json()
    assert [each["case_id"] for each in shown["joined"]] == [further["case_id"]]


async def test_nothing_happens_to_whom_is_called_back_already(desk: Desk) -> None:
    into = await desk.case()
    asked, left = await joined(desk, into), await joined(desk, into)

    def scheduled(case: RowDict) -> CallbackScheduled:
        return CallbackScheduled(
            case_id=id_of(case), callback_id=CallbackId(new_id()), round=1, due_at=desk.clock.now()
        )

    await desk.hears(scheduled(asked), WithdrawalAsked(case_id=id_of(into)))
    assert (await desk.sees_case(asked["case_id"]))["state"] == "surveying"
    assert (await desk.sees_case(left["case_id"]))["state"] == "awaiting_dispatcher"
    # A round that was begun before survey heard of it is refused.
    await desk.hears(scheduled(left))
    assert (await desk.told(left["case_id"]))[-2:] == ["case.unmerged", "case.move_refused"]
    assert (await desk.sees_case(left["case_id"]))["state"] == "awaiting_dispatcher"


async def test_a_joining_and_the_withdrawal_are_heard_in_one_batch(desk: Desk) -> None:
    into, late, known = await desk.case(), await desk.case(), await desk.case()
    proposed = [
        CaseMergeProposed(case_id=id_of(case), into_case_id=id_of(into), reason=MergeReason.JOINED)
        for case in (late, known)
    ]
    await desk.hears(proposed[1])
    await desk.hears(proposed[0], WithdrawalAsked(case_id=id_of(into)), again=1)
    for case in (late, known):
        assert (await desk.told(case["case_id"]))[2:] == ["case.merged", "case.unmerged"]
    await desk.hears(WithdrawalAsked(case_id=id_of(into)))
    assert (await desk.told(late["case_id"]))[2:] == ["case.merged", "case.unmerged"]


async def test_who_was_let_go_is_withdrawn_or_joined_to_another_like_anybody(desk: Desk) -> None:
    into, other = await desk.case(), await desk.case()
    left, gone = await joined(desk, into), await joined(desk, into)
    await by_its_citizen(desk, into)
    again = await joined(desk, other, left)
    assert (again["state"], again["merged_into"]) == ("merged", other["case_id"])
    await by_its_citizen(desk, gone)
    assert (await desk.sees_case(gone["case_id"]))["state"] == "withdrawn"
    await by_its_citizen(desk, other)
    assert (await desk.told(left["case_id"]))[2:] == ["case.merged", "case.unmerged"] * 2


async def test_nobody_waits_long_for_a_dispatcher_unnoticed(desk: Desk) -> None:
    into = await desk.case()
    left = await joined(desk, into)
    await by_its_citizen(desk, into)
    desk.clock.passes(hours=25)
    while await desk.rings():
        pass
    assert (await desk.told(left["case_id"]))[-2:] == ["case.unmerged", "case.overdue"]


async def test_many_that_were_let_go_are_declined_in_one_with_an_outcome_for_each(desk: Desk) -> None:
    """A bad one does not stop the others; sent again it is the same answer, and nothing is said twice."""
    other, into = await desk.case(VAGUE), await desk.case(VAGUE)
    await joined(desk, other)
    left = [await joined(desk, into) for _ in range(3)]
    for gone in (other, into):
        await by_the_desk(desk, gone)
    asked = {"role": "dispatcher", "state": "awaiting_dispatcher", "let_go_by": into["case_id"]}
    found = (await desk.reads("cases", **asked)).json()["items"]
    assert {each["case_id"] for each in found} == {case["case_id"] for case in left}
    let_go = [await desk.sees_case(case["case_id"]) for case in left]
    sent = let_go.pop()
    await desk.moves(f"cases/{sent['case_id']}/dispatch", role="dispatcher")
    why = {"reason": DeclineReason.IN_LITIGATION, "note": "法院已立案"}
    items: list[dict[str, object]] = [
        {"case_id": let_go[0]["case_id"], "version": let_go[0]["version"], **why},
        {"case_id": let_go[1]["case_id"], "version": 1, **why},
        {"case_id": sent["case_id"], "version": None, **why},
        {"case_id": str(new_id()), "version": None, **why},
    ]
    headers = {**desk.token("dispatcher"), "Idempotency-Key": str(new_id())}
    first = await desk.client.post("/v1/cases:decline", headers=headers, json={"items": items})
    again = await desk.client.post("/v1/cases:decline", headers=headers, json={"items": items})
    assert (first.status_code, again.json()) == (200, first.json()), first.text
    outcomes = first.json()["outcomes"]
    assert [each["status"] for each in outcomes] == [200, 412, 409, 404]
    assert [each["case_id"] for each in outcomes] == [item["case_id"] for item in items]
    assert (outcomes[0]["case"]["state"], outcomes[0]["problem"]) == ("declined", None)
    assert outcomes[2]["problem"]["reason"] == "move_not_allowed"
    assert (await desk.told(let_go[0]["case_id"]))[-2:] == ["case.unmerged", "case.declined"]
    assert (await desk.told(let_go[1]["case_id"]))[-1] == "case.unmerged"
    too_many = await desk.asks("cases:decline", role="dispatcher", items=[items[3]] * 201)
    assert (too_many.status_code, too_many.json()["errors"][0]["field"]) == (422, "items")
    stranger = await desk.asks("cases:decline", role="caller", items=items)
    assert stranger.status_code == 403


async def test_hundreds_that_were_joined_are_all_let_go(desk: Desk) -> None:
    into = await desk.case()
    registered = [desk.registered() for _ in range(HUNDREDS)]
    merges = [
        CaseMergeProposed(case_id=fact.case_id, into_case_id=id_of(into), reason=MergeReason.JOINED)
        for fact in registered
    ]
    await desk.hears(*registered)
    await desk.hears(*merges)
    await by_its_citizen(desk, into)
    rows = await desk.rows(
        "SELECT state, merged_into, count(*) AS n FROM cases WHERE case_id = ANY(:ids) GROUP BY 1, 2",
        ids=[fact.case_id for fact in registered],
    )
    assert rows == [{"state": "awaiting_dispatcher", "merged_into": None, "n": HUNDREDS}]


@pytest.mark.parametrize("first", ["merge", "withdraw"])
async def test_who_joins_at_the_moment_of_the_withdrawal_is_let_go_or_never_joined(
    desk: Desk, first: str
) -> None:
    """Two transactions at once: the second waits for the row, and decides on what the first left."""
    into, other = await desk.case(), await desk.case()
    proposed = do.MergeProposed(
        case_id=id_of(other), into_case_id=id_of(into), asked_by=EventId(new_id()), wish="join"
    )
    wish = do.AskedByCitizen(id_of(into), EventId(new_id()))
    moves: dict[str, Callable[[Any], Awaitable[Case]]] = {
        "merge": lambda work: handlers.merge_proposed(work, proposed),
        "withdraw": lambda work: handlers.withdraw(work, wish),
    }
    [second] = set(moves) - {first}

    async def follows() -> None:
        async with desk.flat.store.work() as work:
            await moves[second](work)

    async with asyncio.timeout(30):
        async with desk.flat.store.work() as work:
            await moves[first](work)
            following = asyncio.create_task(follows())
            await eventually(desk.somebody_waits)
            assert not following.done()
        await following
    told = (await desk.told(other["case_id"]))[2:]
    if first == "merge":
        assert told == ["case.merged", "case.unmerged"]
    else:
        assert told == ["case.move_refused"]
        assert (await desk.sees_case(other["case_id"]))["state"] == "dispatched"
