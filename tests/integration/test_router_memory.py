"""Router's memory on a real Postgres: what is kept comes back, and one writer decides."""

import asyncio
from collections import Counter
from uuid import UUID

import pytest

from services.router import handlers
from services.router.domain import commands as do
from services.router.domain.errors import UnknownCase, UnknownOrder, WordsUnreadable
from services.router.domain.model import Adjudicated, Bell, Handling, Note, Supplement
from shared.events.intake import CaseSupplemented, UrgeAsked, WithdrawalAsked
from shared.kernel.decision import Decision
from shared.kernel.ids import CallbackId, CaseId, WorkOrderId, new_id
from shared.kernel.words import HandlingMode, Ruling
from shared.lifecycle.case import CaseState
from shared.lifecycle.machine import MoveNotAllowed
from shared.sealing.ring import SealBroken
from tests.integration.router_desk import Desk, desk, house
from tests.kit.builders_router import AT, GUANYINSI, a_case, an_order, street, with_fresh_ids

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


@pytest.mark.parametrize("state", CaseState)
async def test_a_case_comes_back_as_it_was_kept(desk: Desk, state: CaseState) -> None:
    full = with_fresh_ids(
        a_case(
            state,
            supplements=(Supplement(AT, "sealed"),),
            candidates=(GUANYINSI,),
            earlier=(an_order(id=WorkOrderId(new_id())),),
            rulings=(Adjudicated(Ruling.UPHOLD, GUANYINSI, GUANYINSI, "r", "desk", AT),),
            callbacks=(CallbackId(new_id()),),
            rung=(Bell.SIGN,),
            handling=Handling(HandlingMode.SPECIAL, "desk", AT, "汛期"),
            tracking_number="BJ1",
            notes=(Note(AT, "desk", "dispatch", "理由"),),
            linked_case_id=CaseId(new_id()),
        )
    )
    async with desk.flat.store.work() as work:
        await work.cases.keep(Decision(full))
    async with desk.flat.store.work() as work:
        assert await work.cases.get(full.case_id) == full


async def test_facts_of_a_registration_are_numbered_from_one_and_name_no_words(desk: Desk) -> None:
    case = await desk.case()
    rows = await desk.said(case["case_id"])
    assert [(row["sequence"], row["type"]) for row in rows] == [
        (1, "jiesu.case.classified.v1"),
        (2, "jiesu.case.dispatched.v1"),
    ]
    assert "首座御园" not in str(rows)
    assert case["version"] == 2


async def test_a_registration_heard_again_changes_nothing(desk: Desk) -> None:
    fact = desk.registered()
    await desk.hears(fact, again=1)
    await desk.hears(fact)
    assert await desk.told(fact.case_id) == ["case.classified", "case.dispatched"]


async def test_a_batch_opens_many_cases_in_one_knock(desk: Desk) -> None:
    facts = [desk.registered() for _ in range(40)]
    await desk.hears(*facts)
    for fact in facts:
        assert await desk.told(fact.case_id) == ["case.classified", "case.dispatched"]


async def test_a_case_registered_and_withdrawn_in_one_batch_is_withdrawn(desk: Desk) -> None:
    fact = desk.registered()
    await desk.hears(fact, UrgeAsked(case_id=fact.case_id), WithdrawalAsked(case_id=fact.case_id))
    assert (await desk.told(fact.case_id))[2:] == ["case.urged", "case.withdrawn"]


async def test_words_added_are_kept_sealed_and_read_by_who_may(desk: Desk) -> None:
    case = await desk.case()
    sealed = desk.seal(case["case_id"], text="晚上十点后最吵")
    await desk.hears(CaseSupplemented(case_id=case["case_id"], sealed_words=sealed))
    async with desk.flat.store.work() as work:
        kept = await work.cases.get(CaseId(UUID(case["case_id"])))
    assert "最吵" not in repr(kept)
    assert (await desk.sees_case(case["case_id"]))["supplements"][0]["text"] == "晚上十点后最吵"


