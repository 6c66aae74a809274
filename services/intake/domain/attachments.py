"""附件: a picture or recording laid to a case. Here is what is known of it; its content lies elsewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType
from uuid import UUID

from services.intake.domain.file_errors import (
    CaseTakesNoFiles,
    NoSuchUpload,
    TooManyAttachments,
    TooManyUploads,
)
from services.intake.domain.model import ENDED, Case
from shared.city.units import Units
from shared.files.media import Measured, MediaKind
from shared.kernel.ids import CaseId, UnitCode

AttachmentId = NewType("AttachmentId", UUID)

MOST_PER_CASE = 10
"""Laid to it with one request."""
MOST_OF_A_CASE = 30
"""Of one case, with all that was added (ours)."""
UNCLAIMED_FOR = timedelta(hours=24)
"""So long an upload waits for its case."""
MOST_WAITING = 50
"""Of one citizen (ours): some cases' worth, and as many more as come at one moment. A day of as many as the
rate lets by would fill any store.
"""


class UploadState(StrEnum):
    """Where the content is on its way: a row is there before its object, and until after it."""

    ARRIVING = "arriving"
    KEPT = "kept"
    CONDEMNED = "condemned"
    """Nobody laid it to a case, or its case was anonymised; its object is removed, then the row."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """One upload, without its content; what its citizen called it is not kept."""

    attachment_id: AttachmentId
    object_name: str
    sha256: str
    kind: MediaKind
    media_type: str
    bytes: int
    width: int | None
    height: int | None
    uploaded_by: str
    created_at: datetime
    case_id: CaseId | None = None
    state: UploadState = UploadState.ARRIVING


@dataclass(frozen=True, slots=True)
class Waiting:
    """Uploads of one caller that no case was made of yet."""

    count: int
    since: datetime | None
    """The first of them."""


@dataclass(frozen=True, slots=True)
class Attach:
    """Take this cleaned file."""

    attachment_id: AttachmentId
    object_name: str
    sha256: str
    kind: MediaKind
    media_type: str
    bytes: int
    width: int | None
    height: int | None
    uploaded_by: str


@dataclass(frozen=True, slots=True)
class Handover:
    """移交: a photo that came with an incident. It lies in the store as grid's; the copy will be ours."""

    attachment_id: AttachmentId
    case_id: CaseId
    origin: str
    """Its name in the store with grid, who may remove it when grid likes."""
    object_name: str
    """The copy's."""
    handed_at: datetime

    def attachment(self, found: Measured) -> Attachment:
        """What it is, once it was copied; whose terminal sent it stays with grid."""
        return Attachment(
            attachment_id=self.attachment_id,
            object_name=self.object_name,
            sha256=found.sha256,
            kind=found.kind,
            media_type=found.media_type,
            bytes=found.bytes,
            width=found.width,
            height=found.height,
            uploaded_by="",
            created_at=self.handed_at,
            case_id=self.case_id,
            state=UploadState.KEPT,
        )


def may_see(at_work: Iterable[UnitCode], unit: UnitCode, units: Units) -> bool:
    """What was laid to a case is for the units that work on it, and those above them."""
    return any(units.oversees(unit, each) for each in at_work)


def check_waiting(waiting: Waiting, *, at: datetime) -> None:
    """Whether a citizen may upload one more. Raises `TooManyUploads`."""
    if waiting.count >= MOST_WAITING:
        raise TooManyUploads(MOST_WAITING, until=(waiting.since or at) + UNCLAIMED_FOR, at=at)


def check_room(case: Case, laid: int, more: int) -> None:
    """Whether a citizen may lay so many more to the case. Raises `CaseTakesNoFiles`, `TooManyAttachments`.

    Words that come too late are router's to refuse. Files would lie with a case that nobody looks at any
    more, or that was anonymised: then nobody would ever remove them.
    """
    if case.status in ENDED:
        raise CaseTakesNoFiles(case.status)
    if laid + more > MOST_OF_A_CASE:
        raise TooManyAttachments(MOST_OF_A_CASE)


def check_all_claimed(wanted: tuple[AttachmentId, ...], claimed: frozenset[AttachmentId]) -> None:
    """Refuse the first that could not be laid to the case, or that is named twice."""
    for number, one in enumerate(wanted):
        if one not in claimed or one in wanted[:number]:
            raise NoSuchUpload(f"attachments.{number}")
