"""The store of files on a folder and on S3, the same promises for both; S3 is moto's server."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from moto.server import ThreadedMotoServer

from deploy.local.ports import free_port
from shared.files.errors import NoSuchFile, ObjectsAway, UnknownContent
from shared.files.objects import NoStoreOfFiles, Objects, fresh_name, open_objects
from tests.kit.media import a_jpeg

CONTENT = bytes(range(256)) * 50_000


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    """An S3 of our own with one bucket."""
    port = free_port()
    server = ThreadedMotoServer("127.0.0.1", port, verbose=False)
    server.start()
    httpx.put(f"http://127.0.0.1:{port}/city").raise_for_status()
    yield f"s3://city/attachments?endpoint=http://127.0.0.1:{port}&region=cn-north-1"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(
    request: pytest.FixtureRequest, tmp_path: Path, s3: str, monkeypatch: pytest.MonkeyPatch
) -> Objects:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    return open_objects(s3 if request.param == "s3" else (tmp_path / "new" / "objects").as_uri())


def in_pieces(content: bytes) -> Iterator[bytes]:
    return (content[at : at + 300_000] for at in range(0, len(content), 300_000))


async def read(store: Objects, name: str, start: int, end: int) -> bytes:
    return b"".join([piece async for piece in await store.open(name, start, end)])


async def test_what_was_put_is_read_whole_and_in_part(store: Objects) -> None:
    for name, content in (("ab/small", b"a photo"), ("cd/large", CONTENT)):
        await store.put(name, in_pieces(content))
        assert await read(store, name, 0, len(content)) == content
        assert await read(store, name, 2, 5) == content[2:5]


async def test_what_is_removed_is_gone_and_can_be_removed_again(store: Objects) -> None:
    await store.put("ab/photo", in_pieces(b"a photo"))
    for _ in range(2):
        await store.remove("ab/photo")
    with pytest.raises(NoSuchFile):
        await store.open("ab/photo", 0, 7)


async def test_a_copy_is_examined_like_an_upload_and_outlives_its_origin(store: Objects) -> None:
    origin, name, photo = fresh_name(), fresh_name(), a_jpeg(gps=True, maker="secret maker")
    await store.put(origin, in_pieces(photo))
    found = await store.copy(origin, name)
    await store.remove(origin)
    content = await read(store, name, 0, found.bytes)
    assert hashlib.sha256(content).hexdigest() == found.sha256
    assert (found.media_type, found.width, found.height) == ("image/jpeg", 64, 48)
    assert b"secret maker" not in content
    again = fresh_name()
    assert await store.copy(name, again) == found


async def test_what_is_no_file_of_ours_is_not_copied(store: Objects) -> None:
    origin, name = fresh_name(), fresh_name()
    await store.put("ab/named-by-somebody", in_pieces(a_jpeg()))
    for absent in (origin, "ab/named-by-somebody", "../../etc/hostname", ""):
        with pytest.raises(NoSuchFile):
            await store.copy(absent, name)
    await store.put(origin, in_pieces(b"no picture"))
    with pytest.raises(UnknownContent):
        await store.copy(origin, name)
    with pytest.raises(NoSuchFile):
        await store.open(name, 0, 1)


async def test_content_that_ends_in_an_error_is_not_stored(store: Objects) -> None:
    def broken() -> Iterator[bytes]:
        yield CONTENT
        raise OSError("the disk is gone")

    with pytest.raises((OSError, ObjectsAway)):
        await store.put("ab/half", broken())
    with pytest.raises(NoSuchFile):
        await store.open("ab/half", 0, 1)


async def test_a_store_that_nobody_answers_for_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    store = open_objects(f"s3://city?endpoint=http://127.0.0.1:{free_port()}&region=cn-north-1")
    with pytest.raises(ObjectsAway):
        await store.put("ab/photo", in_pieces(b"a photo"))
    with pytest.raises(ObjectsAway):
        await store.remove("ab/photo")
    with pytest.raises(ObjectsAway):
        await store.copy(fresh_name(), fresh_name())


@pytest.mark.parametrize("address", ["ftp://somewhere/x", "s3://", "s3://city?secret=x"])
def test_an_address_that_is_no_store_is_refused(address: str) -> None:
    with pytest.raises(NoStoreOfFiles, match="s3://"):
        open_objects(address)


def test_a_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    open_objects(str(tmp_path / "objects"))
    assert (tmp_path / "objects").stat().st_mode & 0o077 == 0
