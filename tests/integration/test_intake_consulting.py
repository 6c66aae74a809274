"""咨询 on a real Postgres: answered at once, answered or declined by the desk; the knowledge base itself."""

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain.words import Words
from services.intake.handlers.consulting import add_entries
from services.intake.store.seed import known_entries
from shared.events import router as r
from shared.kernel.ids import CaseId, EventId, new_id
from shared.kernel.words import DeclineReason
from tests.integration.intake_desk import NOON, Desk, Receipt, desk, intake_desk
from tests.kit.city import FOLDER

__all__ = ["desk"]

pytestmark = pytest.mark.postgres
QUESTION = "身份证丢了到哪里补办"
UNKNOWN = "护照怎么办理，要多少天"


@pytest.fixture(scope="module")
async def house(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with intake_desk(database, tmp_path_factory.mktemp("intake-keys")) as desk:
        async with desk.flat.store.work() as work:
            assert await add_entries(work, known_entries(FOLDER, NOON.date())) == 20
        yield desk


async def asked_in(desk: Desk, receipt: Receipt) -> EventId:
    """The fact that proposed last."""
    (*_, last) = await desk.rows(
        "SELECT id FROM event_log WHERE key = :key AND type LIKE '%_proposed.v1' ORDER BY sequence",
        key=receipt.case_id,
    )
    return EventId(last["id"])


def an_entry(**more: Any) -> dict[str, Any]:
    return {"question": "护照如何办理？", "answer": "请到出入境大厅。", "valid_from": "2026-01-01", **more}


async def test_a_question_the_base_knows_is_answered_in_the_same_breath(desk: Desk) -> None:
    answer = await desk.reports(kind="consult", text=QUESTION, headers={"Idempotency-Key": "once-1"})
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert "派出所户籍窗口" in told["answer"]["text"]
    assert told["answer"]["text_en"].startswith("Apply in person")
    again = await desk.reports(kind="consult", text=QUESTION, headers={"Idempotency-Key": "once-1"})
    assert again.json() == told
    said = await desk.said(told["case_id"])
    assert [one["type"] for one in said] == ["jiesu.case.registered.v1", "jiesu.case.answer_proposed.v1"]
    assert said[0]["payload"]["being_answered"] is True
    assert "户籍窗口" not in str(said)
    receipt = Receipt(told["case_id"], told["tracking_number"], told["access_code"])
    assert "户籍窗口" in (await desk.follows(receipt)).json()["answer"]


async def test_the_answer_stands_in_the_citizens_view_in_his_language(desk: Desk) -> None:
    receipt = await desk.registers(kind="consult", text=QUESTION)
    await desk.hears(r.CaseAnswered(case_id=CaseId(UUID(receipt.case_id))))
    view = (await desk.follows(receipt)).json()
    assert view["status"] == "answered"
    assert "户籍窗口" in view["answer"]
    assert (await desk.follows(receipt, language="en")).json()["answer"].startswith("Apply in person")


@pytest.mark.parametrize(("kind", "text"), [("consult", UNKNOWN), ("complaint", QUESTION), ("consult", "？")])
async def test_what_it_does_not_know_or_was_not_asked_goes_its_way(desk: Desk, kind: str, text: str) -> None:
    answer = await desk.reports(kind=kind, text=text)
    assert answer.status_code == 201, answer.text
    assert answer.json()["answer"] is None
    (said,) = await desk.said(answer.json()["case_id"])
    assert said["payload"]["being_answered"] is False


async def test_the_desk_answers_in_its_own_words_which_stay_here_sealed(desk: Desk) -> None:
    receipt = await desk.registers(kind="consult", text=UNKNOWN)
    clerk = desk.token("dispatcher")
    path = f"/v1/cases/{receipt.case_id}"
    answer = await desk.client.post(
        f"{path}/answer", json={"text": "张先生，请到出入境大厅。"}, headers=clerk
    )
    assert (answer.status_code, answer.json()["outcome"]) == (202, "pending")
    assert "张先生" not in str(await desk.said(receipt.case_id))
    assert "张先生" not in str(await desk.rows("SELECT * FROM proposals"))
    assert (await desk.follows(receipt)).json()["answer"] is None
    asked = await asked_in(desk, receipt)
    await desk.hears(r.CaseAnswered(case_id=CaseId(UUID(receipt.case_id))), because=asked)
    assert (await desk.follows(receipt)).json()["answer"] == "张先生，请到出入境大厅。"
    (proposal,) = (await desk.client.get(f"{path}/proposals", headers=clerk)).json()
    assert (proposal["outcome"], proposal["proposed_by"]) == ("done", "dispatcher")


async def test_the_desk_answers_with_an_entry(desk: Desk) -> None:
    receipt = await desk.registers(kind="consult", text=UNKNOWN)
    clerk = desk.token("dispatcher")
    (entry, *_) = (await desk.client.get("/v1/knowledge?category=school", headers=clerk)).json()["items"]
    path = f"/v1/cases/{receipt.case_id}/answer"
    answer = await desk.client.post(path, json={"entry_id": entry["entry_id"]}, headers=clerk)
    assert answer.status_code == 202, answer.text
    accepted = r.CaseAnswered(case_id=CaseId(UUID(receipt.case_id)))
    await desk.hears(accepted, because=await asked_in(desk, receipt))
    assert (await desk.follows(receipt)).json()["answer"] == entry["answer"]
    assert (await desk.said(receipt.case_id))[-1]["payload"]["entry_id"] == entry["entry_id"]


@pytest.mark.parametrize("reason", DeclineReason)
async def test_each_of_the_eight_reasons_is_told_with_where_to_go(desk: Desk, reason: DeclineReason) -> None:
    receipt = await desk.registers()
    path = f"/v1/cases/{receipt.case_id}/decline"
    answer = await desk.client.post(path, json={"reason": reason}, headers=desk.token("dispatcher"))
    assert answer.status_code == 202, answer.text
    assert (await desk.said(receipt.case_id))[-1]["payload"]["reason"] == reason
    await desk.hears(r.CaseDeclined(case_id=CaseId(UUID(receipt.case_id)), reason=reason))
    line = (await desk.follows(receipt)).json()["entries"][-1]["text"]
    go_to = next(one.go_to for one in desk.flat.city.policy.decline.reasons if one.code == reason)
    assert go_to in line


async def test_what_router_refuses_is_shown_to_the_desk_and_not_to_the_citizen(desk: Desk) -> None:
    receipt = await desk.registers(kind="consult", text=UNKNOWN)
    clerk, path = desk.token("dispatcher"), f"/v1/cases/{receipt.case_id}"
    await desk.client.post(f"{path}/answer", json={"text": "答。"}, headers=clerk)
    case_id = CaseId(UUID(receipt.case_id))
    asked = await asked_in(desk, receipt)
    await desk.hears(r.MoveRefused(case_id=case_id, move="answer", state="signed", asked_by=asked))
    (proposal,) = (await desk.client.get(f"{path}/proposals", headers=clerk)).json()
    assert (proposal["outcome"], proposal["refused_in"]) == ("refused", "signed")
    view = (await desk.follows(receipt)).json()
    assert view["answer"] is None
    assert [line["code"] for line in view["entries"]] == ["registered"]


async def test_of_two_answers_the_one_router_accepted_is_the_answer(desk: Desk) -> None:
    receipt = await desk.registers(kind="consult", text=UNKNOWN)
    clerk, path = desk.token("dispatcher"), f"/v1/cases/{receipt.case_id}"
    asked = []
    for words in ("先答。", "后答。"):
        await desk.client.post(f"{path}/answer", json={"text": words}, headers=clerk)
        asked.append(await asked_in(desk, receipt))
    case_id = CaseId(UUID(receipt.case_id))
    await desk.hears(r.CaseAnswered(case_id=case_id), because=asked[0])
    await desk.hears(r.MoveRefused(case_id=case_id, move="answer", state="answered", asked_by=asked[1]))
    proposed = (await desk.client.get(f"{path}/proposals", headers=clerk)).json()
    assert [one["outcome"] for one in proposed] == ["refused", "done"]
    assert (await desk.follows(receipt)).json()["answer"] == "先答。"


async def test_what_routers_own_desk_answered_makes_no_answer_of_ours_true(desk: Desk) -> None:
    receipt = await desk.registers(kind="consult", text=UNKNOWN)
    clerk, path = desk.token("dispatcher"), f"/v1/cases/{receipt.case_id}"
    await desk.client.post(f"{path}/answer", json={"text": "答。"}, headers=clerk)
    await desk.hears(r.CaseAnswered(case_id=CaseId(UUID(receipt.case_id))), because=new_id())
    (proposal,) = (await desk.client.get(f"{path}/proposals", headers=clerk)).json()
    assert proposal["outcome"] == "pending"
    assert (await desk.follows(receipt)).json()["answer"] is None


async def test_what_routers_own_desk_wrote_is_read_by_the_citizen(desk: Desk) -> None:
    receipt = await desk.registers(kind="consult", text=UNKNOWN)
    case_id = CaseId(UUID(receipt.case_id))
    sealed = desk.flat.equipment.vault.seal_words(case_id, Words("请到出入境大厅，七个工作日。"))
    answered = desk.envelope(r.CaseAnswered(case_id=case_id, sealed_answer=sealed))
    for _ in range(2):
        await desk.delivers([answered])
        async with desk.flat.store.work() as work:
            await work.connection.exec_driver_sql("DELETE FROM inbox")
    assert (await desk.follows(receipt)).json()["answer"] == "请到出入境大厅，七个工作日。"
    path, clerk = f"/v1/cases/{receipt.case_id}/proposals", desk.token("dispatcher")
    (proposal,) = (await desk.client.get(path, headers=clerk)).json()
    assert (proposal["outcome"], proposal["proposed_by"]) == ("done", "router")
    (kept,) = await desk.rows("SELECT sealed_answer FROM proposals WHERE case_id = :key", key=case_id)
    assert "出入境" not in kept["sealed_answer"]


async def test_a_fact_older_than_what_is_known_settles_nothing(desk: Desk) -> None:
    receipt = await desk.registers(kind="consult", text=UNKNOWN)
    case_id, clerk = CaseId(UUID(receipt.case_id)), desk.token("dispatcher")
    path = f"/v1/cases/{receipt.case_id}"
    await desk.client.post(f"{path}/answer", json={"text": "答。"}, headers=clerk)
    asked = await asked_in(desk, receipt)
    old = desk.envelope(r.CaseAnswered(case_id=case_id), because=asked)
    await desk.hears(r.CaseWithdrawn(case_id=case_id))
    await desk.delivers([old])
    (proposal,) = (await desk.client.get(f"{path}/proposals", headers=clerk)).json()
    assert proposal["outcome"] == "pending"
    assert (await desk.follows(receipt)).json()["status"] == "withdrawn"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"text": "答", "entry_id": str(new_id())}, 422),
        ({"entry_id": str(new_id())}, 404),
        ({"text": " "}, 422),
    ],
)
async def test_an_answer_is_an_entry_or_words(desk: Desk, body: dict[str, str], status: int) -> None:
    receipt = await desk.registers()
    path, clerk = f"/v1/cases/{receipt.case_id}/answer", desk.token("dispatcher")
    answer = await desk.client.post(path, json=body, headers=clerk)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert len(await desk.said(receipt.case_id)) == 1


