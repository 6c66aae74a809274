"""附件: upload first, then name the ids in the case. Whoever may see a case gets links to its files."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Path, Query, Request

from services.intake import handlers
from services.intake.api.attachment_schemas import (
    AttachmentOut,
    AttachmentsOut,
    LinkOut,
    all_shown,
    shown,
)
from services.intake.api.cases import Equipped, OpenWork, Reporter
from services.intake.api.following import Knocked, knock_of
from services.intake.api.uploading import attach
from services.intake.domain.attachments import AttachmentId, may_see
from services.intake.domain.commands import Knock
from services.intake.domain.errors import NothingToFollow
from services.intake.domain.file_errors import NoSuchAttachment
from services.intake.store.attachments import attachment, attachments, units_of
from shared.city.city import City
from shared.files.weighing import mapped, weigh
from shared.http import uploads
from shared.http.auth import Known, allow
from shared.http.callers import Caller, Role
from shared.http.knock import InCity, Reading
from shared.http.refusals import NotSignedIn
from shared.http.wire import Text
from shared.kernel.ids import CaseId

ROUTES = APIRouter()

CLERKS = (Role.DISPATCHER, Role.SUPERVISOR)
"""Who reads the words of every case at router sees what was laid to it."""
Desk = Annotated[Caller, allow(*CLERKS, Role.UNIT, Role.SERVICE)]
OwnNumber = Annotated[Text | None, Header(alias="X-Tracking-Number", max_length=40)]
OwnCode = Annotated[Text | None, Header(alias="X-Access-Code", max_length=40)]
FoundBy = Annotated[UUID, Path(description="As the upload answered.")]


@ROUTES.post("/attachments", status_code=201, openapi_extra=uploads.UPLOAD)
async def upload_attachment(
    request: Request, caller: Reporter, open_work: OpenWork, equipped: Equipped
) -> AttachmentOut:
    """上传: take one picture or recording, by its content. It waits for its case for a day."""
    async with uploads.received(request) as file:
        with mapped(file) as data:
            weighed = await asyncio.to_thread(weigh, data)
            async with open_work() as work:
                command = attach(weighed, by=caller.subject)
                by_citizen = caller.roles == {Role.CITIZEN}
                announced = await handlers.announce_upload(work, command, by_citizen=by_citizen)
            await equipped.objects.put(announced.object_name, weighed.content())
        async with open_work() as work:
            await handlers.settle_upload(work, announced.attachment_id)
    return shown(announced)


@ROUTES.get("/attachments")
async def list_attachments(
    connection: Reading, caller: Desk, city: InCity, case_id: Annotated[UUID, Query()]
) -> AttachmentsOut:
    """What was laid to a case: for the desk, services, the units that work on it and those above."""
    if not await _is_shown(connection, CaseId(case_id), caller, city):
        raise NoSuchAttachment
    return all_shown(await attachments(connection, CaseId(case_id)))


@ROUTES.get("/cases/{tracking_number}/attachments")
async def list_own_attachments(knock: Knocked, open_work: OpenWork) -> AttachmentsOut:
    """What the citizen laid to the case."""
    found: AttachmentsOut | None = None
    async with open_work() as work:
        case = await handlers.recognise(work, knock)
        if case is not None:
            found = all_shown(await attachments(work.connection, case.case_id))
    # A wrong code is counted in the work above, so it is refused only after that is committed.
    if found is None:
        raise NothingToFollow
    return found


@ROUTES.post("/attachments/{attachment_id}/links", status_code=201)
async def link_attachment(
    request: Request,
    attachment_id: FoundBy,
    caller: Known,
    open_work: OpenWork,
    equipped: Equipped,
    city: InCity,
    tracking_number: OwnNumber = None,
    access_code: OwnCode = None,
) -> LinkOut:
    """取件: a link to the content, for five minutes; by number and access code, or by role."""
    made: LinkOut | None = None
    knock: Knock | None = None
    if tracking_number is not None and access_code is not None:
        knock = await knock_of(request, tracking_number, access_code, caller, equipped)
    async with open_work() as work:
        one = await attachment(work.connection, AttachmentId(attachment_id))
        if knock is not None:
            case = await handlers.recognise(work, knock)
            is_seen = case is not None and one is not None and one.case_id == case.case_id
        elif caller is None:
            raise NotSignedIn
        else:
            is_seen = one is not None and await _is_shown(work.connection, one.case_id, caller, city)
        if is_seen:
            token, ends = work.links.token(AttachmentId(attachment_id), at=work.now)
            made = LinkOut(url=f"/v1/files/{token}", expires_at=ends)
    if made is None:
        raise NoSuchAttachment
    return made


async def _is_shown(connection: Reading, case_id: CaseId | None, caller: Caller, city: City) -> bool:
    """Whether a caller sees what is laid to a case; an upload without a case is nobody's to see."""
    if case_id is None:
        return False
    if caller.may(*CLERKS) or (caller.may(Role.SERVICE) and caller.kind == "service"):
        return True
    if not caller.may(Role.UNIT) or caller.unit is None:
        return False
    return may_see(await units_of(connection, case_id), caller.unit, city.units)
