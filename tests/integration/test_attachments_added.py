"""补充: what is sent after the call. An upload is laid to a case there is, by number and access code."""

import asyncio
from typing import Any
from uuid import UUID

import httpx
import pytest

from services.intake.domain.attachments import MOST_OF_A_CASE
from services.intake.domain.words import Words
from shared.events.router import CaseClosed, CaseMerged
from shared.kernel.ids import CallbackId, CaseId, UnitCode, new_id
from tests.integration.intake_desk import GUANYINSI, Desk, Receipt, desk, dispatched, house
from tests.kit.media import a_jpeg

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
ELSEWHERE = UnitCode("110101013")


async def uploaded(desk: Desk, **who: str) -> str:
    sent = {"Content-Type": "image/jpeg", **(who or {"X-Api-Key": desk.key})}
    answer = await desk.client.post("/v1/attachments", content=a_jpeg(), headers=sent)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["attachment_id"])


async def adds(
    desk: Desk, receipt: Receipt, *uploads: str, code: str | None = None, text: str | None = None, **more: str
) -> httpx.Response:
    """The app the citizen has opened lays its uploads to the case."""
    body: dict[str, Any] = {"attachments": list(uploads)} | ({"text": text} if text else {})
    headers = {"X-Api-Key": desk.key, **more}
    return await desk.asks(receipt, "supplement", code=code, body=body, **headers)


async def laid(desk: Desk, receipt: Receipt) -> list[str]:
    headers = {"X-Access-Code": receipt.code}
    answer = await desk.client.get(f"/v1/cases/{receipt.number}/attachments", headers=headers)
    return [one["attachment_id"] for one in answer.json()["items"]]


async def unit_sees(desk: Desk, receipt: Receipt, unit: UnitCode = GUANYINSI) -> list[str] | int:
    query, headers = {"case_id": receipt.case_id}, desk.token("unit", unit=unit)
    answer = await desk.client.get("/v1/attachments", params=query, headers=headers)
    found = answer.json()
    return [one["attachment_id"] for one in found["items"]] if answer.is_success else answer.status_code


async def added_words(desk: Desk, receipt: Receipt) -> list[Words]:
    """What router is told of the additions."""
    case_id = CaseId(UUID(receipt.case_id))
    _, *added = await desk.said(receipt.case_id)
    opened = desk.flat.equipment.vault.open_words
    return [opened(case_id, fact["payload"]["sealed_words"]) for fact in added]


async def traces(desk: Desk, receipt: Receipt) -> tuple[dict[str, int], list[str], int]:
    """What a refused addition must not leave behind."""
    waiting = await desk.rows("SELECT count(*) AS n FROM attachments WHERE case_id IS NULL")
    return await desk.counts(), await laid(desk, receipt), waiting[0]["n"]


async def test_a_photo_that_is_sent_after_the_call_is_seen_by_the_unit_that_has_the_case(desk: Desk) -> None:
    receipt = await desk.registers(channel="hotline", headers=desk.token("dispatcher"))
    await desk.hears(dispatched(receipt.case_id))
    assert await unit_sees(desk, receipt) == []
    photo = await uploaded(desk)
    answer = await adds(desk, receipt, photo)
    assert answer.status_code == 202, answer.text
    assert [line["code"] for line in answer.json()["entries"]] == ["registered", "dispatched", "supplemented"]
    assert await laid(desk, receipt) == await unit_sees(desk, receipt) == [photo]
    assert await unit_sees(desk, receipt, ELSEWHERE) == 404
    assert (await adds(desk, receipt, await uploaded(desk), text="昨晚拍的。")).status_code == 202
    told = await added_words(desk, receipt)
    assert [(words.text, words.attachments) for words in told] == [("", 1), ("昨晚拍的。", 1)]


