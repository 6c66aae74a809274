"""What nobody should send, at every door that takes a body: refused cheaply, with nothing left behind."""

import gzip
import io
import json
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from shared.http.body import MAX_DEPTH
from tests.integration.intake_desk import Desk, Receipt, intake_desk
from tests.integration.open311_desk import LAMP, V2, is_error
from tests.kit.media import a_jpeg, a_png, claiming

pytestmark = pytest.mark.postgres
CASE = {"channel": "app", "kind": "help", "text": "WORDS"}
DOORS: dict[str, Any] = {
    "/v1/cases": CASE,
    "/v1/cases:batch": {"cases": [CASE]},
    "/v1/cases/{number}/supplement": {"text": "WORDS"},
    "/v1/cases/{number}/join": {"join_token": "WORDS"},
    "/v1/places:match": {"address": "WORDS"},
}
LAUGHS = (
    b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "'
    + b"&a;" * 1000
    + b'"><!ENTITY c "'
    + b"&b;" * 1000
    + b'">]><l>&c;</l>'
)


@pytest.fixture(scope="module")
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with intake_desk(database, tmp_path_factory.mktemp("bad-input")) as desk:
        yield desk


@pytest.fixture(scope="module")
async def receipt(desk: Desk) -> Receipt:
    return await desk.registers()


async def knock(
    desk: Desk, receipt: Receipt, door: str, content: bytes, kind: str = "application/json", **headers: str
) -> httpx.Response:
    sent = {"X-Api-Key": desk.key, "X-Access-Code": receipt.code, "Content-Type": kind, **headers}
    return await desk.client.post(door.format(number=receipt.number), content=content, headers=sent)


def written(door: str, words: str = "好") -> bytes:
    """What is right at this door, but for its words, which may be anything JSON can write."""
    return json.dumps(DOORS[door]).replace("WORDS", words).encode()


BAD: dict[str, tuple[int, str, Any]] = {
    "ten megabytes": (413, "body_too_large", lambda door: written(door, "长" * 3_400_000)),
    "deep lists": (400, "too_deep", lambda door: b"[" * 50_000 + b"]" * 50_000),
    "deep objects": (
        400,
        "too_deep",
        lambda door: b'{"a":' * (MAX_DEPTH + 2) + b"1" + b"}" * (MAX_DEPTH + 2),
    ),
    "a NUL": (422, "malformed_text", lambda door: written(door, "a\\u0000b")),
    "a NUL as it is": (400, "malformed_body", lambda door: written(door, "a\0b")),
    "half a surrogate pair": (422, "malformed_text", lambda door: written(door, "a\\ud83d")),
    "the other half": (422, "malformed_text", lambda door: written(door, "\\udc00b")),
    "surrogates in UTF-8": (
        400,
        "malformed_body",
        lambda door: written(door).replace("好".encode(), b"\xed\xa0\x80"),
    ),
    "no JSON": (400, "malformed_body", lambda door: b"{"),
    "an endless number": (400, "bad_request", lambda door: b'{"text": ' + b"9" * 5000 + b"}"),
}


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("what", BAD)
async def test_json_that_nobody_should_read_leaves_nothing(
    desk: Desk, receipt: Receipt, door: str, what: str
) -> None:
    status, reason, make = BAD[what]
    before = await desk.traces()
    answer = await knock(desk, receipt, door, make(door), **{"Idempotency-Key": "bad-input"})
    assert (answer.status_code, answer.json()["reason"]) == (status, reason), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await desk.traces() == before


@pytest.mark.parametrize("door", DOORS)
async def test_packed_bodies_and_xml_are_another_language(desk: Desk, receipt: Receipt, door: str) -> None:
    before = await desk.traces()
    bomb = gzip.compress(written(door, "x" * 2_000_000))
    assert len(bomb) < 20_000
    packed = await knock(desk, receipt, door, bomb, **{"Content-Encoding": "gzip"})
    assert (packed.status_code, packed.json()["reason"]) == (415, "body_encoded")
    for kind in ("application/xml", "text/xml", "text/plain", "application/x-yaml"):
        answer = await knock(desk, receipt, door, LAUGHS, kind)
        assert (answer.status_code, answer.json()["reason"]) == (415, "body_type_unknown")
    assert await desk.traces() == before


