"""首座御园的群租房: the street leads, blows for joint enforcement, and is done in about ten hours."""

from datetime import timedelta

from deploy.demo.ending import Expected
from deploy.demo.scene import Scene, Spot
from deploy.demo.stories.story import Ends, Story, judged

STREET = "110115009"
POLICE, HOUSING, FIRE, ENFORCEMENT = "D110115-GAJ", "D110115-ZJW", "D110115-XFZD", "D110115-CGZF"
DEPARTMENTS = (POLICE, HOUSING, FIRE, ENFORCEMENT)
SITE = Spot(116.3352, 39.7168)
TEXT = (
    "首座御园有一户把三居室打隔断群租，住了十几个人，半夜进进出出、拖桌椅，楼上楼下都睡不好，"
    "楼道里还拉了电线，希望尽快查处。"
)
TITLE = "首座御园群租房"
TOOK = timedelta(hours=10)
EXPECTED = Expected(
    lead=STREET,
    co_units=DEPARTMENTS,
    tier="general",
    took=TOOK,
    callback=judged("phone"),
    whistle=DEPARTMENTS,
)


async def play(scene: Scene) -> Ends:
    """居民 → 街道 → 吹哨 → 四部门到场 → 街道办结 → 回访."""
    street = scene.unit(STREET)
    held = await scene.reported(
        TEXT,
        kind="complaint",
        channel="hotline",
        place={"address": "大兴区观音寺街道首座御园"},
        person=scene.somebody("赵某某", confidential=True),
    )
    order_id = await scene.takes_in_hand(street, held.case_id, "已电话联系，约定今天入户核查")
    orders = await scene.helps(held.case_id, DEPARTMENTS)
    whistle_id = await scene.blows(
        street, held.case_id, "joint_enforcement", DEPARTMENTS, "入户核查隔断群租，需联合执法", SITE
    )
    for code in DEPARTMENTS:
        await scene.unit(code).signs_whistle(whistle_id)
        await scene.unit(code).contacts_blower(whistle_id)
    scene.tell("部门签收哨令并与街道联系")
    await scene.at(timedelta(hours=4))
    await scene.come(whistle_id, DEPARTMENTS, Spot(116.3356, 39.7170))
    await scene.step(
        "街道记录进展", street.progresses(order_id, "已联合入户，责令当日拆除隔断，租客妥善安置")
    )
    await scene.at(timedelta(hours=9))
    scores = {POLICE: 5, HOUSING: 5, FIRE: 5, ENFORCEMENT: 4}
    await scene.act_and_are_scored(street, whistle_id, scores, "已到场处置，隔断已拆除")
    await scene.helped(orders, "本部门事项已处置完毕")
    await scene.at(TOOK)
    await scene.step("街道办结", street.resolves(order_id, "隔断全部拆除，房屋恢复原状，照片 6 张"))
    await scene.judged_by_phone(held.case_id, solved="yes", satisfied="satisfied", note="当天就解决了")
    return ((await scene.closed(TITLE, held), EXPECTED),)


GROUP_RENTAL = Story("group_rental", TITLE, 13, play)
