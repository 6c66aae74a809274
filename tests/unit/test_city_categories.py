"""诉求分类: readable rules, urgency from what happened and never from tone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.city.categories import load_categories
from shared.city.errors import BrokenFile, UnknownCategory
from shared.kernel.words import Kind, Tier
from tests.kit.city import beijing, seed

TEXTS = [
    ("小区物业不作为，楼道灯坏了半年没人修", "property_management"),
    ("小区停车难，外来车辆占了车位", "parking"),
    ("胡同里乱停车，三轮都过不去", "hutong_parking"),
    ("垃圾桶满溢两天没人清运", "waste_sorting"),
    ("顶层住户，一下雨屋顶就漏水", "roof_leak"),
    ("我们楼电梯三天两头停运", "lift"),
    ("想问老旧小区改造什么时候轮到我们", "estate_renewal"),
    ("社区能不能建个自行车棚，电动车没地方停放", "bicycle_parking"),
    ("家里暖气不热，室温只有十五度", "heating"),
    ("从昨晚开始停水，什么时候来水", "water"),
    ("整栋楼停电", "power"),
    ("楼前下水道堵了，污水外溢", "drain"),
    ("人行横道的斑马线磨损看不清", "road_marking"),
    ("村口道路坑洼不平", "road_damage"),
    ("我家门口路灯不亮", "street_lamp"),
    ("绿化带的树枝遮挡信号", "greening"),
    ("电线杆上全是小广告", "city_appearance"),
    ("市场门口有人占道经营", "street_trading"),
    ("小区旁边一大片荒地没人管", "waste_land"),
    ("楼上群租，住了二十多人", "group_rental"),
    ("邻居在楼顶私搭乱建", "illegal_building"),
    ("工地夜间施工噪声扰民", "noise"),
    ("渣土车没盖，扬尘很大", "dust"),
    ("公租房轮候到哪一步了", "housing"),
    ("健身房预付卡不给退款", "market_supervision"),
    ("餐馆吃坏肚子，怀疑食品安全有问题", "food_safety"),
    ("工地拖欠工资三个月", "wages"),
    ("孩子明年入学，学区怎么划", "school"),
    ("社区卫生服务站开不了药", "clinic"),
    ("公交车班次太少，等四十分钟", "bus_and_metro"),
    ("健身器材坏了很危险", "culture_sport"),
    ("独居老人想订老年餐", "elderly_care"),
    ("我想申请低保", "minimum_living"),
    ("退休金这个月没到账", "social_insurance"),
    ("盲道被占，轮椅过不去", "disability"),
    ("新生儿落户怎么这么慢", "household_registration"),
    ("路口红绿灯时间太短", "traffic"),
    ("邻居遛狗不拴绳", "public_order"),
    ("楼下堵塞疏散通道，消防栓没水", "fire_safety"),
    ("老房子墙体倒塌，里面还有人", "danger"),
]


@pytest.mark.parametrize(("text", "category"), TEXTS)
def test_an_ordinary_text_is_classified(text: str, category: str) -> None:
    first = beijing().categories.classify(text, Kind.COMPLAINT)[0]
    assert first.category == category, first.explanation
    assert first.confidence >= beijing().policy.classifying.threshold


@pytest.mark.parametrize(
    "text",
    [
        "马路上积水没过脚面",
        "厨房闻到燃气味道",
        "三楼着火了",
        "房子要塌了",
        "路面塌陷一个大洞",
        "有老人被困电梯",
        "马路边井盖没了",
    ],
)
def test_danger_is_urgent_however_calmly_it_is_told(text: str) -> None:
    assert beijing().categories.classify(text)[0].tier is Tier.URGENT


@pytest.mark.parametrize(
    "shout", ["！！！", "!!!!!!", "紧急紧急", "十万火急", "urgent!!!", "URGENT", "马上处理", "急急急"]
)
@pytest.mark.parametrize(("text", "category"), TEXTS[:12])
def test_tone_changes_nothing(text: str, category: str, shout: str) -> None:
    classify = beijing().categories.classify
    assert classify(f"{shout}{text}{shout}") == classify(text)
    assert classify(text)[0].category == category
    assert classify(text)[0].tier is not Tier.URGENT


@given(shouts=st.text("!！?？急 \n", max_size=30))
def test_no_amount_of_shouting_makes_a_case_urgent(shouts: str) -> None:
    assert not any(each.tier is Tier.URGENT for each in beijing().categories.classify(f"路灯不亮{shouts}"))
    assert beijing().categories.classify(shouts) == ()


def test_suggestions_are_ranked_and_explained() -> None:
    found = beijing().categories.classify("楼上群租，夜里噪音很大")
    assert [each.category for each in found[:2]] == ["group_rental", "noise"]
    assert [each.confidence for each in found] == sorted((each.confidence for each in found), reverse=True)
    assert "群租" in found[0].explanation


def test_a_drill_is_no_fire_and_a_metro_station_is_no_flood() -> None:
    classify = beijing().categories.classify
    assert not any(each.category == "danger" for each in classify("社区消防演练，假装着火"))
    assert not any(each.category == "road_water" for each in classify("积水潭路口没有红绿灯"))
    assert classify("积水潭桥下积水严重")[0].category == "road_water"


def test_a_question_is_a_consultation_only_when_it_was_asked_as_one() -> None:
    classify = beijing().categories.classify
    assert classify("请问几点上班", Kind.CONSULT)[0].category == "consultation"
    assert classify("请问几点上班", Kind.COMPLAINT) == ()


@given(text=st.text(max_size=300), kind=st.sampled_from([None, *Kind]))
def test_any_text_is_classified_without_a_fault(text: str, kind: Kind | None) -> None:
    for each in beijing().categories.classify(text, kind):
        assert 0 < each.confidence < 1
        assert each.category in beijing().categories


def test_an_unknown_category_is_refused_by_name() -> None:
    with pytest.raises(UnknownCategory):
        beijing().categories.get("weather")


@pytest.mark.parametrize(
    ("right", "wrong", "at", "reason"),
    [
        ("{category: roof_leak, confidence: 0.75", "{category: roof, confidence: 0.75", "{category: roof,",
         "no category is called roof"),
        ("{code: lift, group: estate", "{code: lift, group: sky", "{code: lift", "no group is called sky"),
        ("{code: lift, group", "{code: parking, group", "{code: parking, group: estate, zh: 电梯",
         "category parking is written twice"),
        ("confidence: 0.75", "confidence: 2", "confidence: 2", "less than 1"),
        ("any: [房屋漏雨, 漏雨]", "some: [x]", "some: [x]", "no such setting"),
        ("any: [房屋漏雨, 漏雨]", "any: [' ']", "any: [' ']", "at least 1 character"),
        ("confidence: 0.75, any: [房屋漏雨, 漏雨]", "confidence: 0.75", "roof_leak, confidence: 0.75}",
         "a rule needs"),
    ],
)  # fmt: skip
def test_a_broken_category_file_names_file_line_and_reason(
    right: str, wrong: str, at: str, reason: str
) -> None:
    text = seed("categories.yaml")
    assert right in text
    broken = text.replace(right, wrong, 1)
    with pytest.raises(BrokenFile) as refusal:
        load_categories(broken, filename="categories.yaml")
    assert reason in refusal.value.problem
    assert refusal.value.line == broken[: broken.index(at)].count("\n") + 1
