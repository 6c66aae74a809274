"""Files that come with an Open311 request: known by content, cleaned, laid to its case or refused whole."""

from datetime import timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest

from services.intake import handlers
from services.intake.store.api_keys import issue
from shared.files.media import MOST_BYTES
from shared.http.refusals import Busy
from tests.integration.intake_desk import GUANYINSI, NOON, Desk, desk, house
from tests.integration.open311_desk import LAMP, V2, case_id, dispatched, is_error
from tests.kit.media import GPS_WORDS, a_jpeg, a_movie, a_png

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
Sent = tuple[str, bytes, str]


def a_photo(**more: Any) -> Sent:
    return ("IMG_0001.jpg", a_jpeg(**more), "image/jpeg")


async def sends(
    desk: Desk, *media: Sent, form: str = "json", name: str = "media", headers: Any = None, **change: str
) -> httpx.Response:
    """A form in parts: fields first, then the files."""
    fields = [(key, (None, value)) for key, value in {**LAMP, "api_key": desk.key, **change}.items()]
    parts: list[Any] = [*fields, *((name, file) for file in media)]
    return await desk.client.post(f"{V2}/requests.{form}", files=parts, headers=headers)


async def taken(desk: Desk, *media: Sent, **more: Any) -> str:
    answer = await sends(desk, *media, **more)
    assert answer.status_code == 200, answer.text
    number: str = answer.json()[0]["service_request_id"]
    return number


async def laid(desk: Desk, number: str) -> list[dict[str, Any]]:
    """What lies at the case of a request."""
    return await desk.rows(
        "SELECT a.*, c.tracking_number FROM attachments a JOIN cases c USING (case_id) "
        "WHERE c.tracking_number = :number ORDER BY attachment_id",
        number=number,
    )


def content(desk: Desk, row: dict[str, Any]) -> bytes:
    return (Path(desk.settings.objects) / row["object_name"]).read_bytes()


async def test_photos_and_films_are_laid_to_the_case_cleaned(desk: Desk) -> None:
    film = ("film.bin", a_movie(b"qt  "), "application/octet-stream")
    number = await taken(desk, a_photo(gps=True, maker="secret maker"), film)
    rows = await laid(desk, number)
    assert [(one["media_type"], one["state"]) for one in rows] == [
        ("image/jpeg", "kept"),
        ("video/quicktime", "kept"),
    ]
    assert {one["uploaded_by"] for one in rows} == {""}, "beside a case nothing says whose account it was"
    assert b"secret maker" not in content(desk, rows[0])
    assert [words for words in GPS_WORDS if words in content(desk, rows[1])] == []
    assert "IMG_0001" not in str(await desk.contents())


@pytest.mark.parametrize("name", ["media", "media[]"])
async def test_a_form_without_files_and_one_with_an_empty_field_are_taken(desk: Desk, name: str) -> None:
    # A browser sends the field of a file nobody chose as a part without a name.
    assert await laid(desk, await taken(desk)) == []
    assert await laid(desk, await taken(desk, ("", b"", "application/octet-stream"), name=name)) == []
    assert len(await laid(desk, await taken(desk, a_photo(), name=name))) == 1


async def test_the_unit_sees_them_and_strangers_do_not(desk: Desk) -> None:
    number = await taken(desk, a_photo())
    key = await case_id(desk, number)
    await desk.hears(dispatched(key))
    unit = desk.token("unit", unit=GUANYINSI)
    found = await desk.client.get("/v1/attachments", params={"case_id": str(key)}, headers=unit)
    (one,) = found.json()["items"]
    link = await desk.client.post(f"/v1/attachments/{one['attachment_id']}/links", headers=unit)
    assert (await desk.client.get(link.json()["url"])).status_code == 200
    (shown,) = (await desk.client.get(f"{V2}/requests/{number}.json")).json()
    assert shown["media_url"] is None
    assert one["attachment_id"] not in str(shown)


STRANGERS: dict[str, tuple[Sent, str]] = {
    "an archive called a photo": (("a.jpg", b"PK\x03\x04" + bytes(10_000), "image/jpeg"), "JPEG"),
    "half a photo": (("a.jpg", a_jpeg(size=(300, 300))[:3000], "image/jpeg"), "damaged"),
    "nothing under a name": (("a.jpg", b"", "image/jpeg"), "empty"),
    "more pixels than anybody needs": (("a.png", a_png(size=(60_000, 60_000)), "image/png"), "pixels"),
    "more bytes than are taken": (("a.jpg", bytes(MOST_BYTES + 1), "image/jpeg"), f"{MOST_BYTES} bytes"),
}


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("stranger", STRANGERS)
async def test_what_is_no_picture_refuses_the_request_and_leaves_nothing(
    desk: Desk, stranger: str, form: str
) -> None:
    file, said = STRANGERS[stranger]
    before = await desk.traces()
    is_error(await sends(desk, file, form=form), 400, said)
    if len(file[1]) < 20_000:  # Beside another one, the largest is too much for the whole form.
        is_error(await sends(desk, a_photo(), file, form=form), 400, "media: file 2: ")
    assert await desk.traces() == before


