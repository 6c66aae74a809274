"""说议筹办评 over HTTP on a real Postgres: two real matters from the first word to the last."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from shared.kernel.ids import UnitCode
from tests.integration.grid_desk import Desk, a_case, desk, house
from tests.kit.deliberations import CAOCHANG, DONGCHENG, HUILONGGUAN, LONGCHENG, QIANMEN

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
GARDENS = UnitCode("D110114-YLLH")
SIDES = ("party_branch", "residents_committee", "owners_committee", "property_company", "residents")
HELD_AT = "2026-03-02T08:00:00+08:00"
SECRETS = ("自行车棚", "院门口", "消防通道", "王阿姨", "会议纪要")
Body = Mapping[str, Any]


def meeting(present: Sequence[int], minutes: str = "会议纪要", vote: Body | None = None) -> dict[str, Any]:
    seats = [{"side": side, "present": count} for side, count in zip(SIDES, present, strict=True)]
    return {"held_at": HELD_AT, "seats": seats, "minutes": minutes, "vote": vote}


def placards(*counts: tuple[int, int], entitled: int, against: int = 0) -> dict[str, Any]:
    return {
        "entitled": entitled,
        "placards": [{"option": option, "count": count} for option, count in counts],
        "against": against,
    }


@dataclass(slots=True)
class Table:
    """A community's table: everything it does about one matter."""

    desk: Desk
    unit: UnitCode
    key: str = ""

    async def raises(self, *, role: str = "unit", **more: Any) -> httpx.Response:
        body = {"raised_from": "resident", "matter": "自行车棚放在哪儿", **more}
        headers = self.desk.token(role, unit=self.unit)
        return await self.desk.client.post("/v1/deliberations", json=body, headers=headers)

    async def opens(self, **more: Any) -> dict[str, Any]:
        answer = await self.raises(**more)
        assert answer.status_code == 201, answer.text
        self.key = answer.json()["deliberation_id"]
        assert answer.headers["location"] == f"/v1/deliberations/{self.key}"
        return dict(answer.json())

    async def asks(
        self,
        what: str,
        body: Body | None = None,
        *,
        by: str | None = None,
        seen: str | None = "*",
        key: str | None = None,
    ) -> httpx.Response:
        headers = self.desk.token("unit", unit=by or self.unit)
        headers.update({"If-Match": seen} if seen else {})
        headers.update({"Idempotency-Key": key} if key else {})
        url = f"/v1/deliberations/{self.key}/{what}"
        return await self.desk.client.post(url, json=body, headers=headers)

    async def does(self, what: str, body: Body | None = None, **more: Any) -> dict[str, Any]:
        answer = await self.asks(what, body, **more)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    async def reads(self) -> dict[str, Any]:
        answer = await self.desk.reads(f"deliberations/{self.key}", by=self.unit)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())


async def test_caochang_looks_for_a_bicycle_shed_s_place_and_tries_two_before_it_votes(desk: Desk) -> None:
    """草厂: a case → one place is objected to → two pilot sites → vote → work → evaluation."""
    case_id = await a_case(desk, QIANMEN, CAOCHANG)
    table = Table(desk, CAOCHANG)
    await table.opens(raised_from="case", case_ids=[case_id])
    for words in ("院门口", "胡同东口", "公厕旁"):
        await table.does("options", {"words": words})
    await table.does("options/1/drop", {"objections": 7, "reason": "挡住消防通道"})
    talked = await table.does("meetings", meeting((1, 1, 0, 0, 12)))
    assert (talked["state"], talked["meetings"][0]["vote"]) == ("met", None)
    trial = await table.does("pilots", {"options": [2, 3]})
    assert [option["standing"] for option in trial["options"]] == ["dropped", "piloted", "piloted"]

    thin = await table.does("meetings", meeting((1, 1, 0, 0, 8), vote=placards((2, 8), (3, 2), entitled=30)))
    assert (thin["state"], thin["meetings"][1]["vote"]["quorate"]) == ("met", False)
    voted = await table.does(
        "meetings", meeting((1, 1, 0, 0, 18), vote=placards((2, 4), (3, 15), entitled=30, against=1))
    )
    assert (voted["state"], voted["meetings"][2]["vote"]["adopted"]) == ("adopted", 3)
    await table.does("begin", {"tasks": [{"owner": CAOCHANG, "due": "2026-03-20", "words": "划线装架"}]})
    early = await table.asks("evaluate", {"satisfied": 20})
    assert (early.status_code, early.json()["reason"]) == (409, "tasks_undone")
    await table.does("tasks/1/report", {"evidence": "车棚已装好"})
    ended = await table.does("evaluate", {"satisfied": 24, "basically": 3, "not_satisfied": 1})
    assert (ended["state"], ended["rating"]["satisfied"]) == ("evaluated", 24)

    seen = await table.reads()
    assert (seen["matter"], seen["unit_name"], seen["case_ids"]) == (
        "自行车棚放在哪儿",
        "草厂社区居委会",
        [case_id],
    )
    assert (seen["options"][0]["reason"], seen["options"][0]["objections"]) == ("挡住消防通道", 7)
    told = await desk.told(table.key)
    assert told == [
        "deliberation.raised",
        *["deliberation.progressed"] * 4,
        "deliberation.met",
        "deliberation.progressed",
        *["deliberation.met"] * 2,
        *["deliberation.progressed"] * 2,
        "deliberation.evaluated",
    ]
    said = await desk.said(table.key)
    assert {fact["topic"] for fact in said} == {"jiesu.grid"}
    assert all(fact["payload"]["case_ids"] == [case_id] for fact in said)


