"""附件 uploaded, laid to a case and read by whoever may: a real Postgres, a folder as the store of files."""

import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.events.router import CaseAssigned, CoOrderSigned
from shared.files.media import MOST_BYTES
from shared.kernel.ids import CaseId, UnitCode, WorkOrderId, new_id
from tests.integration.intake_desk import GUANYINSI, NOON, Desk, Receipt, desk, dispatched, house
from tests.kit.forging import forged
from tests.kit.media import GPS_WORDS, a_jpeg, a_movie, an_mp3

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
DAXING, ELSEWHERE = UnitCode("110115"), UnitCode("110101013")


async def upload(desk: Desk, content: Any, kind: str = "image/jpeg", **headers: str) -> httpx.Response:
    sent = {"X-Api-Key": desk.key, "Content-Type": kind, **headers}
    return await desk.client.post("/v1/attachments", content=content, headers=sent)


async def uploaded(desk: Desk, content: bytes | None = None, **headers: str) -> str:
    answer = await upload(desk, a_jpeg() if content is None else content, **headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["attachment_id"])


async def link(desk: Desk, attachment: str, **headers: str) -> httpx.Response:
    return await desk.client.post(f"/v1/attachments/{attachment}/links", headers=headers)


def citizen(receipt: Receipt) -> dict[str, str]:
    return {"X-Tracking-Number": receipt.number, "X-Access-Code": receipt.code}


async def test_a_photo_travels_from_the_citizen_to_whoever_handles_it(desk: Desk) -> None:
    photo = a_jpeg(gps=True, maker="secret maker", orientation=6)
    answer = await upload(desk, photo)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["kind"], told["media_type"]) == ("image", "image/jpeg")
    assert (told["width"], told["height"]) == (48, 64)
    receipt = await desk.registers(attachments=[told["attachment_id"]])

    own = await desk.client.get(f"/v1/cases/{receipt.number}/attachments", headers=citizen(receipt))
    assert own.json() == {"items": [told]}
    made = await link(desk, told["attachment_id"], **citizen(receipt))
    assert made.status_code == 201, made.text
    read = await desk.client.get(made.json()["url"])
    assert read.status_code == 200
    assert hashlib.sha256(read.content).hexdigest() == told["sha256"]
    assert (len(read.content), read.headers["content-type"]) == (told["bytes"], "image/jpeg")
    assert b"secret maker" not in read.content
    assert read.headers["x-content-type-options"] == "nosniff"
    assert read.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert read.headers["content-disposition"] == f'attachment; filename="{told["attachment_id"]}.jpg"'


async def test_no_fact_says_that_there_is_an_attachment(desk: Desk) -> None:
    with_photo = await desk.registers(attachments=[await uploaded(desk)])
    without = await desk.registers()
    (said,), (other,) = await desk.said(with_photo.case_id), await desk.said(without.case_id)
    assert said["payload"].keys() == other["payload"].keys()
    assert "attach" not in str(said).lower()


async def test_a_form_with_one_file_is_taken_as_mini_programs_send_it(desk: Desk) -> None:
    headers = {"X-Api-Key": desk.key}
    photo, sound = ("IMG_1.png", a_jpeg(), "image/png"), ("a.mp3", an_mp3(tagged="me"), "audio/mpeg")
    answer = await desk.client.post(
        "/v1/attachments", files={"file": photo}, data={"scene": "1"}, headers=headers
    )
    assert answer.status_code == 201, answer.text
    assert answer.json()["media_type"] == "image/jpeg"
    assert b"IMG_1" not in str(await desk.contents()).encode()
    both = await desk.client.post("/v1/attachments", files={"a": photo, "b": sound}, headers=headers)
    assert both.status_code == 400
    none = await desk.client.post("/v1/attachments", files={"a": (None, "text")}, headers=headers)
    assert (none.status_code, none.json()["reason"]) == (422, "one_file_only")


async def test_a_video_is_stored_without_its_places(desk: Desk) -> None:
    answer = await upload(desk, a_movie(b"qt  "), "application/octet-stream")
    assert (answer.json()["kind"], answer.json()["media_type"]) == ("video", "video/quicktime")
    (row,) = await desk.rows(
        "SELECT object_name FROM attachments WHERE attachment_id = :id", id=answer.json()["attachment_id"]
    )
    content = (Path(desk.settings.objects) / row["object_name"]).read_bytes()
    assert [words for words in GPS_WORDS if words in content] == []


