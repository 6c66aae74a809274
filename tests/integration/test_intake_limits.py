"""What must neither grow without end nor hold up anybody else: wishes, uploads, a slow store of files."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import httpx
import pytest
from sqlalchemy.dialects import postgresql

from services.intake.store.attachments import CONDEMNED
from shared.files.errors import ObjectsAway
from shared.files.objects import Objects
from tests.integration.intake_desk import Desk, Receipt, desk, house
from tests.kit.media import a_jpeg

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres


async def asked_before(desk: Desk, receipt: Receipt, wish: str, times: int, hours: float) -> None:
    """Lines as so many wishes leave them, so many hours ago."""
    async with desk.flat.store.work() as work:
        lines = (
            "INSERT INTO timeline (event_id, case_id, at, code) "
            "SELECT gen_random_uuid(), $1, $2, $3 FROM generate_series(1, $4)"
        )
        at = desk.clock.at - timedelta(hours=hours)
        await work.connection.exec_driver_sql(lines, (UUID(receipt.case_id), at, wish, times))


async def test_whoever_asks_the_same_again_and_again_is_told_to_wait(desk: Desk) -> None:
    receipt, other = await desk.registers(), await desk.registers()
    await asked_before(desk, receipt, "urge_asked", 19, hours=3)
    answers = await asyncio.gather(
        *(desk.asks(receipt, "urge", **{"Idempotency-Key": f"urge-{n}"}) for n in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [202, 429, 429, 429]
    late = next(answer for answer in answers if answer.status_code == 429)
    assert (late.json()["reason"], late.headers["retry-after"]) == ("too_many_wishes", str(21 * 3600))
    taken = next(n for n, answer in enumerate(answers) if answer.status_code == 202)
    assert (await desk.asks(receipt, "urge", **{"Idempotency-Key": f"urge-{taken}"})).status_code == 202
    assert len(await desk.said(receipt.case_id)) == 2
    assert (await desk.asks(receipt, "withdraw")).status_code == 202
    assert (await desk.asks(other, "urge")).status_code == 202
    desk.clock.at += timedelta(hours=21)
    assert (await desk.asks(receipt, "urge")).status_code == 202


async def test_who_tries_wrong_codes_waits_and_keeps_the_citizen_out_of_nothing(desk: Desk) -> None:
    receipt = await desk.registers()
    path, wrong = f"/v1/cases/{receipt.number}", {"X-Access-Code": "WRONG"}
    networks = ("203.0.113.7", "2001:db8:0:7::1", "2001:db8:0:7::2")
    stranger, household, beside = (
        httpx.AsyncClient(
            transport=httpx.ASGITransport(app=desk.flat.app, client=(host, 4711)), base_url="http://intake"
        )
        for host in networks
    )
    async with stranger, household, beside:
        for guesser in (stranger, household):
            for _ in range(10):
                assert (await guesser.get(path, headers=wrong)).status_code == 404
        # The right code, too, is not heard from there: whoever tries on learns nothing.
        own = {"X-Access-Code": receipt.code}
        answers = [await guesser.get(path, headers=own) for guesser in (stranger, household, beside)]
        assert [answer.status_code for answer in answers] == [429] * 3
        assert (await desk.follows(receipt)).status_code == 200
        # Behind one address people who signed in are told apart.
        signed_in = own | desk.token("citizen", sub="neighbour")
        assert (await stranger.get(path, headers=signed_in)).status_code == 200
    kept = str(await desk.rows("SELECT * FROM wrong_tries WHERE tracking_number = :n", n=receipt.number))
    assert [host for host in ("203.0.113.7", "2001:db8", "db8") if host in kept] == []


async def test_a_citizens_uploads_wait_for_their_case_but_not_without_end(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = desk.token("citizen", sub="uploader")
    sent = {"Content-Type": "image/jpeg"}

    async def uploads(headers: dict[str, str], many: int = 1) -> list[httpx.Response]:
        send = (desk.client.post("/v1/attachments", content=a_jpeg(), headers=headers) for _ in range(many))
        return await asyncio.gather(*send)

    async def away(*_: object) -> None:
        raise ObjectsAway

    first, *_ = await uploads(who | sent, many=48)
    desk.clock.at += timedelta(hours=1)
    with monkeypatch.context() as broken:
        broken.setattr(Objects, "put", away)
        assert [answer.status_code for answer in await uploads(who | sent, many=3)] == [503] * 3
    assert [answer.status_code for answer in await uploads(who | sent, many=2)] == [201, 201]
    (late,) = await uploads(who | sent)
    assert late.status_code == 429
    assert (late.json()["reason"], late.headers["retry-after"]) == ("too_many_uploads", str(23 * 3600))
    for others in (desk.token("citizen", sub="another"), {"X-Api-Key": desk.key}):
        assert [answer.status_code for answer in await uploads(others | sent)] == [201]
    await desk.registers(headers=who, attachments=[first.json()["attachment_id"]])
    assert [answer.status_code for answer in await uploads(who | sent)] == [201]
    assert [answer.status_code for answer in await uploads(who | sent)] == [429]
    desk.clock.at += timedelta(hours=23)
    assert await desk.rings("condemn_uploads") > 0
    assert [answer.status_code for answer in await uploads(who | sent)] == [201]


async def test_a_case_takes_as_many_supplements_as_are_kept(desk: Desk) -> None:
    receipt = await desk.registers()
    await asked_before(desk, receipt, "supplemented", 99, hours=30)
    words = {"text": "昨晚又到凌晨。"}
    assert (await desk.asks(receipt, "supplement", body=words)).status_code == 202
    refused = await desk.asks(receipt, "supplement", body=words)
    assert (refused.status_code, refused.json()["reason"]) == (409, "too_many_supplements")
    assert len(await desk.said(receipt.case_id)) == 2


async def test_a_form_that_cannot_be_read_is_told_why(desk: Desk) -> None:
    for kind, said in (("", "Missing boundary"), ("; boundary=x", "Invalid multipart data")):
        headers = {"X-Api-Key": desk.key, "Content-Type": f"multipart/form-data{kind}"}
        answer = await desk.client.post("/v1/attachments", content=b"{}", headers=headers)
        assert (answer.status_code, answer.json()["reason"]) == (400, "malformed_body")
        assert said in answer.json()["detail"]
    two = [("file", ("a.jpg", a_jpeg())), ("file", ("b.jpg", a_jpeg()))]
    answer = await desk.client.post("/v1/attachments", files=two, headers={"X-Api-Key": desk.key})
    assert (answer.status_code, answer.json()["reason"]) == (400, "malformed_body")
    assert "Maximum number of files is 1" in answer.json()["detail"]


async def test_a_slow_store_holds_no_connection(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    photo = {"X-Api-Key": desk.key, "Content-Type": "image/jpeg"}
    sent = await desk.client.post("/v1/attachments", content=a_jpeg(), headers=photo)
    own = sent.json()["attachment_id"]
    receipt = await desk.registers(attachments=[own])
    citizen = {"X-Tracking-Number": receipt.number, "X-Access-Code": receipt.code}
    url = (await desk.client.post(f"/v1/attachments/{own}/links", headers=citizen)).json()["url"]
    real, held = Objects.open, list[str]()

    async def watched(objects: Objects, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        held.append(desk.flat.store.engine.pool.status())
        return await real(objects, name, start, end)

    monkeypatch.setattr(Objects, "open", watched)
    assert (await desk.client.get(url)).status_code == 200
    assert "Current Checked out connections: 0" in held[0]


async def test_what_is_to_be_removed_is_found_without_reading_every_attachment(desk: Desk) -> None:
    asked = CONDEMNED.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    # Either of the two that hold what has no case.
    assert "ix_attachments_u" in await desk.plan(str(asked))
