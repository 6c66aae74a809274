"""A file on its way in: to a nameless file on disk, piece by piece, so that memory never holds it whole.

The nameless file is gone with the request, also when the caller leaves or the process dies.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from tempfile import SpooledTemporaryFile, TemporaryFile
from typing import IO, Any

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from shared.files.errors import BrokenFile, FileTooLarge, OneFileOnly, UnknownContent
from shared.files.media import MOST_BYTES
from shared.http.refusals import MalformedBody

MOST_FIELDS = 10
"""Mini-programs send fields of their own beside the file; nobody reads them."""
RAW = ("image/", "audio/", "video/", "application/octet-stream")

_FILE = {"schema": {"type": "string", "format": "binary"}}
UPLOAD: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The file as the body, or as the one file of a form. At most 20,000,000 bytes.",
        "content": {
            "image/*": _FILE,
            "audio/*": _FILE,
            "video/*": _FILE,
            "application/octet-stream": _FILE,
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {"file": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}
"""How an upload is described to integrators."""


@asynccontextmanager
async def received(request: Request) -> AsyncIterator[IO[bytes]]:
    """The file a request brings, as its body or as the one file of a form."""
    kind = request.headers.get("content-type", "").lower()
    try:
        if kind.startswith("multipart/form-data"):
            async with _form(request) as form:
                yield _only_file(form)
        elif kind.startswith(RAW):
            with TemporaryFile() as file:
                await _take(request, file)
                yield file
        else:
            raise UnknownContent
    except ClientDisconnect:
        raise BrokenFile from None


@asynccontextmanager
async def _form(request: Request) -> AsyncIterator[FormData]:
    try:
        form = await request.form(max_files=1, max_fields=MOST_FIELDS)
    except HTTPException as error:
        if error.status_code != HTTPStatus.BAD_REQUEST:
            raise
        raise MalformedBody(f"the form cannot be read: {error.detail}") from None
    try:
        yield form
    finally:
        await form.close()


async def _take(request: Request, file: IO[bytes]) -> None:
    taken = 0
    async for piece in request.stream():
        taken += len(piece)
        if taken > MOST_BYTES:
            raise FileTooLarge(MOST_BYTES)
        file.write(piece)


def _only_file(form: FormData) -> IO[bytes]:
    files = [part for _, part in form.multi_items() if isinstance(part, UploadFile)]
    if len(files) != 1:
        raise OneFileOnly
    return on_disk(files[0])


def on_disk(part: UploadFile) -> IO[bytes]:
    """The file of a form. Raises `FileTooLarge`."""
    if (part.size or 0) > MOST_BYTES:
        raise FileTooLarge(MOST_BYTES)
    if isinstance(part.file, SpooledTemporaryFile):
        part.file.rollover()
    return part.file