async def test_a_unit_rid_of_a_case_by_its_merge_reads_nothing_that_is_added_to_it(desk: Desk) -> None:
    """Who has the case it was joined to reads it there."""
    elsewhere = await desk.case("大兴区天宫院街道海子角北里有群租房")
    case = await desk.case()
    await desk.moves(f"cases/{case['case_id']}/merge", role="dispatcher", into_case_id=elsewhere["case_id"])
    sealed = desk.seal(case["case_id"], text="昨夜又添隔断")
    await desk.hears(CaseSupplemented(case_id=case["case_id"], sealed_words=sealed))

    async def read_by(unit: str) -> list[str]:
        seen = (await desk.reads(f"cases/{case['case_id']}", unit=unit)).json()
        return [each["text"] for each in seen["supplements"]]

    async def found_by(unit: str) -> int:
        return len((await desk.moves("cases:search", unit=unit, seen=None, text="隔断"))["items"])

    assert (await read_by(GUANYINSI), await found_by(GUANYINSI)) == ([], 0)
    theirs = await desk.reads(f"cases/{elsewhere['case_id']}", unit=elsewhere["orders"][0]["unit"])
    assert [each["text"] for each in theirs.json()["joined"][0]["supplements"]] == ["昨夜又添隔断"]


async def test_words_sealed_for_another_case_or_in_another_form_are_refused(desk: Desk) -> None:
    foreign = desk.registered()
    with pytest.raises(SealBroken):
        await desk.hears(desk.registered(sealed_words=foreign.sealed_words))
    case_id = CaseId(new_id())
    with pytest.raises(WordsUnreadable):
        await desk.hears(desk.registered(case_id=case_id, sealed_words=desk.seal(case_id, text=1)))
    ours = desk.registered()
    await desk.hears(ours)
    with pytest.raises(SealBroken):
        await desk.hears(CaseSupplemented(case_id=ours.case_id, sealed_words=foreign.sealed_words))
    assert (await desk.sees_case(ours.case_id))["supplements"] == []
    with pytest.raises(UnknownCase):
        await desk.hears(WithdrawalAsked(case_id=case_id))


async def test_two_signers_at_once_are_one_after_the_other(desk: Desk) -> None:
    """FOR UPDATE: the second waits for the first, and then finds the order signed."""
    case = await desk.case()
    order_id = WorkOrderId(UUID(case["orders"][0]["order_id"]))
    command = do.Sign(order_id=order_id, by=street())

    async def sign() -> str:
        try:
            async with desk.flat.store.work() as work:
                await handlers.sign(work, command)
        except MoveNotAllowed as refused:
            return refused.state
        return "taken"

    assert sorted(await asyncio.gather(*(sign() for _ in range(4)))) == ["signed"] * 3 + ["taken"]
    assert (await desk.told(case["case_id"]))[2:] == ["case.signed"]


async def test_the_second_signer_waits_while_the_first_is_still_at_it(desk: Desk) -> None:
    case = await desk.case()
    command = do.Sign(order_id=WorkOrderId(UUID(case["orders"][0]["order_id"])), by=street())

    async def second() -> None:
        async with desk.flat.store.work() as work:
            await handlers.sign(work, command)

    async with desk.flat.store.work() as work:
        await handlers.sign(work, command)
        await work.flush()
        waiting = asyncio.create_task(second())
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done
    with pytest.raises(MoveNotAllowed):
        await waiting


async def test_a_bell_in_another_replicas_hand_is_left_to_it(desk: Desk) -> None:
    case = await desk.case("东花市街道 你好")
    desk.clock.passes(hours=25)
    async with desk.flat.store.work() as work:
        mine = await work.cases.due(work.now, limit=500)
        assert CaseId(UUID(case["case_id"])) in mine
        async with desk.flat.store.work() as other:
            assert await other.cases.due(other.now, limit=500) == []


async def test_each_clock_is_rung_once_by_the_timer(desk: Desk) -> None:
    waiting, sent = await desk.case("东花市街道 你好"), await desk.case()
    desk.clock.passes(days=60)
    for _ in range(3):
        while await desk.rings():
            pass
    assert (await desk.told(waiting["case_id"]))[1:] == ["case.overdue"]
    co_units = len(sent["orders"]) - 1
    assert co_units
    told = Counter((await desk.told(sent["case_id"]))[2:])
    assert told == {"case.overdue": 2, "co_order.overdue": 2 * co_units}


async def test_an_unknown_order_is_refused_by_name(desk: Desk) -> None:
    async with desk.flat.store.work() as work:
        with pytest.raises(UnknownOrder):
            await work.cases.of_order(WorkOrderId(new_id()))
