"""龙城花海: 12,000 m² of waste land, three designs, a vote, five sides' word, pledges, and many hands.

Told within the fifteen workdays that a complex case has.
"""

from datetime import timedelta

from deploy.demo.ending import DeliberationEnding, Expected
from deploy.demo.people import SIDES, Table, Unit, Vote
from deploy.demo.scene import Scene
from deploy.demo.stories.story import Ends, Story, judged

STREET, COMMUNITY = "110114011", "110114011003"
PLANNING, GREENING = "D110114-GZFJ", "D110114-YLLH"
HELPERS = (PLANNING, GREENING, COMMUNITY)
PLACE = {"address": "昌平区回龙观街道龙城社区龙城花海"}
TEXT = (
    "龙城花海旁边有一万两千平方米的荒地，闲置好多年了，杂草比人高，建筑垃圾成堆，夏天蚊虫多，居民绕着走。"
    "希望能治理起来，也想听听大家的意见，看建成什么样好。"
)
TITLE = "龙城花海荒地治理"
TOOK = timedelta(days=18)
EXPECTED = Expected(
    lead=STREET,
    co_units=HELPERS,
    tier="complex",
    took=TOOK,
    callback=judged("phone"),
    deliberation=DeliberationEnding(
        community="龙城社区居委会",
        state="evaluated",
        options=("open", "dropped", "adopted"),
        meetings=2,
        present=104,
        placards=63,
        commitments=5,
        money_fen=3_186_050,
        work_hours=240,
        things=500,
        tasks=2,
        tasks_done=2,
        satisfied=98,
        voices=100,
        micro_projects=("reported",),
        citizen_read=(
            "deliberation_raised",
            "deliberation_met",
            "deliberation_decided",
            "deliberation_begun",
            "deliberation_evaluated",
        ),
    ),
)


async def play(scene: Scene) -> Ends:
    """居民 → 街道 → 三个方案 → 举牌表决 → 五方承诺 → 筹资筹劳 → 分工办理、认领微项目 → 居民评价."""
    street, community, greening = scene.unit(STREET), scene.unit(COMMUNITY), scene.unit(GREENING)
    held = await scene.reported(
        TEXT, kind="suggestion", channel="hotline", place=PLACE, person=scene.somebody("郑某某")
    )
    order_id = await scene.takes_in_hand(street, held.case_id, "已联系，街道牵头召集五方议事")
    orders = await scene.helps(held.case_id, HELPERS)
    raising = scene.raised(community, held.case_id, "12,000 平方米荒地怎么用")
    table = community.table(await scene.step("社区把诉求提上五方议事会", raising))
    await _three_designs(scene, table)
    await _means_are_raised(scene, table)
    begun = table.begins(
        {"owner": GREENING, "due": scene.days_on(10), "words": "清理渣土，平整土地"},
        {"owner": COMMUNITY, "due": scene.days_on(14), "words": "组织居民播种"},
    )
    await scene.step("定下两项任务，开工", begun)
    await _work_is_done(scene, table, community, greening)
    rated = table.is_rated(satisfied=90, basically=8, not_satisfied=1, no_opinion=1)
    await scene.step("居民评价", rated)
    await scene.helped(orders, "本单位承担的事项已办完")
    await scene.at(TOOK)
    await scene.step("街道办结", street.resolves(order_id, "荒地建成花海，居民自管，照片 8 张"))
    await scene.judged_by_phone(held.case_id, solved="yes", satisfied="satisfied", note="现在天天来散步")
    return ((await scene.closed(TITLE, held), EXPECTED),)


async def _three_designs(scene: Scene, table: Table) -> None:
    """The first vote splits; without the car park the second decides."""
    for design in ("口袋公园", "停车场", "花海步道"):
        await table.proposes(design)
    scene.tell("设计师与居民提出三个方案")
    came = (3, 5, 4, 2, 90)
    await scene.at(timedelta(days=3))
    split = Vote(entitled=180, placards={1: 40, 2: 19, 3: 45})
    meeting = table.meets(scene.meeting_ended(), came, "三个方案都未过半", split)
    await scene.step("第一次举牌，没有方案过半", meeting)
    await table.drops(2, objections=60, reason="不要停车场")
    await scene.at(timedelta(days=5))
    decided = Vote(entitled=180, placards={1: 41, 3: 63})
    meeting = table.meets(scene.meeting_ended(), came, "花海步道过半数通过", decided)
    await scene.step("第二次举牌，花海方案过半", meeting)


async def _means_are_raised(scene: Scene, table: Table) -> None:
    """五方承诺, then money, work and seedlings."""
    for side in SIDES:
        await table.commits(side, "承诺共建共管，不占用、不毁绿")
    scene.tell("五方公开承诺")
    await table.pledges("money", 3_000_000, giver="unit", unit=STREET, words="街道治理资金")
    await table.pledges("money", 186_050, giver="residents", words="居民自筹")
    await table.pledges("work", 240, giver="volunteers", words="翻土、播种")
    await table.pledges("things", 500, giver="party_members", words="花苗")
    scene.tell("筹资、筹劳、筹物")


async def _work_is_done(scene: Scene, table: Table, community: Unit, greening: Unit) -> None:
    """The bureau clears the ground, residents sow, Party members take on the benches."""
    await scene.at(timedelta(days=10))
    cleared = greening.table(table.deliberation_id).reports_task(1, "渣土已清运，土地已平整，照片 4 张")
    await scene.step("园林绿化局清理平整完毕", cleared)
    benches = await community.offers_micro_project("步道旁装十张长椅", table.deliberation_id)
    claimed = community.claims_micro_project(benches, "party_members", "在职党员先锋队，双报到")
    await scene.step("报到党员认领长椅微项目", claimed)
    await scene.at(timedelta(days=15))
    await scene.step("社区组织播种完毕", table.reports_task(2, "三百户居民参加播种，照片 6 张"))
    await scene.step("微项目完成", community.reports_micro_project(benches, "十张长椅已装好"))


FLOWER_FIELD = Story("flower_field", TITLE, 20, play)
