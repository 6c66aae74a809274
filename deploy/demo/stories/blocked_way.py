"""广渠门外南里社区的堵路车: street to community to property company; ninety minutes; judged by the link."""

from dataclasses import replace
from datetime import timedelta

from deploy.demo.ending import Expected
from deploy.demo.scene import Scene
from deploy.demo.stories.story import Ends, Story, judged

STREET, COMMUNITY = "110101013", "110101013006"
TEXT = (
    "广渠门外南里社区楼前总有车乱停，把出入口堵得严严实实，早上上班和送孩子都出不去，请社区和物业想想办法。"
)
TITLE = "广渠门外南里车辆堵路"
TOOK = timedelta(minutes=90)
EXPECTED = Expected(
    lead=STREET,
    co_units=(COMMUNITY,),
    tier="general",
    took=TOOK,
    callback=judged("link"),
    assigned_to=COMMUNITY,
)


async def play(scene: Scene) -> Ends:
    """居民 → 街道 → 社区 → 物业公司."""
    street, community = scene.unit(STREET), scene.unit(COMMUNITY)
    held = await scene.reported(
        TEXT,
        kind="help",
        channel="app",
        place={"address": "东城区东花市街道广渠门外南里社区", "unit": COMMUNITY},
        person=scene.somebody("孙某某"),
    )
    order_id = await scene.takes_in_hand(street, held.case_id, "已联系，社区马上到现场")
    await scene.step("街道交由社区具体办理", street.assigns(order_id, COMMUNITY))
    orders = await scene.helps(held.case_id, (COMMUNITY,))
    await scene.at(timedelta(minutes=30))
    await scene.step(
        "社区请物业到场", community.progresses(order_id, "已请物业公司到场，逐一电话联系车主挪车")
    )
    await scene.at(timedelta(minutes=80))
    await scene.helped(orders, "堵路车辆均已挪走，物业在出入口加装隔离桩")
    await scene.at(TOOK)
    await scene.step("街道办结", street.resolves(order_id, "出入口已畅通，照片 2 张"))
    channel = await scene.judged_by_link(
        held.case_id, solved="yes", satisfied="satisfied", note="物业来得很快"
    )
    expected = replace(EXPECTED, callback=judged(channel))
    return ((await scene.closed(TITLE, held), expected),)


BLOCKED_WAY = Story("blocked_way", TITLE, 10, play)
