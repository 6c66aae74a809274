"""Wire shapes of attachments."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import Field

from services.intake.domain.attachments import Attachment
from shared.files.media import MediaKind
from shared.http.wire import Wire


class AttachmentOut(Wire):
    """What is known of an attachment."""

    attachment_id: UUID
    kind: MediaKind
    media_type: str = Field(description="Found by content.")
    bytes: int = Field(description="As stored, without metadata.")
    width: int | None = Field(description="Pixels, as the picture is looked at; pictures only.")
    height: int | None
    sha256: str = Field(description="Of the content as stored.")
    created_at: datetime


class AttachmentsOut(Wire):
    """The attachments of one case."""

    items: list[AttachmentOut]


class LinkOut(Wire):
    """A link to the content: whoever holds it may read it until it is over."""

    url: str = Field(description="A path at this service.")
    expires_at: datetime


def shown(one: Attachment) -> AttachmentOut:
    """One attachment as it is told."""
    return AttachmentOut(
        attachment_id=one.attachment_id,
        kind=one.kind,
        media_type=one.media_type,
        bytes=one.bytes,
        width=one.width,
        height=one.height,
        sha256=one.sha256,
        created_at=one.created_at,
    )


def all_shown(found: Sequence[Attachment]) -> AttachmentsOut:
    return AttachmentsOut(items=[shown(one) for one in found])