@pytest.mark.parametrize(
    ("change", "status", "said"),
    [
        ({"attribute[LAMPS_OUT]": ""}, 400, "this attribute is required"),
        ({"lat": "31.2", "long": "121.5"}, 400, "outside the city"),
        ({"address_id": "999999"}, 400, "address_id: "),
        ({"phone": "call me"}, 400, "phone: "),
        ({"service_code": "unicorns"}, 404, "service_code"),
        ({"api_key": "jk_abcdef_" + "x" * 40}, 403, "api_key"),
        ({"api_key": ""}, 403, "api_key is required"),
    ],
)
async def test_a_request_that_is_refused_keeps_none_of_its_files(
    desk: Desk, change: dict[str, str], status: int, said: str
) -> None:
    before = await desk.traces()
    is_error(await sends(desk, a_photo(), **change), status, said)
    assert await desk.traces() == before


async def test_files_are_called_media_and_there_are_at_most_ten(desk: Desk) -> None:
    before = await desk.traces()
    is_error(await sends(desk, a_photo(), name="picture"), 400, "picture: send files as media")
    is_error(await sends(desk, *[a_photo()] * 11), 400, "Too many files")
    is_error(await sends(desk, *[("a.jpg", bytes(7_000_000), "image/jpeg")] * 3, form="xml"), 400, "bytes")
    assert await desk.traces() == before
    assert len(await laid(desk, await taken(desk, *[a_photo()] * 10))) == 10


async def test_the_same_key_and_form_are_one_request_with_its_files_once(desk: Desk) -> None:
    headers, photo = {"Idempotency-Key": "open311-media"}, a_photo()
    first = await sends(desk, photo, headers=headers)
    rows = len(await desk.rows("SELECT 1 FROM attachments WHERE state = 'kept'"))
    again = await sends(desk, photo, headers=headers)
    assert first.content == again.content, "another boundary is no other form"
    assert again.headers["idempotent-replayed"] == "true"
    is_error(await sends(desk, a_photo(), headers=headers), 400, "Idempotency-Key")
    assert len(await desk.rows("SELECT 1 FROM attachments WHERE state = 'kept'")) == rows
    # What was sent in vain goes with the next round.
    assert len(await desk.rows("SELECT 1 FROM attachments WHERE state = 'condemned'")) == 2
    await desk.rings("remove_uploads")
    assert await desk.rows("SELECT 1 FROM attachments WHERE state <> 'kept'") == []
    assert len(desk.stored()) == len(await desk.rows("SELECT 1 FROM attachments"))


async def test_files_of_a_request_that_could_not_be_registered_are_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.rings("remove_uploads")
    before = await desk.traces()
    with monkeypatch.context() as patched:
        patched.setattr("services.intake.handlers.cases.secrets.token_bytes", lambda length: b"\x13" * length)
        first = await taken(desk)
        unlucky = await sends(desk, a_photo())
        assert unlucky.status_code == 503
    assert await laid(desk, first) == []
    desk.clock.at = NOON + timedelta(minutes=1)
    await desk.rings("remove_uploads")
    after = await desk.traces()
    assert after[:2] == before[:2]
    assert after[2]["cases"] == before[2]["cases"] + 1


async def test_what_is_registered_is_answered_though_nothing_can_be_given_up_just_then(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Any) -> None:
        raise Busy

    monkeypatch.setattr(handlers, "abandon_uploads", away)
    number = await taken(desk, a_photo())
    assert len(await laid(desk, number)) == 1


async def test_a_key_in_the_form_is_counted_like_any_other(desk: Desk) -> None:
    async with desk.flat.store.work() as work:
        slow = await issue(work, "slow-app", frozenset({"cases:write"}), expires_at=None, rate=1)
    assert (await sends(desk, api_key=slow)).status_code == 200
    before = await desk.traces()
    refused = await sends(desk, a_photo(), form="xml", api_key=slow)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 0
    assert ElementTree.fromstring(refused.content).findtext("error/code") == "429"
    assert await desk.traces() == before
