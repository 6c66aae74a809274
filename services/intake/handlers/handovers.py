"""移交: photos that came with an incident are copied, so that neither side's clean-up touches the other's."""

from services.intake.domain.attachments import AttachmentId, Handover
from services.intake.ports import IntakeWork
from shared.files.media import Measured
from shared.files.objects import fresh_name
from shared.kernel.errors import Refusal, Unavailable
from shared.kernel.ids import CaseId, new_id
from shared.observability.logging import logger
from shared.observability.metrics import PHOTOS_LOST

COPIED_AT_ONCE = 1
"""The knock's session is silent while the store copies, and the database ends one that is silent for long:
twenty large photos in one knock were never done.
"""
_LOG = logger("jiesu.intake.handovers")


async def hand_over(work: IntakeWork, case_id: CaseId, origins: tuple[str, ...]) -> None:
    """Take down what is to be copied for a case, in the knock that registers it."""
    for origin in origins:
        one = Handover(AttachmentId(new_id()), case_id, origin, fresh_name(), work.now)
        work.handovers.note(one)


async def copy_photos(work: IntakeWork) -> int:
    """Lay copies of what was handed over to its cases; how many waited.

    The row is there before the copy and names it, so a crash between them is repaired the next time.
    """
    waiting = await work.handovers.waiting(COPIED_AT_ONCE)
    for one in waiting:
        # The case comes after it: nobody else's knock waits for a case while the store is slow.
        found = await _copied(work, one)
        await _lay(work, one, found)
    return len(waiting)


async def _copied(work: IntakeWork, one: Handover) -> Measured | None:
    """None: there is none to be had. Raises `ObjectsAway`, and then all of them wait."""
    try:
        return await work.objects.copy(one.origin, one.object_name)
    except Unavailable:
        raise
    except Refusal as refusal:
        PHOTOS_LOST.labels(refusal.reason).inc()
        _LOG.error("photo lost", case_id=str(one.case_id), origin=one.origin, reason=refusal.reason)
        return None


async def _lay(work: IntakeWork, one: Handover, found: Measured | None) -> None:
    case = await work.cases.get(one.case_id)
    if found is not None and case.anonymised_at is None:
        await work.attachments.add(one.attachment(found))
    else:
        await work.objects.remove(one.object_name)
    await work.handovers.forget(one.attachment_id)
