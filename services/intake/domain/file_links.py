"""Links to files: an attachment's id and an end, signed. Whoever holds one may read that file for minutes."""

import base64
import hashlib
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from itsdangerous import BadSignature, Signer

from services.intake.domain.attachments import AttachmentId
from services.intake.domain.file_errors import LinkOver
from shared.files.errors import NoSuchFile

GOOD_FOR = timedelta(minutes=5)
SALT = b"jiesu.intake.file_link"
_SHAPE = struct.Struct(">16sQ")


@dataclass(frozen=True, slots=True)
class FileLinks:
    """Makes and reads links."""

    secret: bytes = field(repr=False)

    def token(self, attachment_id: AttachmentId, *, at: datetime) -> tuple[str, datetime]:
        """The signed part of a link, and when it is over."""
        # Whole seconds, as the token can say them.
        ends = (at + GOOD_FOR).replace(microsecond=0)
        told = _SHAPE.pack(attachment_id.bytes, int(ends.timestamp()))
        return self._signer.sign(base64.urlsafe_b64encode(told)).decode(), ends

    def read(self, token: str, *, at: datetime) -> AttachmentId:
        """The attachment a link is for. Raises `NoSuchFile`, `LinkOver`."""
        try:
            told = base64.urlsafe_b64decode(self._signer.unsign(token))
            attachment, ends = _SHAPE.unpack(told)
        except (BadSignature, ValueError, struct.error):
            raise NoSuchFile from None
        if at >= datetime.fromtimestamp(ends, UTC):
            raise LinkOver
        return AttachmentId(UUID(bytes=attachment))

    @property
    def _signer(self) -> Signer:
        return Signer(self.secret, salt=SALT, key_derivation="hmac", digest_method=hashlib.sha256)
