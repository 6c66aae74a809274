"""安四路的黄虚线: town and road maintenance; on the site they find hedges hiding the crossing; six days."""

from datetime import timedelta

from deploy.demo.ending import CallbackEnding, Ending, Expected
from deploy.demo.people import Receipt
from deploy.demo.scene import Scene
from deploy.demo.stories.story import Ends, Story, judged

TOWN, ROADS, GREENING = "110114116", "D110114-GLFJ", "D110114-YLLH"
PLACE = {"address": "昌平区兴寿镇香屯村，安四路路口"}
TEXT = (
    "安四路香屯村附近的路面施划的是黄色虚线，按线可以掉头，可路口又立着单行标志，"
    "标线和标志互相矛盾，司机不知道该听哪个，请核实后重新施划。"
)
FOUND = "安四路香屯村路口，道路两侧绿篱长得过高，遮挡人行横道，过往司机看不到行人，需要修剪。"
TITLE, FOUND_TITLE = "安四路标线与标志矛盾", "绿篱遮挡人行横道（未诉先办）"
TOOK, TRIMMING = timedelta(days=6), timedelta(days=2)
EXPECTED = Expected(lead=TOWN, co_units=(ROADS,), tier="general", took=TOOK, callback=judged("phone"))


def expected_of_finding(linked_to: str) -> Expected:
    """The linked case: the department of the green trims, nobody is there to be asked."""
    return Expected(
        lead=GREENING,
        co_units=(TOWN,),
        tier="general",
        took=TRIMMING,
        callback=CallbackEnding("unreachable"),
        linked_to=linked_to,
    )


async def play(scene: Scene) -> Ends:
    """市民 → 镇 + 公路分局 → 现场发现绿篱 → 关联主动治理 → 两件都办结."""
    town, roads = scene.unit(TOWN), scene.unit(ROADS)
    held = await scene.reported(
        TEXT, kind="report", channel="web", place=PLACE, person=scene.somebody("钱某某")
    )
    order_id = await scene.takes_in_hand(town, held.case_id, "已联系，明天与公路分局到现场")
    orders = await scene.helps(held.case_id, (ROADS,))
    await scene.at(timedelta(days=1))
    await scene.step(
        "镇与公路分局现场核查", town.progresses(order_id, "现场核实标线与标志确有矛盾，待重新施划")
    )
    found = await scene.step(
        "现场发现绿篱遮挡，镇主动上报关联案件",
        town.reports_finding(FOUND, linked_case_id=held.case_id, place=PLACE),
    )
    finding = await _hedges_are_trimmed(scene, found)
    await scene.at(timedelta(days=5))
    await roads.resolves(orders[ROADS], "已按单行组织重新施划标线")
    scene.tell("公路分局办结")
    await scene.at(TOOK)
    await scene.step("镇办结", town.resolves(order_id, "标线与标志一致，照片 3 张"))
    await scene.judged_by_phone(held.case_id, solved="yes", satisfied="satisfied")
    return (
        (await scene.closed(TITLE, held), EXPECTED),
        (finding, expected_of_finding(held.case_id)),
    )


async def _hedges_are_trimmed(scene: Scene, found: Receipt) -> Ending:
    """The finding's own life, from the greening bureau's desk to its end."""
    greening, found_at = scene.unit(GREENING), scene.clock.now()
    order_id = await scene.received(greening, found.case_id)
    await scene.step("园林绿化局签收", greening.signs(order_id))
    orders = await scene.helps(found.case_id, (TOWN,))
    await scene.clock.until(found_at + TRIMMING)
    await scene.helped(orders, "镇已配合疏导交通")
    await scene.step("园林绿化局办结", greening.resolves(order_id, "绿篱已修剪至 60 厘米，照片 2 张"))
    await scene.not_reachable(found.case_id)
    return await scene.closed(FOUND_TITLE, found)


YELLOW_LINE = Story("yellow_line", TITLE, 16, play)
