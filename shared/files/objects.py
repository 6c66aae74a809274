"""The store of files: a folder, or any S3, behind one library. An object is written whole or not at all."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any
from urllib.parse import parse_qs, unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.exceptions import NotFoundError as Absent
from obstore.store import LocalStore, S3Store

from shared.files.errors import NoSuchFile, ObjectsAway
from shared.files.media import Measured
from shared.files.weighing import mapped, weigh
from shared.kernel.settings import WrongSetting

PIECE = 262_144
GONE = (Absent, FileNotFoundError)
"""The library says the one or the other, by the store."""
AT_ONCE = 2
"""Parts of one upload under way to S3: five million bytes of memory each."""
S3_SETTINGS = frozenset({"endpoint", "region"})
NAME = re.compile(r"[0-9a-f]{2}/[0-9a-f]{38}", re.ASCII)
"""What `fresh_name` draws."""


class NoStoreOfFiles(WrongSetting):
    """The address names no store of ours."""

    def __init__(self) -> None:
        super().__init__(
            "JIESU_OBJECTS is refused: write a folder, file:///… or s3://bucket/prefix?endpoint=…&region=…"
        )


class Objects:
    """The `Objects` of the ports."""

    def __init__(self, store: LocalStore | S3Store) -> None:
        self._store = store

    async def put(self, name: str, content: Iterator[bytes]) -> None:
        """Raises `ObjectsAway`."""
        try:
            await obstore.put_async(self._store, name, content, max_concurrency=AT_ONCE)
        except BaseError as error:
            raise ObjectsAway from error

    async def open(self, name: str, start: int, end: int) -> AsyncIterator[bytes]:
        """The bytes from `start` up to `end`. Raises `NoSuchFile`, `ObjectsAway` before the first byte."""
        try:
            found = await obstore.get_async(self._store, name, options={"range": (start, end)})
        except GONE:
            raise NoSuchFile from None
        except BaseError as error:
            raise ObjectsAway from error
        return _pieces(found.stream(min_chunk_size=PIECE))

    async def copy(self, origin: str, name: str) -> Measured:
        """One file under a second name, looked at like any that comes in; the two share nothing from then on.

        Raises `NoSuchFile`, `ObjectsAway`, and what `examine` raises of a file that is not taken (any more).
        """
        if NAME.fullmatch(origin) is None:
            # Said by somebody else: what was not drawn here is no file of ours, wherever it would lead.
            raise NoSuchFile
        with TemporaryFile() as file:
            await self._fetch(origin, file)
            with mapped(file) as data:
                weighed = await asyncio.to_thread(weigh, data)
                await self.put(name, weighed.content())
                return weighed.measured

    async def remove(self, name: str) -> None:
        """Also when it is gone already. Raises `ObjectsAway`."""
        try:
            await obstore.delete_async(self._store, name)
        except GONE:
            return
        except BaseError as error:
            raise ObjectsAway from error

    async def _fetch(self, name: str, into: IO[bytes]) -> None:
        try:
            found = await obstore.get_async(self._store, name)
            async for piece in found.stream(min_chunk_size=PIECE):
                into.write(piece)
        except GONE:
            raise NoSuchFile from None
        except BaseError as error:
            raise ObjectsAway from error


def fresh_name() -> str:
    """A name nothing has. No digest in it: whoever sees names only must not learn that two files are one."""
    name = secrets.token_hex(20)
    return f"{name[:2]}/{name[2:]}"


def open_objects(address: str) -> Objects:
    """A folder (made when missing) or `s3://bucket/prefix?endpoint=…&region=…`.

    S3 credentials come from AWS_ACCESS_KEY_ID and its like, never from the address. Raises `NoStoreOfFiles`.
    """
    parts = urlsplit(address)
    if parts.scheme == "s3":
        return Objects(_s3(parts.netloc, parts.path.strip("/"), parse_qs(parts.query)))
    if parts.scheme not in ("", "file"):
        raise NoStoreOfFiles
    folder = Path(unquote(parts.path) if parts.scheme else address).resolve()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return Objects(LocalStore(folder))


def _s3(bucket: str, prefix: str, query: dict[str, list[str]]) -> S3Store:
    if not bucket or not query.keys() <= S3_SETTINGS:
        raise NoStoreOfFiles
    told: dict[str, Any] = {name: values[0] for name, values in query.items()}
    is_plain = str(told.get("endpoint", "")).startswith("http://")
    return S3Store(
        bucket,
        prefix=prefix or None,
        client_options={"allow_http": is_plain, "timeout": "20s", "connect_timeout": "3s"},
        # The caller is told to come again rather than kept waiting.
        retry_config={"max_retries": 2, "retry_timeout": timedelta(seconds=10)},
        **told,
    )


async def _pieces(stream: Any) -> AsyncIterator[bytes]:
    async for piece in stream:
        yield bytes(piece)
