"""Bad input is refused by name at the door, cheaply, and never echoed."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Form, Request, UploadFile

from shared.http.body import MAX_DEPTH
from shared.http.wire import Text
from tests.kit.http_door import an_app, client, is_problem

JSON = {"content-type": "application/json"}


async def _post(body: bytes | AsyncIterator[bytes], **headers: str) -> httpx.Response:
    async with client(an_app()) as http:
        return await http.post("/v1/reports", content=body, headers=JSON | headers)


async def test_a_good_report_passes() -> None:
    body = json.dumps(
        {
            "text": "路灯\n😀",
            "seen_at": "2026-03-02T10:00:00+08:00",
            "unit_id": "0192e4a0-0000-7000-8000-000000000001",
            "contact": {"name": "a\\u0000b"},
        }
    ).encode()
    assert b"\\ud83d\\ude00" in body
    answer = await _post(body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["text"] == "路灯\n😀"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (rb'{"text": "a\u0000b"}', "text"),
        (rb'{"text": "a\ud800b"}', "text"),
        (rb'{"text": "a\uDC00b"}', "text"),
        (rb'{"text": "x", "contact": {"name": "\u0000"}}', "contact.name"),
        (rb'{"text": "x", "tags": ["a", "\ud800"]}', "tags.1"),
        (rb'{"text": "x", "extra": {"a": {"\u0000": 1}}}', "extra.a.?"),
        (rb'"\u0000"', "body"),
    ],
)
async def test_text_that_cannot_be_kept_is_refused_with_its_field(body: bytes, field: str) -> None:
    problem = is_problem(await _post(body), 422, "malformed_text")
    assert problem["errors"][0]["field"] == field


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b'{"text": }',
        b'{"text": "a\x00b"}',
        b'{"text": "\xed\xa0\x80"}',
        b'{"text": "\xff"}',
        '{"text": "x"}'.encode("utf-16"),
        b'{"count": ' + b"9" * 5000 + b"}",
    ],
)
async def test_a_body_that_is_not_json_is_a_400(body: bytes) -> None:
    answer = await _post(body)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("opening", [b"[", b'{"a":'])
@pytest.mark.parametrize("depth", [MAX_DEPTH + 2, 10_000])
async def test_deep_nesting_is_refused(opening: bytes, depth: int) -> None:
    closing = b"]" if opening == b"[" else b"}"
    body = b'{"text": "x", "extra": {"a": ' + opening * depth + b"1" + closing * depth + b"}}"
    is_problem(await _post(body), 400, "too_deep")


async def test_a_wide_body_is_not_a_deep_one() -> None:
    body = json.dumps({"text": "x", "extra": {"rows": [[1]] * 500}}).encode()
    assert (await _post(body)).status_code == 201


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"text": 5}, "text"),
        ({"text": None}, "text"),
        ({"text": "x", "count": "5"}, "count"),
        ({"text": "x", "count": True}, "count"),
        ({"text": "x", "count": 1.5}, "count"),
        ({"text": "x", "urgent": "true"}, "urgent"),
        ({"text": "x", "urgent": 1}, "urgent"),
        ({"text": "x", "seen_at": 5}, "seen_at"),
        ({"text": "x", "seen_at": "5"}, "seen_at"),
        ({"text": "x", "seen_at": "2026-03-02T10:00:00"}, "seen_at"),
        ({"text": "x", "unit_id": 5}, "unit_id"),
        ({"text": "x", "contact": {"name": 5}}, "contact.name"),
        ({"text": "x", "contact": {"name": "a", "13800138000": 1}}, "contact.13800138000"),
        ({"text": "x", "unknown": 1}, "unknown"),
        ({"text": "x", "tags": "abc"}, "tags"),
        ({}, "text"),
        ([], "body"),
        (None, "body"),
    ],
)
async def test_wrong_types_and_unknown_fields_are_refused_with_their_field(value: Any, field: str) -> None:
    problem = is_problem(await _post(json.dumps(value).encode()), 422, "invalid")
    assert [error["field"] for error in problem["errors"]] == [field]
    assert set(problem["errors"][0]) == {"field", "message"}


async def test_input_values_are_never_echoed() -> None:
    answer = await _post(json.dumps({"text": 13800138000, "unit_id": "SECRET-WORDS"}).encode())
    assert answer.status_code == 422
    assert "13800138000" not in answer.text
    assert "SECRET-WORDS" not in answer.text


async def test_a_body_that_says_it_is_too_large_is_refused_unread() -> None:
    async def never() -> AsyncIterator[bytes]:
        raise AssertionError("the body was read")
        yield b""

    answer = await _post(never(), **{"content-length": "10000000"})
    is_problem(answer, 413, "body_too_large")


async def test_a_large_body_in_pieces_is_refused_before_all_of_it_is_read() -> None:
    sent = 0

    async def pieces() -> AsyncIterator[bytes]:
        nonlocal sent
        for _ in range(160):
            sent += 65_536
            yield b"x" * 65_536

    is_problem(await _post(pieces()), 413, "body_too_large")
    assert sent <= 1_100_000


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", ""])
async def test_another_content_type_is_a_415(kind: str) -> None:
    headers = {"content-type": kind} if kind else {}
    async with client(an_app()) as http:
        answer = await http.post("/v1/reports", content=b'{"text": "x"}', headers=headers)
    is_problem(answer, 415, "body_type_unknown")


@pytest.mark.parametrize("encoding", ["gzip", "br", "deflate, gzip", "GZIP"])
async def test_a_packed_body_is_not_unpacked(encoding: str) -> None:
    packed = gzip.compress(b'{"text": "' + bytes(1_000_000))
    answer = await _post(packed, **{"content-encoding": encoding})
    is_problem(answer, 415, "body_encoded")
    assert answer.headers["accept-encoding"] == "identity"


async def test_a_body_that_says_it_is_not_packed_is_taken() -> None:
    assert (await _post(b'{"text": "x"}', **{"content-encoding": "identity"})).status_code == 201


async def test_a_missing_body_is_a_422() -> None:
    problem = is_problem(await _post(b""), 422, "invalid")
    assert problem["errors"][0]["field"] == "body"


async def test_a_nul_in_query_or_path_is_refused_with_its_name() -> None:
    async with client(an_app()) as http:
        problem = is_problem(await http.get("/v1/reports/1?word=a%00b"), 422, "malformed_text")
        assert problem["errors"][0]["field"] == "word"
        answer = await http.get("/v1/reports/1%00")
    assert is_problem(answer, 422, "malformed_text")["errors"][0]["field"] == "path"


async def test_a_parameter_of_the_wrong_type_is_named_without_its_value() -> None:
    async with client(an_app()) as http:
        answer = await http.get("/v1/reports/13800138000x")
    problem = is_problem(answer, 422, "invalid")
    assert [error["field"] for error in problem["errors"]] == ["number"]
    assert "13800138000" not in json.dumps(problem["errors"])


def _uploads() -> APIRouter:
    routes = APIRouter()

    @routes.post("/form")
    async def form(word: Annotated[Text, Form()]) -> str:
        return word

    @routes.post("/file")
    async def file(photo: UploadFile) -> int:
        return len(await photo.read())

    @routes.post("/stream")
    async def stream(request: Request) -> int:
        return sum([len(piece) async for piece in request.stream()])

    return routes


async def test_uploads_have_a_limit_of_their_own() -> None:
    async with client(an_app(_uploads(), upload_limit=2_000_000)) as http:
        fits = await http.post("/file", files={"photo": b"x" * 1_500_000})
        is_problem(await http.post("/file", files={"photo": b"x" * 3_000_000}), 413, "body_too_large")
    assert fits.json() == 1_500_000


@pytest.mark.parametrize("path", ["/file", "/stream"])
async def test_an_upload_in_pieces_is_measured_too(path: str) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b'--b\r\ncontent-disposition: form-data; name="photo"; filename="a"\r\n\r\n'
        for _ in range(50):
            yield b"x" * 65_536

    headers = {"content-type": "multipart/form-data; boundary=b"}
    async with client(an_app(_uploads(), upload_limit=2_000_000)) as http:
        is_problem(await http.post(path, content=pieces(), headers=headers), 413, "body_too_large")


async def test_a_file_is_measured_as_json_where_no_files_are_taken() -> None:
    app = an_app(_uploads(), upload_limit=2_000_000, upload_paths=("/file",))
    async with client(app) as http:
        fits = await http.post("/file", files={"photo": b"x" * 1_500_000})
        answer = await http.post("/stream", content=b"x" * 1_500_000, headers={"content-type": "video/mp4"})
    assert fits.json() == 1_500_000
    is_problem(answer, 413, "body_too_large")


async def test_a_nul_in_a_form_is_refused() -> None:
    async with client(an_app(_uploads())) as http:
        is_problem(await http.post("/form", data={"word": "a\x00b"}), 422, "malformed_text")
        is_problem(await http.post("/form", files={"word": (None, "a\x00b")}), 422, "invalid")