@pytest.mark.parametrize("form", ["json", "xml"])
async def test_packed_forms_are_refused_in_open311_too(desk: Desk, form: str) -> None:
    before = await desk.traces()
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Encoding": "gzip"}
    bomb = gzip.compress(b"description=" + b"x" * 2_000_000)
    is_error(
        await desk.client.post(f"{V2}/requests.{form}", content=bomb, headers=headers),
        400,
        "Content-Encoding",
    )
    assert await desk.traces() == before


def an_archive() -> bytes:
    """A zip of one kilobyte that holds a megabyte, called by the name of a photo inside as well."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("IMG_0001.jpg", bytes(1_000_000))
    return held.getvalue()


DRAWING = b'<?xml version="1.0"?>' + LAUGHS.replace(b"<l>", b'<svg xmlns="http://www.w3.org/2000/svg">')
FILES: dict[str, tuple[int, str, bytes]] = {
    "an archive": (415, "unknown_content", an_archive()),
    "a packed file": (415, "unknown_content", gzip.compress(bytes(1_000_000))),
    "a drawing with entities": (415, "unknown_content", DRAWING),
    "a PNG of 3,600 megapixels": (422, "too_many_pixels", a_png(size=(60_000, 60_000))),
    "a JPEG of 4,300 megapixels": (422, "too_many_pixels", claiming(a_jpeg(), 65_535, 65_535)),
    "a PNG of no width": (422, "broken_file", a_png(size=(0, 48))),
}


@pytest.mark.parametrize("file", FILES)
async def test_a_file_that_would_grow_is_refused_under_whatever_name(desk: Desk, file: str) -> None:
    status, reason, content = FILES[file]
    before = await desk.traces()
    key = {"X-Api-Key": desk.key}
    for kind in ("image/jpeg", "image/png", "application/octet-stream"):
        answer = await desk.client.post(
            "/v1/attachments", content=content, headers={**key, "Content-Type": kind}
        )
        assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    form = {"file": ("IMG_0001.jpg", content, "image/jpeg")}
    answer = await desk.client.post("/v1/attachments", files=form, headers=key)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    parts = [(name, (None, value)) for name, value in {**LAMP, "api_key": desk.key}.items()]
    media = [*parts, ("media", ("IMG_0001.jpg", content, "image/jpeg"))]
    is_error(await desk.client.post(f"{V2}/requests.xml", files=media), 400, "media: ")
    assert await desk.traces() == before


async def test_a_packed_upload_is_not_unpacked(desk: Desk) -> None:
    before = await desk.traces()
    headers = {"X-Api-Key": desk.key, "Content-Type": "image/jpeg", "Content-Encoding": "gzip"}
    answer = await desk.client.post("/v1/attachments", content=gzip.compress(a_jpeg()), headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (415, "body_encoded")
    assert await desk.traces() == before


async def test_a_picture_is_stored_as_small_as_it_came_whatever_it_would_unpack_to(desk: Desk) -> None:
    bomb = a_png(size=(8000, 8000), unpacked=20_000_000)
    headers = {"X-Api-Key": desk.key, "Content-Type": "image/png"}
    answer = await desk.client.post("/v1/attachments", content=bomb, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.json()["bytes"] == len(bomb) < 25_000
    (row,) = await desk.rows(
        "SELECT object_name FROM attachments WHERE attachment_id = :id", id=answer.json()["attachment_id"]
    )
    assert (Path(desk.settings.objects) / row["object_name"]).stat().st_size == len(bomb)


@pytest.mark.parametrize("path", ["/v1/attachments", f"{V2}/requests.json"])
async def test_a_form_of_nothing_but_heads_is_refused(desk: Desk, path: str) -> None:
    before = await desk.traces()
    heads = b"".join(b"X-%d: y\r\n" % number for number in range(50_000))
    body = (
        b'--x\r\nContent-Disposition: form-data; name="media"; filename="a"\r\n'
        + heads
        + b"\r\n\r\n--x--\r\n"
    )
    headers = {"X-Api-Key": desk.key, "Content-Type": "multipart/form-data; boundary=x"}
    answer = await desk.client.post(path, content=body, headers=headers)
    assert answer.status_code == 400, answer.text
    assert await desk.traces() == before