async def test_only_the_desk_answers_and_writes(desk: Desk) -> None:
    receipt = await desk.registers()
    unit = desk.token("unit", unit="110115009")
    for path in (
        f"/v1/cases/{receipt.case_id}/answer",
        f"/v1/cases/{receipt.case_id}/decline",
        "/v1/knowledge",
    ):
        assert (await desk.client.post(path, json={}, headers=unit)).status_code == 403
        assert (await desk.client.post(path, json={})).status_code == 401
    assert (await desk.client.get("/v1/knowledge", headers=unit)).status_code == 200


async def test_an_entry_is_written_changed_and_over(desk: Desk) -> None:
    ops = desk.token("ops")
    made = await desk.client.post("/v1/knowledge", json=an_entry(), headers=ops)
    assert made.status_code == 201, made.text
    entry_id = made.json()["entry_id"]
    first = await desk.reports(kind="consult", text="护照怎么办理？")
    assert first.json()["answer"]["text"] == "请到出入境大厅。"
    over = an_entry(answer="新答。", valid_until="2026-11-22")
    changed = await desk.client.put(f"/v1/knowledge/{entry_id}", json=over, headers=ops)
    assert (changed.status_code, changed.json()["answer"]) == (200, "新答。")
    assert (await desk.reports(kind="consult", text="护照怎么办理？")).json()["answer"] is None
    on = await desk.client.get("/v1/knowledge?valid_on=2026-11-23&limit=100", headers=ops)
    assert entry_id not in on.text


