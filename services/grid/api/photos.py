"""照片: sent first, then named by their hash; shown to whoever may see what names them."""

import asyncio
import hashlib
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request
from fastapi.responses import StreamingResponse
from pydantic import Field

from services.grid import handlers
from services.grid.api.desk import Equipped, Onlooker, OpenWork, sight_of
from services.grid.api.sync import OwnTerminal
from services.grid.domain.photo import Photo, PhotoState
from services.grid.domain.photo_errors import NoPicture, NoSuchPhoto
from services.grid.domain.policy import incidents, tasks
from services.grid.store import queries
from services.grid.store.photos import photo
from services.grid.store.tasks import task
from shared.city.city import City
from shared.files.media import MediaKind
from shared.files.objects import Objects, fresh_name
from shared.files.weighing import mapped, weigh
from shared.http import uploads
from shared.http.knock import InCity, Reading
from shared.http.wire import Text, Wire
from shared.kernel.ids import IncidentId, TaskId, UnitCode

ROUTES = APIRouter()
Sha256 = Annotated[Text, Path(min_length=64, max_length=64, pattern="^[0-9a-f]{64}$")]
_BINARY: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/*": {"schema": {"type": "string", "format": "binary"}}}}
}


class PhotoOut(Wire):
    """A photo that was taken."""

    sha256: str = Field(description="Of the file as it was sent: items name it so.")
    media_type: str
    bytes: int = Field(description="Of what is kept: where and by what it was taken is taken out.")


@ROUTES.post("/terminal/photos", status_code=201, openapi_extra=uploads.UPLOAD)
async def upload_photo(
    request: Request, terminal_id: OwnTerminal, open_work: OpenWork, equipped: Equipped
) -> PhotoOut:
    """上传照片: one picture, by its content. It waits three days for an item that names it."""
    async with uploads.received(request) as file:
        with mapped(file) as data:
            weighed = await asyncio.to_thread(weigh, data)
            if weighed.cleaned.kind is not MediaKind.IMAGE:
                raise NoPicture
            digest = await asyncio.to_thread(lambda: hashlib.sha256(data).hexdigest())
            async with open_work() as work:
                terminal = await handlers.open_terminal(work, terminal_id)
                fresh = Photo(
                    unit=terminal.unit,
                    sha256=digest,
                    object_name=fresh_name(),
                    media_type=weighed.cleaned.media_type,
                    bytes=weighed.size,
                    uploaded_by=terminal.worker,
                    created_at=work.now,
                )
                known = await handlers.announce_photo(work, fresh)
            if known.state is not PhotoState.KEPT:
                await equipped.objects.put(known.object_name, weighed.content())
        async with open_work() as work:
            await handlers.settle_photo(work, known)
    return PhotoOut(sha256=known.sha256, media_type=known.media_type, bytes=known.bytes)


@ROUTES.get("/incidents/{incident_id}/photos/{sha256}", response_class=StreamingResponse, responses=_BINARY)
async def incident_photo(
    incident_id: UUID, sha256: Sha256, connection: Reading, reader: Onlooker, city: InCity, equipped: Equipped
) -> StreamingResponse:
    """A photo of an incident or of how it was handled, for whoever may read the incident."""
    found = await queries.incident(connection, IncidentId(incident_id))
    sight = sight_of(reader)
    if sight is not None:
        incidents.require_sight(found, sight, city.units)
    named = (*found.photos, *found.evidence_photos)
    return await _shown(named, _senders(found.unit, city), sha256, connection, equipped.objects)


@ROUTES.get("/tasks/{task_id}/photos/{sha256}", response_class=StreamingResponse, responses=_BINARY)
async def task_photo(
    task_id: UUID, sha256: Sha256, connection: Reading, reader: Onlooker, city: InCity, equipped: Equipped
) -> StreamingResponse:
    """A photo of a task's report, for whoever may read the task."""
    found = await task(connection, TaskId(task_id))
    sight = sight_of(reader)
    if sight is not None:
        tasks.require_sight(found, sight, city.units)
    return await _shown(found.photos, _senders(found.unit, city), sha256, connection, equipped.objects)


def _senders(unit: UnitCode, city: City) -> tuple[str, ...]:
    """Whose terminals may have sent it: the unit's, or the street's above, which acts for it too."""
    return city.units.lineage(unit) if city.units.knows(unit) else (unit,)


async def _shown(
    named: tuple[str, ...], senders: tuple[str, ...], sha256: str, connection: Reading, objects: Objects
) -> StreamingResponse:
    if sha256 not in named:
        raise NoSuchPhoto
    found = await photo(connection, senders, sha256)
    content = await objects.open(found.object_name, 0, found.bytes)
    # It can do nothing in a browser: it is saved, not shown as a page.
    headers = {
        "Content-Disposition": "attachment",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Content-Length": str(found.bytes),
    }
    return StreamingResponse(content, headers=headers, media_type=found.media_type)
