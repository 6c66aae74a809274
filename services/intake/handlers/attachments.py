"""附件: announce, store, settle; what nobody lays to a case is condemned, then removed."""

from services.intake.domain.attachments import (
    UNCLAIMED_FOR,
    Attach,
    Attachment,
    AttachmentId,
    check_all_claimed,
    check_room,
    check_waiting,
)
from services.intake.domain.model import Case
from services.intake.ports import IntakeWork
from shared.kernel.ids import CaseId

CONDEMNED_AT_ONCE = 200
REMOVED_AT_ONCE = 50


async def announce_upload(work: IntakeWork, cmd: Attach, *, by_citizen: bool = False) -> Attachment:
    """Write down that a file is on its way to the store, so that it is found if we end before it is there.
    Client apps send for many citizens, and have rates of their own. Raises `TooManyUploads`.
    """
    if by_citizen:
        check_waiting(await work.attachments.waiting(cmd.uploaded_by), at=work.now)
    attachment = Attachment(
        attachment_id=cmd.attachment_id,
        object_name=cmd.object_name,
        sha256=cmd.sha256,
        kind=cmd.kind,
        media_type=cmd.media_type,
        bytes=cmd.bytes,
        width=cmd.width,
        height=cmd.height,
        uploaded_by=cmd.uploaded_by,
        created_at=work.now,
    )
    await work.attachments.add(attachment)
    return attachment


async def settle_upload(work: IntakeWork, attachment_id: AttachmentId) -> None:
    """The file is in the store."""
    await work.attachments.settle(attachment_id)


async def claim_uploads(
    work: IntakeWork, wanted: tuple[AttachmentId, ...], case_id: CaseId, *, by: str
) -> None:
    """Lay a caller's uploads to a case. Raises `NoSuchUpload`."""
    if wanted:
        check_all_claimed(wanted, await work.attachments.claim(wanted, case_id, by=by))


async def add_uploads(work: IntakeWork, wanted: tuple[AttachmentId, ...], case: Case, *, by: str) -> None:
    """Lay more to a case that is loaded, and so locked: of many at once none slips by.

    Raises `CaseTakesNoFiles`, `TooManyAttachments`, `NoSuchUpload`.
    """
    if wanted:
        check_room(case, await work.attachments.laid(case.case_id), len(wanted))
        await claim_uploads(work, wanted, case.case_id, by=by)


async def abandon_uploads(work: IntakeWork, uploads: tuple[AttachmentId, ...]) -> None:
    """Do not wait for the case of these: what has none by now is removed with the next round."""
    await work.attachments.abandon(uploads)


async def condemn_uploads(work: IntakeWork) -> int:
    """Give up uploads whose case never came; how many."""
    return await work.attachments.condemn(before=work.now - UNCLAIMED_FOR, limit=CONDEMNED_AT_ONCE)


async def remove_uploads(work: IntakeWork) -> int:
    """Remove the condemned: object first, then row; a crash between them is repaired the next time."""
    condemned = await work.attachments.condemned(REMOVED_AT_ONCE)
    for one in condemned:
        await work.objects.remove(one.object_name)
        await work.attachments.forget(one.attachment_id)
    return len(condemned)
