"""草厂的自行车棚: residents object to one place, try out two, vote, build, and say what they think of it."""

from datetime import timedelta

from deploy.demo.ending import DeliberationEnding, Expected
from deploy.demo.people import Table, Vote
from deploy.demo.scene import Scene
from deploy.demo.stories.story import Ends, Story, judged

STREET, COMMUNITY = "110101011", "110101011010"
PLACE = {"address": "东城区前门街道草厂社区", "unit": COMMUNITY}
TEXT = (
    "草厂社区胡同窄，各家的自行车没有固定地方停放，停得到处都是，老人出门都要侧着身子。"
    "想建一个自行车棚，可放在谁家门口谁家都不愿意，请社区组织大家商量放在哪儿。"
)
TITLE = "草厂自行车棚选址"
TOOK = timedelta(days=6)
EXPECTED = Expected(
    lead=STREET,
    co_units=(COMMUNITY,),
    tier="general",
    took=TOOK,
    callback=judged("phone"),
    deliberation=DeliberationEnding(
        community="草厂社区居委会",
        state="evaluated",
        options=("dropped", "piloted", "adopted"),
        meetings=2,
        present=24,
        placards=17,
        commitments=0,
        money_fen=0,
        work_hours=0,
        things=0,
        tasks=1,
        tasks_done=1,
        satisfied=29,
        voices=31,
        micro_projects=(),
        citizen_read=(
            "deliberation_raised",
            "deliberation_met",
            "deliberation_piloted",
            "deliberation_decided",
            "deliberation_begun",
            "deliberation_evaluated",
        ),
    ),
)


async def play(scene: Scene) -> Ends:
    """居民 → 街道 → 网格员提议题 → 反对一处、试点两处 → 举牌表决 → 建成 → 居民评价."""
    street, community = scene.unit(STREET), scene.unit(COMMUNITY)
    worker = scene.town.grid_worker(COMMUNITY)
    held = await scene.reported(
        TEXT, kind="suggestion", channel="mini_program", place=PLACE, person=scene.somebody("吴某某")
    )
    order_id = await scene.takes_in_hand(street, held.case_id, "已联系，由社区召集居民议事")
    orders = await scene.helps(held.case_id, (COMMUNITY,))
    raising = scene.raised(worker, held.case_id, "自行车棚放在哪儿")
    table = community.table(await scene.step("网格员把诉求提上小院议事厅", raising))
    await _two_places_are_tried(scene, table)
    await scene.at(timedelta(days=4))
    vote = Vote(entitled=40, placards={2: 6, 3: 17}, against=1)
    meeting = table.meets(scene.meeting_ended(), (2, 2, 0, 0, 20), "试点三天后举牌表决", vote)
    await scene.step("居民举牌表决，定在公厕旁", meeting)
    task = {"owner": COMMUNITY, "due": scene.days_on(3), "words": "平整地面，安装车棚"}
    await scene.step("车棚开工", table.begins(task))
    await scene.at(timedelta(days=5))
    done = worker.table(table.deliberation_id).reports_task(1, "车棚已安装，可停 24 辆，照片 2 张")
    await scene.step("网格员报告车棚建成", done)
    await scene.step("居民评价", table.is_rated(satisfied=25, basically=4, not_satisfied=1, no_opinion=1))
    await scene.helped(orders, "车棚已建成，居民议定由各户轮流看护")
    await scene.at(TOOK)
    await scene.step("街道办结", street.resolves(order_id, "按居民表决结果建成车棚，照片 2 张"))
    await scene.judged_by_phone(held.case_id, solved="yes", satisfied="satisfied", note="大家商量着定的")
    return ((await scene.closed(TITLE, held), EXPECTED),)


async def _two_places_are_tried(scene: Scene, table: Table) -> None:
    """Three places, objections to one of them, and three days with the other two."""
    for place in ("院门口", "胡同东口", "公厕旁空地"):
        await table.proposes(place)
    scene.tell("提出三处选址")
    await scene.at(timedelta(days=1))
    minutes = "十二户反对放在院门口：挡住消防通道"
    await scene.step("居民议事，未有定论", table.meets(scene.meeting_ended(), (2, 2, 0, 0, 15), minutes))
    dropped = table.drops(1, objections=12, reason="挡住消防通道")
    await scene.step("十二户反对，撤下一处", dropped)
    await scene.step("另外两处先试点", table.pilots(2, 3))


BICYCLE_SHED = Story("bicycle_shed", TITLE, 17, play)
