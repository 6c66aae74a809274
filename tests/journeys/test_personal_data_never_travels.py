"""marked names, numbers and words through every door that takes them → no topic, no log line, no address."""

import contextlib
from datetime import timedelta

import pytest

from tests.kit.evidence import gather
from tests.kit.house import House
from tests.kit.invariants import NothingPersonalTravels
from tests.kit.people import Refused, eventually
from tests.kit.stage import FIRE, NEIGHBOUR, Stage, instant


@pytest.mark.kafka
async def test_personal_data_never_travels(house: House, stage: Stage) -> None:
    await _a_troubled_life(stage)
    await _a_whistle(stage)
    await _refusals(stage)
    evidence = await gather(house)
    assert evidence.logs["intake.log"]
    assert not await NothingPersonalTravels().breaches(evidence)


async def _a_troubled_life(stage: Stage) -> None:
    marked = stage.suite.history.marked
    held = await stage.reported(place={"address": marked("首座御园 3 号楼")})
    await stage.app.supplements(held, marked("补充：每晚十点后"))
    await stage.app.urges(held)
    street, order_id = await stage.dispatched(held)
    await street.returns(order_id, "shared_duty", marked("需要共同处理"))
    await stage.dispatcher.adjudicates(held.case_id, "redirect", reason=marked("属实"), lead=NEIGHBOUR)
    neighbour, order_id = await stage.dispatched(held, NEIGHBOUR)
    await neighbour.signs(order_id)
    await neighbour.contacts(order_id, marked("电话约定"))
    await neighbour.progresses(order_id, marked("已上门"))
    until = instant((await neighbour.order(order_id))["resolve_by"]) + timedelta(days=1)
    await stage.dispatcher.extends(order_id, until=until.isoformat(), reason=marked("等配件"))
    review = (stage.suite.clock.now() + timedelta(days=3)).isoformat()
    await stage.dispatcher.shelves(order_id, review_at=review, reason=marked("列入计划"))
    await stage.dispatcher.unshelves(order_id)
    await stage.dispatcher.urges(order_id, marked("请尽快"))
    await stage.dispatcher.supervises(order_id, marked("多次反映"))
    await neighbour.resolves(order_id, marked("已办结"))
    await stage.called_back(held)


async def _a_whistle(stage: Stage) -> None:
    marked = stage.suite.history.marked
    site = {"lng": 116.339, "lat": 39.718}
    street, fire = stage.unit(), stage.unit(FIRE)
    blown = await street.blows("emergency", departments=[FIRE], reason=marked("电线掉落"), site=site)
    await fire.reports_in(blown["whistle_id"], **site)
    await fire.acts(blown["whistle_id"], marked("已处置"))
    blown = await street.blows("key_work", departments=[FIRE], reason=marked("隐患"), site=site)
    await street.cancels_whistle(blown["whistle_id"], marked("误报"))


async def _refusals(stage: Stage) -> None:
    """What is refused is told to the one who said it, and to no log."""
    history = stage.suite.history
    person = history.person()
    line = stage.app.line
    wrong = {"channel": "app", "kind": "complaint", "text": history.marked("违建")}
    contact = {"name": person.name, "phone": f"{person.phone}x"}
    for more in (
        {"contact": contact},
        {"contact": {**contact, "phone": person.phone, "note": person.name}},
        {"phone": person.phone},
        {"place": {"unit": history.marked("某处")}},
        {"kind": history.marked("抱怨")},
    ):
        with contextlib.suppress(Refused):
            await line.say("intake", "/cases", {**wrong, **more})
    held = await stage.reported("大兴区观音寺街道垃圾分类桶站满溢没人清")
    with pytest.raises(Refused):
        await line.read(
            "intake", f"/cases/{held.tracking_number}", headers={"X-Access-Code": str(person.phone)}
        )
    await eventually(lambda: stage.dispatcher.case(held.case_id))
    for move in ("answer", "decline"):
        with contextlib.suppress(Refused):
            await stage.dispatcher.line.say(
                "router",
                f"/cases/{held.case_id}/{move}",
                {"text": history.marked("答"), "reason": history.marked("因"), "note": person.name},
                headers={"If-Match": "*"},
            )
