"""文件: the content behind a link. The link is the permission; the answer can do nothing in a browser."""

import re
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request
from fastapi.responses import StreamingResponse

from services.intake.domain.attachments import Attachment
from services.intake.store import Equipment
from services.intake.store.attachments import attachment
from shared.files.errors import NoSuchFile
from shared.http.wire import Text
from shared.service import Flat

ROUTES = APIRouter()

Token = Annotated[Text, Path(max_length=200)]
Range = Annotated[str | None, Header(alias="Range", max_length=100, description="One range of bytes.")]
_BINARY = {"content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}}
_RANGE = re.compile(r"bytes=(\d{1,12})?-(\d{1,12})?", re.ASCII)
ENDINGS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "audio/wav": "wav",
    "audio/ogg": "ogg",
    "audio/amr": "amr",
    "audio/webm": "weba",
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
}


@ROUTES.get(
    "/files/{token}",
    response_class=StreamingResponse,
    responses={200: _BINARY, 206: {**_BINARY, "description": "The range that was asked for."}},
)
async def read_file(token: Token, request: Request, asked: Range = None) -> StreamingResponse:
    """取件: the content, whole or one range of it, as players ask for."""
    flat: Flat = request.app.state.flat
    equipment: Equipment = flat.equipment
    key = equipment.links.read(token, at=flat.clock.now())
    # Given back before the store is asked: one that is slow would hold every connection there is.
    async with flat.store.read() as connection:
        found = await attachment(connection, key)
    if found is None:
        raise NoSuchFile
    start, end = _range(asked, found.bytes)
    content = await equipment.objects.open(found.object_name, start, end)
    is_whole = (start, end) == (0, found.bytes)
    headers = _headers(found) | {"Content-Length": str(end - start)}
    if not is_whole:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{found.bytes}"
    return StreamingResponse(content, 200 if is_whole else 206, headers, found.media_type)


def _headers(found: Attachment) -> dict[str, str]:
    name = f"{found.attachment_id}.{ENDINGS[found.media_type]}"
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": "default-src 'none'; sandbox",
        # Shown inside a client's own pages, which stand elsewhere: the link is the permission.
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Accept-Ranges": "bytes",
    }


def _range(asked: str | None, size: int) -> tuple[int, int]:
    """From where up to where; a range that cannot be given is passed over, as RFC 9110 allows."""
    found = _RANGE.fullmatch(asked or "")
    if found is None or found[1] is found[2] is None:
        return 0, size
    if found[1] is None:
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(size, int(found[2] or size) + 1)
    return (start, end) if start < end else (0, size)