async def test_equal_files_cannot_be_told_by_their_names(desk: Desk) -> None:
    photo = a_jpeg()
    one, other = await uploaded(desk, photo), await uploaded(desk, photo)
    rows = await desk.rows(
        "SELECT object_name, sha256 FROM attachments WHERE attachment_id IN (:a, :b)", a=one, b=other
    )
    assert rows[0]["sha256"] == rows[1]["sha256"]
    assert rows[0]["object_name"] != rows[1]["object_name"]
    assert not any(row["sha256"] in row["object_name"].replace("/", "") for row in rows)


STRANGERS = {
    "an archive called a photo": (b"PK\x03\x04" + bytes(10_000), 415, "unknown_content"),
    "a program called a photo": (b"\x7fELF" + bytes(10_000), 415, "unknown_content"),
    "a page called a photo": (b"<html><script>alert(1)</script>", 415, "unknown_content"),
    "half a photo": (a_jpeg(size=(300, 300))[:3000], 422, "broken_file"),
    "nothing": (b"", 422, "empty_file"),
}


@pytest.mark.parametrize("stranger", STRANGERS)
async def test_what_is_no_whole_picture_leaves_nothing(desk: Desk, stranger: str) -> None:
    content, status, reason = STRANGERS[stranger]
    before = await desk.traces()
    answer = await upload(desk, content)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    form = {"file": ("IMG_0001.jpg", content, "image/jpeg")}
    answer = await desk.client.post("/v1/attachments", files=form, headers={"X-Api-Key": desk.key})
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert await desk.traces() == before


async def test_a_body_that_is_no_file_is_not_taken(desk: Desk) -> None:
    before = await desk.traces()
    for kind in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        assert (await upload(desk, b"{}", kind)).status_code == 415
    assert await desk.traces() == before


async def test_too_large_is_refused_as_soon_as_it_is_known(desk: Desk) -> None:
    before = await desk.traces()
    given = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal given
        yield a_jpeg()[:-2]
        while given < 3 * MOST_BYTES:
            given += 65_536
            yield bytes(65_536)

    announced = await upload(desk, b"x", **{"Content-Length": str(MOST_BYTES + 100_000)})
    assert announced.status_code == 413
    assert (await upload(desk, endless(), "video/mp4")).status_code == 413
    assert given < MOST_BYTES + 1_000_000
    form = {"file": ("a.jpg", bytes(MOST_BYTES + 1), "image/jpeg")}
    answer = await desk.client.post("/v1/attachments", files=form, headers={"X-Api-Key": desk.key})
    assert (answer.status_code, answer.json()["reason"]) == (413, "file_too_large")
    case = await desk.client.post(
        "/v1/cases", content=bytes(10_000_000), headers={"X-Api-Key": desk.key, "Content-Type": "image/jpeg"}
    )
    assert case.status_code == 413
    assert await desk.traces() == before


async def test_a_caller_who_leaves_midway_leaves_nothing(desk: Desk) -> None:
    before = await desk.traces()
    for kind in (b"image/jpeg", b"multipart/form-data; boundary=b"):
        head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'
        body = (head if kind.startswith(b"multi") else b"") + a_jpeg()[:500]
        answers = await left(desk, kind, body)
        assert [one["status"] for one in answers if one["type"] == "http.response.start"] in ([], [422])
    assert await desk.traces() == before


async def left(desk: Desk, kind: bytes, body: bytes) -> list[Any]:
    """An upload whose connection breaks after its first bytes."""
    coming = [{"type": "http.request", "body": body, "more_body": True}, {"type": "http.disconnect"}]
    answers: list[Any] = []

    async def receive() -> Any:
        return coming.pop(0) if coming else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        answers.append(message)

    headers = [(b"content-type", kind), (b"x-api-key", desk.key.encode()), (b"content-length", b"90000")]
    scope = {"type": "http", "http_version": "1.1", "method": "POST", "scheme": "http", "headers": headers}
    scope |= {"path": "/v1/attachments", "raw_path": b"/v1/attachments", "query_string": b"", "root_path": ""}
    await desk.flat.app(scope, receive, send)
    return answers