async def test_longcheng_makes_a_garden_of_its_waste_land(desk: Desk) -> None:
    """龙城花海: cases → three designs → placard vote → five commitments → pledges → tasks → evaluation."""
    cases = [await a_case(desk, HUILONGGUAN, LONGCHENG) for _ in range(2)]
    table = Table(desk, LONGCHENG)
    await table.opens(raised_from="case", case_ids=cases[:1], matter="12,000 平方米荒地怎么办")
    linked = await table.does("cases", {"case_ids": cases})
    assert linked["case_ids"] == cases
    for words in ("口袋公园", "停车场", "花海步道"):
        await table.does("options", {"words": words})
    split = await table.does(
        "meetings", meeting((3, 5, 4, 2, 86), vote=placards((1, 40), (2, 15), (3, 45), entitled=180))
    )
    assert split["state"] == "met"  # quorate, but no design has more than half of those present
    await table.does("options/2/drop", {"objections": 60, "reason": "不要停车场"})
    decided = await table.does(
        "meetings", meeting((3, 5, 4, 2, 86), vote=placards((1, 38), (3, 60), entitled=180))
    )
    assert (decided["state"], decided["options"][2]["standing"]) == ("adopted", "adopted")

    for side in SIDES:
        await table.does("commitments", {"side": side, "words": "承诺共同维护"})
    gifts: tuple[dict[str, Any], ...] = (
        {"means": "money", "amount": 3_000_000, "giver": "unit", "unit": HUILONGGUAN, "words": "街道资金"},
        {"means": "money", "amount": 186_050, "giver": "residents", "words": "王阿姨等居民"},
        {"means": "work", "amount": 240, "giver": "volunteers", "words": "翻土"},
        {"means": "things", "amount": 500, "giver": "party_members", "words": "花苗"},
    )
    for gift in gifts:
        pledged = await table.does("pledges", gift)
    assert pledged["pledged"] == {"money_fen": 3_186_050, "work_hours": 240, "things": 500}
    tasks = [
        {"owner": GARDENS, "due": "2026-04-10", "words": "清理渣土"},
        {"owner": LONGCHENG, "due": "2026-05-01", "words": "种花"},
    ]
    begun = await table.does("begin", {"tasks": tasks})
    assert [task["owner_name"] for task in begun["tasks"]] == ["昌平区园林绿化局", "龙城社区居委会"]
    await table.does("tasks", {"owner": LONGCHENG, "due": "2026-05-10", "words": "装座椅"})
    listed = await desk.reads("deliberations", by=GARDENS)
    assert [each["deliberation_id"] for each in listed.json()["items"]] == [table.key]
    cleared = await table.asks("tasks/1/report", {"evidence": "渣土已清，照片 3 张"}, by=GARDENS)
    assert (cleared.status_code, cleared.json()["tasks"][0]["reported_by"]) == (200, GARDENS)
    for number in (2, 3):
        await table.does(f"tasks/{number}/report", {"evidence": "已办完，照片 2 张"})
    ended = await table.does(
        "evaluate", {"satisfied": 90, "basically": 8, "not_satisfied": 1, "no_opinion": 1}
    )
    assert (ended["state"], len(ended["commitments"])) == ("evaluated", 5)
    last = (await desk.said(table.key))[-1]
    assert last["payload"]["case_ids"] == cases
    assert {name: last["payload"][name] for name in ("satisfied", "no_opinion")} == {
        "satisfied": 90,
        "no_opinion": 1,
    }


