"""椿树街道的路面积水: urgent, an emergency whistle, twenty minutes."""

from datetime import timedelta

from deploy.demo.ending import Expected
from deploy.demo.scene import Scene, Spot
from deploy.demo.stories.story import Ends, Story, judged

STREET, WATER, DRAINAGE = "110102015", "D110102-SWJ", "U110000-DRAIN"
DEPARTMENTS = (WATER, DRAINAGE)
SITE = Spot(116.3716, 39.8946)
TEXT = "椿树街道这边路口积水很深，已经没过自行车轮子，雨篦子好像被树叶盖住了，行人和车都过不去，请尽快来人。"
TITLE = "椿树街道路面积水"
TOOK = timedelta(minutes=20)
EXPECTED = Expected(
    lead=STREET,
    co_units=DEPARTMENTS,
    tier="urgent",
    took=TOOK,
    callback=judged("phone", satisfied="basically"),
    whistle=DEPARTMENTS,
)


async def play(scene: Scene) -> Ends:
    """市民 → 街道 + 应急哨 → 十分钟到场 → 二十分钟办结."""
    street = scene.unit(STREET)
    held = await scene.reported(
        TEXT,
        kind="report",
        channel="mini_program",
        place={"address": "西城区椿树街道", "lng": SITE.lng, "lat": SITE.lat, "system": "wgs84"},
        person=scene.somebody("李某某"),
    )
    order_id = await scene.takes_in_hand(street, held.case_id, "已联系，街道应急队出发")
    orders = await scene.helps(held.case_id, DEPARTMENTS)
    whistle_id = await scene.blows(
        street, held.case_id, "emergency", DEPARTMENTS, "路口积水影响通行，请立即到场抽排", SITE
    )
    await scene.at(timedelta(minutes=10))
    await scene.come(whistle_id, DEPARTMENTS, Spot(116.3718, 39.8944))
    await scene.at(timedelta(minutes=18))
    await scene.act_and_are_scored(
        street, whistle_id, dict.fromkeys(DEPARTMENTS, 5), "雨篦子已清掏，积水抽排完毕"
    )
    await scene.helped(orders, "已清掏雨水口并抽排")
    await scene.at(TOOK)
    await scene.step("街道办结", street.resolves(order_id, "积水已排空，恢复通行，照片 2 张"))
    await scene.judged_by_phone(held.case_id, solved="yes", satisfied="basically", note="希望雨前就清掏")
    return ((await scene.closed(TITLE, held), EXPECTED),)


STANDING_WATER = Story("standing_water", TITLE, 11, play)