async def test_an_entry_sent_again_with_its_key_is_one_entry(desk: Desk) -> None:
    headers = {**desk.token("ops"), "Idempotency-Key": "entry-1"}
    made = [await desk.client.post("/v1/knowledge", json=an_entry(), headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    other = await desk.client.post("/v1/knowledge", json=an_entry(answer="另答。"), headers=headers)
    assert (other.status_code, other.json()["reason"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("wrong", [{"category": "no.such"}, {"valid_until": "2025-12-31"}, {"question": " "}])
async def test_a_wrong_entry_is_refused(desk: Desk, wrong: dict[str, str]) -> None:
    ops = desk.token("ops")
    answer = await desk.client.post("/v1/knowledge", json=an_entry(**wrong), headers=ops)
    assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")
    gone = await desk.client.put(f"/v1/knowledge/{new_id()}", json=an_entry(), headers=ops)
    assert gone.status_code == 404


async def test_entries_come_in_pages_and_seeding_again_changes_nothing(desk: Desk) -> None:
    ops = desk.token("ops")
    async with desk.flat.store.work() as work:
        assert await add_entries(work, known_entries(FOLDER, NOON.date())) == 0
    seen: list[str] = []
    path = "/v1/knowledge?limit=7"
    while path:
        page = (await desk.client.get(path, headers=ops)).json()
        seen += [entry["entry_id"] for entry in page["items"]]
        path = f"/v1/knowledge?limit=7&cursor={page['next']}" if page["next"] else ""
    assert len(seen) == len(set(seen)) >= 20
