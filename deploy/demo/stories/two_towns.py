"""珍珠泉乡与永宁镇的低保: nobody guesses between two towns; a return is decided, the deadline stays."""

from datetime import datetime, timedelta
from typing import Any

from deploy.demo.ending import Expected
from deploy.demo.people import Receipt, eventually
from deploy.demo.scene import Scene
from deploy.demo.stories.story import Ends, Story, WentElsewhere, judged

HOME, PAPERS = "110119203", "110119103"
TEXT = (
    "我腿脚有病，生活不能自理，想申请低保。珍珠泉乡说要看户口本，永宁镇又说人不在本镇，"
    "两头跑了几趟都没办成，不知道该找谁。"
)
TITLE = "跨乡镇申请低保"
TOOK = timedelta(days=3)
EXPECTED = Expected(
    lead=HOME,
    co_units=(PAPERS,),
    tier="general",
    took=TOOK,
    callback=judged("phone"),
    rulings=("redirect",),
)


async def play(scene: Scene) -> Ends:
    """村民 → 派单员问清 → 永宁镇退单 → 裁定珍珠泉乡主办、永宁镇协办 → 一个时限."""
    held = await scene.reported(
        TEXT, kind="help", channel="hotline", place=None, person=scene.somebody("周某某")
    )
    promised = await _sent_to_where_the_papers_lie(scene, held)
    await scene.at(timedelta(hours=1))
    await _returned_and_redirected(scene, held)
    home = scene.unit(HOME)
    order_id = await scene.takes_in_hand(home, held.case_id, "已上门看望，材料由两镇之间传递，不用再跑")
    orders = await scene.helps(held.case_id, (PAPERS,))
    await scene.at(timedelta(days=2))
    await scene.helped(orders, "户籍与收入证明已转交珍珠泉乡")
    await scene.at(TOOK)
    await scene.step("珍珠泉乡办结", home.resolves(order_id, "低保申请已受理公示，当月起发放"))
    await scene.judged_by_phone(held.case_id, solved="yes", satisfied="satisfied", note="没再让我跑")
    ending = await scene.closed(TITLE, held)
    moved = [part.name for part in ending.parts if part.resolve_by != promised]
    if moved:
        raise WentElsewhere(f"the deadline was {promised}; the return moved it for {', '.join(moved)}")
    return ((ending, EXPECTED),)


async def _sent_to_where_the_papers_lie(scene: Scene, held: Receipt) -> datetime:
    """The desk is asked, and sends it first to the town with the papers; the deadline from then on."""
    desk = scene.town.dispatcher()

    async def asked() -> dict[str, Any]:
        return await desk.case(held.case_id)

    case = await eventually(asked, until=lambda case: case["state"] != "registered", what="a first decision")
    if case["state"] != "awaiting_dispatcher" or set(case["candidates"]) != {HOME, PAPERS}:
        raise WentElsewhere(f"two towns are named, and it was not asked which: {case['state']}")
    scene.tell("两个乡镇，不猜：转派单员")
    sent = await desk.dispatches(
        held.case_id, lead=PAPERS, co_units=(HOME,), place=PAPERS, reason="户籍材料在永宁镇"
    )
    scene.tell("派永宁镇主办")
    return datetime.fromisoformat(sent["resolve_by"])


async def _returned_and_redirected(scene: Scene, held: Receipt) -> None:
    papers, desk = scene.unit(PAPERS), scene.town.dispatcher()
    order_id = await scene.received(papers, held.case_id)
    await scene.step("永宁镇签收", papers.signs(order_id))
    evidence = "申请人常住珍珠泉乡，按居住地受理；户籍材料我镇可以转交"
    await scene.step("永宁镇退单", papers.returns(order_id, "not_our_territory", evidence))
    reason = "按居住地由珍珠泉乡主办，永宁镇协办转交材料"
    ruled = desk.adjudicates(
        held.case_id, "redirect", lead=HOME, co_units=(PAPERS,), place=HOME, reason=reason
    )
    await scene.step("裁定改派珍珠泉乡，时限不变", ruled)


TWO_TOWNS = Story("two_towns", TITLE, 13, play)