async def test_nobody_uploads_without_leave(desk: Desk) -> None:
    before = await desk.traces()
    for headers, status in (({}, 401), (desk.token("analyst"), 403)):
        sent = {"Content-Type": "image/jpeg", **headers}
        answer = await desk.client.post("/v1/attachments", content=a_jpeg(), headers=sent)
        assert answer.status_code == status
    assert await desk.traces() == before


async def test_only_own_waiting_uploads_are_laid_to_a_case(desk: Desk) -> None:
    own, used = await uploaded(desk), await uploaded(desk)
    await desk.registers(attachments=[used])
    sent = {"Content-Type": "image/jpeg", **desk.token("citizen", sub="somebody-else")}
    answer = await desk.client.post("/v1/attachments", content=a_jpeg(), headers=sent)
    others = answer.json()["attachment_id"]
    before = await desk.traces()
    for wrong in (used, others, str(UUID(int=7)), own):
        refused = await desk.reports(attachments=[own, wrong])
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["field"] == "attachments.1"
    many = await desk.reports(attachments=[str(new_id()) for _ in range(11)])
    assert many.status_code == 422
    assert await desk.traces() == before
    await desk.registers(attachments=[own])


async def test_the_same_key_lays_the_uploads_to_one_case(desk: Desk) -> None:
    own = await uploaded(desk)
    headers = {"Idempotency-Key": "with-a-photo"}
    answers = [await desk.reports(headers=headers, attachments=[own]) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert [one.status_code for one in answers] == [201, 201]


async def test_who_may_see_gets_a_link_and_nobody_else(desk: Desk) -> None:
    own, loose = await uploaded(desk), await uploaded(desk)
    receipt, stranger = await desk.registers(attachments=[own]), await desk.registers()
    before_dispatch = await link(desk, own, **desk.token("unit", unit=GUANYINSI))
    assert before_dispatch.status_code == 404
    await desk.hears(dispatched(receipt.case_id))
    may = [citizen(receipt), desk.token("dispatcher"), desk.token("supervisor"), desk.survey()]
    may += [desk.token("unit", unit=unit) for unit in (GUANYINSI, DAXING)]
    for headers in may:
        assert (await link(desk, own, **headers)).status_code == 201, headers
        assert (await link(desk, loose, **headers)).status_code == 404
    may_not = [citizen(stranger), desk.token("unit", unit=ELSEWHERE), desk.token("analyst")]
    may_not += [{"X-Api-Key": desk.key}, citizen(receipt) | {"X-Access-Code": "00000-00000"}]
    for headers in may_not:
        assert (await link(desk, own, **headers)).status_code == 404, headers
    assert (await link(desk, own)).status_code == 401


async def test_the_community_and_the_co_unit_that_work_on_a_case_see_its_photos(desk: Desk) -> None:
    own = await uploaded(desk)
    receipt = await desk.registers(attachments=[own])
    case_id, order = CaseId(UUID(receipt.case_id)), WorkOrderId(new_id())
    community = UnitCode("110115009006")
    assert desk.flat.city.units.is_within(community, GUANYINSI)
    helpers = [desk.token("unit", unit=unit) for unit in (community, ELSEWHERE)]

    async def answers() -> list[int]:
        return [(await link(desk, own, **headers)).status_code for headers in helpers]

    await desk.hears(dispatched(receipt.case_id))
    assert await answers() == [404, 404]
    await desk.hears(
        CaseAssigned(case_id=case_id, work_order_id=order, unit=GUANYINSI, to_unit=community),
        CoOrderSigned(case_id=case_id, work_order_id=order, unit=ELSEWHERE, in_time=True),
    )
    assert await answers() == [201, 201]
    await desk.hears(dispatched(receipt.case_id))
    assert await answers() == [404, 404]


async def test_the_desk_lists_what_was_laid_to_a_case(desk: Desk) -> None:
    own = await uploaded(desk)
    receipt = await desk.registers(attachments=[own])
    query = {"case_id": receipt.case_id}
    found = await desk.client.get("/v1/attachments", params=query, headers=desk.token("dispatcher"))
    assert [one["attachment_id"] for one in found.json()["items"]] == [own]
    unit = desk.token("unit", unit=ELSEWHERE)
    assert (await desk.client.get("/v1/attachments", params=query, headers=unit)).status_code == 404


async def test_a_link_is_good_for_minutes_and_cannot_be_made_up(desk: Desk) -> None:
    own = await uploaded(desk)
    receipt = await desk.registers(attachments=[own])
    made = (await link(desk, own, **citizen(receipt))).json()
    assert made["expires_at"].startswith("2026-11-23T04:05:00")
    url = made["url"]
    for made_up in (forged(url), url[:-20], "/v1/files/x", f"/v1/files/{own}"):
        assert (await desk.client.get(made_up)).status_code == 404
    desk.clock.at += timedelta(minutes=4, seconds=59)
    assert (await desk.client.get(url)).status_code == 200
    desk.clock.at += timedelta(seconds=1)
    assert (await desk.client.get(url)).status_code == 410


async def test_players_ask_for_ranges(desk: Desk) -> None:
    own = await uploaded(desk)
    receipt = await desk.registers(attachments=[own])
    url = (await link(desk, own, **citizen(receipt))).json()["url"]
    whole = (await desk.client.get(url)).content
    size = len(whole)
    for asked, start, end in (("bytes=0-9", 0, 10), ("bytes=5-", 5, size), ("bytes=-7", size - 7, size)):
        part = await desk.client.get(url, headers={"Range": asked})
        assert (part.status_code, part.content) == (206, whole[start:end])
        assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
    odd_ones = ("bytes=9-3", f"bytes={size}-", "bytes=0-1,4-5", "lines=1-2", "bytes=-", f"bytes=0-{size - 1}")
    for odd in odd_ones:
        assert (await desk.client.get(url, headers={"Range": odd})).content == whole


async def test_an_upload_without_a_case_is_gone_after_a_day(desk: Desk) -> None:
    desk.clock.at = NOON + timedelta(days=2)
    await swept(desk)
    laid, loose = await uploaded(desk), await uploaded(desk)
    await desk.registers(attachments=[laid])
    count, files, _ = await desk.traces()
    desk.clock.at += timedelta(hours=24) - timedelta(seconds=1)
    assert await swept(desk) == (0, 0)
    desk.clock.at += timedelta(seconds=1)
    assert await desk.rings("condemn_uploads") == 1
    assert (await desk.reports(attachments=[loose])).status_code == 422
    assert await desk.rings("remove_uploads") == 1
    after, left_over, _ = await desk.traces()
    assert (after, len(left_over)) == (count - 1, len(files) - 1)


async def swept(desk: Desk) -> tuple[int, int]:
    return await desk.rings("condemn_uploads"), await desk.rings("remove_uploads")


@contextmanager
def away(folder: Path) -> Iterator[None]:
    """A file stands where the folder was: nothing can be written below it."""
    aside = folder.rename(folder.with_name("aside"))
    folder.touch()
    yield
    folder.unlink()
    aside.rename(folder)


async def test_a_store_that_is_away_is_told_and_what_began_is_swept(desk: Desk) -> None:
    desk.clock.at = NOON + timedelta(days=4)
    await swept(desk)
    count, files, _ = await desk.traces()
    with away(Path(desk.settings.objects)):
        answer = await upload(desk, a_jpeg())
    assert (answer.status_code, answer.json()["reason"]) == (503, "objects_away")
    # What was announced and never arrived can be laid to no case, and goes like any other.
    (row,) = await desk.rows("SELECT attachment_id, state FROM attachments WHERE state = 'arriving'")
    assert (await desk.reports(attachments=[str(row["attachment_id"])])).status_code == 422
    desk.clock.at += timedelta(hours=24)
    assert await swept(desk) == (1, 1)
    assert (await desk.traces())[:2] == (count, files)


async def test_a_removal_that_ended_midway_is_finished_the_next_time(desk: Desk) -> None:
    desk.clock.at = NOON + timedelta(days=6)
    await swept(desk)
    before = await desk.traces()
    await uploaded(desk)
    desk.clock.at += timedelta(hours=24)
    assert await desk.rings("condemn_uploads") == 1
    (fresh,) = set(desk.stored()) - set(before[1])
    fresh.unlink()  # As if the process had ended between the object and its row.
    assert await desk.rings("remove_uploads") == 1
    assert (await desk.traces())[:2] == before[:2]