async def test_what_was_said_lies_sealed_and_leaves_grid_never(desk: Desk) -> None:
    table = Table(desk, CAOCHANG)
    await table.opens()
    await table.does("options", {"words": "院门口"}, key="sealed-option")
    await table.does("options", {"words": "另一处"})
    await table.does("options/1/drop", {"objections": 1, "reason": "挡住消防通道"})
    await table.does("meetings", meeting((1, 1, 0, 0, 2), vote=placards((2, 4), entitled=5)))
    await table.does("pledges", {"means": "work", "amount": 2, "giver": "residents", "words": "王阿姨"})
    await table.does("abandon", {"reason": "王阿姨改了主意"})
    for name, values in (await desk.contents()).items():
        assert [mark for mark in SECRETS if mark in " ".join(values)] == [], name
    seen = await table.reads()
    assert (seen["reason"], seen["pledges"][0]["words"]) == ("王阿姨改了主意", "王阿姨")
    assert (seen["meetings"][0]["minutes"], seen["options"][0]["words"]) == ("会议纪要", "院门口")


async def test_the_same_request_again_is_answered_and_done_once(desk: Desk) -> None:
    table = Table(desk, CAOCHANG)
    await table.opens()
    answers = [await table.asks("options", {"words": "院门口"}, seen='"1"', key="once-1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert (await table.asks("options", {"words": "x"}, seen='"1"')).status_code == 412
    assert (await table.asks("options", {"words": "x"}, seen=None)).status_code == 428
    assert len((await table.reads())["options"]) == 1


@pytest.mark.parametrize(
    ("what", "body", "reason", "field"),
    [
        (
            "meetings",
            meeting((1, 1, 0, 0, 2), vote=placards((1, 3), entitled=5, against=2)),
            "too_many_placards",
            "vote.placards",
        ),
        ("meetings", meeting((1, 1, 0, 0, 2), vote=placards((1, 3), entitled=3)), None, "vote.entitled"),
        ("meetings", {**meeting((1, 1, 0, 0, 2)), "held_at": "2026-03-03T08:00:00+08:00"}, None, "held_at"),
        (
            "meetings",
            {**meeting((1, 1, 0, 0, 2)), "seats": meeting((1,) * 5)["seats"][:1] * 5},
            None,
            "seats",
        ),
        ("options", {"words": " "}, None, "words"),
        ("options/1/drop", {"objections": 0, "reason": "x"}, None, "objections"),
    ],
)
async def test_bad_input_names_its_field_and_leaves_nothing(
    desk: Desk, what: str, body: Body, reason: str | None, field: str
) -> None:
    table = Table(desk, CAOCHANG)
    await table.opens()
    await table.does("options", {"words": "院门口"})
    before = await desk.counts()
    answer = await table.asks(what, body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field), answer.text
    assert reason in (None, answer.json()["reason"])
    assert await desk.counts() == before
    assert (await table.reads())["version"] == 2


async def test_who_raises_who_acts_and_who_looks_on(desk: Desk) -> None:
    case_id = await a_case(desk, HUILONGGUAN, LONGCHENG)
    table = Table(desk, CAOCHANG)
    foreign = await table.raises(raised_from="case", case_ids=[case_id])
    assert (foreign.status_code, foreign.json()["reason"]) == (403, "case_elsewhere")
    await table.opens(role="grid_worker", raised_from="grid_worker")
    assert (await table.asks("options", {"words": "x"}, by=QIANMEN)).status_code == 200
    above = await table.asks("options", {"words": "x"}, by=DONGCHENG)
    assert (above.status_code, above.json()["reason"]) == (403, "may_not_deliberate")
    assert (await table.asks("options", {"words": "x"}, by=LONGCHENG)).status_code == 404
    path = f"deliberations/{table.key}"
    assert (await desk.reads(path, by=DONGCHENG)).status_code == 200
    assert (await desk.reads(path, by=None, role="supervisor")).status_code == 200
    assert (await desk.reads(path, by=LONGCHENG)).status_code == 404
    assert (await desk.reads(path, by=None, role="citizen")).status_code == 403


async def test_the_list_is_paged_and_narrowed_and_holds_no_words(desk: Desk) -> None:
    case_id = await a_case(desk, HUILONGGUAN, LONGCHENG)
    table = Table(desk, LONGCHENG)
    keys = [(await table.opens(case_ids=[case_id]))["deliberation_id"] for _ in range(3)]
    first = (await desk.reads("deliberations", by=HUILONGGUAN, case_id=case_id, limit=2)).json()
    asked = {"case_id": case_id, "limit": 2, "cursor": first["next"]}
    second = (await desk.reads("deliberations", by=HUILONGGUAN, **asked)).json()
    found = [item["deliberation_id"] for item in (*first["items"], *second["items"])]
    assert (found, second["next"]) == (keys[::-1], None)
    assert {item["matter"] for item in first["items"]} == {None}
    assert (await desk.reads("deliberations", by=CAOCHANG, case_id=case_id)).json()["items"] == []
    ended = (
        await desk.reads("deliberations", by=None, role="ops", case_id=case_id, state="evaluated")
    ).json()
    assert ended["items"] == []
    assert (await desk.reads("deliberations", by=HUILONGGUAN, unit="nobody")).status_code == 422
