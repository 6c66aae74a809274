"""From a file that was weighed to the command that takes it."""

from services.intake.domain.attachments import Attach, AttachmentId
from shared.files.objects import fresh_name
from shared.files.weighing import Weighed
from shared.kernel.ids import new_id


def attach(weighed: Weighed, *, by: str) -> Attach:
    """The command to take it."""
    cleaned = weighed.cleaned
    return Attach(
        attachment_id=AttachmentId(new_id()),
        object_name=fresh_name(),
        sha256=weighed.sha256,
        kind=cleaned.kind,
        media_type=cleaned.media_type,
        bytes=weighed.size,
        width=cleaned.width,
        height=cleaned.height,
        uploaded_by=by,
    )