async def test_a_photo_of_a_joined_case_is_seen_by_the_unit_that_has_the_other(desk: Desk) -> None:
    mine, other = await desk.registers(), await desk.registers()
    into = CaseId(UUID(other.case_id))
    await desk.hears(dispatched(into), CaseMerged(case_id=CaseId(UUID(mine.case_id)), into_case_id=into))
    photo = await uploaded(desk)
    assert (await adds(desk, mine, photo)).status_code == 202
    assert (await unit_sees(desk, mine), await unit_sees(desk, other)) == ([photo], [])


async def test_only_own_uploads_that_wait_are_added_and_nothing_else_is_kept(desk: Desk) -> None:
    receipt, stranger = await desk.registers(), await desk.registers()
    own, used = await uploaded(desk), await uploaded(desk)
    assert (await adds(desk, receipt, used)).status_code == 202
    others = await uploaded(desk, **desk.token("citizen", sub="somebody-else"))
    before = await traces(desk, receipt)
    for wrong in (used, others, own, str(new_id())):
        refused = await adds(desk, receipt, own, wrong)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "attachments.1")
    assert (await adds(desk, receipt, *[str(new_id()) for _ in range(11)])).status_code == 422
    assert (await adds(desk, receipt)).json()["errors"][0]["field"] == "text"
    unknown = await desk.asks(receipt, "supplement", body={"attachments": [own], "text": "一"})
    assert (unknown.status_code, unknown.json()["reason"]) == (401, "not_signed_in")
    assert await traces(desk, receipt) == before
    assert (await adds(desk, receipt, own, code=stranger.code)).status_code == 404
    assert await traces(desk, receipt) == before
    assert (await adds(desk, receipt, own)).status_code == 202


async def test_what_is_sent_twice_with_one_key_is_added_once(desk: Desk) -> None:
    receipt, photo = await desk.registers(), await uploaded(desk)
    key = {"Idempotency-Key": "the-photo"}
    answers = [await adds(desk, receipt, photo, **key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert (await laid(desk, receipt), len(await added_words(desk, receipt))) == ([photo], 1)


async def test_a_case_that_has_ended_takes_no_files(desk: Desk) -> None:
    receipt, photo = await desk.registers(), await uploaded(desk)
    case_id = CaseId(UUID(receipt.case_id))
    await desk.hears(CaseClosed(case_id=case_id, callback_id=CallbackId(new_id()), reached=True))
    before = await traces(desk, receipt)
    refused = await adds(desk, receipt, photo, text="又坏了。")
    assert (refused.status_code, refused.json()["reason"]) == (409, "case_takes_no_files")
    assert "closed" in refused.json()["detail"]
    assert await traces(desk, receipt) == before
    # Words alone are router's to refuse, as they were.
    assert (await desk.asks(receipt, "supplement", body={"text": "又坏了。"})).status_code == 202


async def test_a_case_takes_so_many_files_and_of_many_at_once_none_slips_by(desk: Desk) -> None:
    receipt = await desk.registers(attachments=[await uploaded(desk) for _ in range(10)])
    async with desk.flat.store.work() as work:
        # As many as were added before, without sending each.
        lines = (
            "INSERT INTO attachments SELECT gen_random_uuid(), object_name, sha256, kind, media_type, bytes, "
            "width, height, '', case_id, state, created_at FROM attachments WHERE case_id = $1"
        )
        await work.connection.exec_driver_sql(lines, (UUID(receipt.case_id),))
    assert len(await laid(desk, receipt)) == MOST_OF_A_CASE - 10
    pairs = [[await uploaded(desk) for _ in range(4)] for _ in range(4)]
    answers = await asyncio.gather(*(adds(desk, receipt, *pair) for pair in pairs))
    assert sorted(answer.status_code for answer in answers) == [202, 202, 409, 409]
    assert {each.json()["reason"] for each in answers if each.is_error} == {"too_many_attachments"}
    assert len(await laid(desk, receipt)) == MOST_OF_A_CASE - 2
