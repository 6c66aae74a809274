"""凭证: a short pass to one case, made by the service that knows its citizen, read by the one that asks him.

Both hold the same secret. The pass names the case and an end, so that no service need call the other.
"""

import base64
import hashlib
import struct
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from itsdangerous import BadSignature, Signer

from shared.kernel.errors import Gone, NotFound
from shared.kernel.ids import CaseId

GOOD_FOR = timedelta(hours=1)
SALT = b"jiesu.case_pass"
_SHAPE = struct.Struct(">16sQ")


class UnknownPass(NotFound):
    def __init__(self) -> None:
        super().__init__("this pass is not one of ours")


class PassOver(Gone):
    def __init__(self) -> None:
        super().__init__("this pass is over; look the case up again for a new one")


@dataclass(frozen=True, slots=True)
class CasePasses:
    """Makes and reads passes."""

    secret: bytes = field(repr=False)

    def make(self, case_id: CaseId, *, at: datetime) -> str:
        """A pass to this case for an hour."""
        told = _SHAPE.pack(case_id.bytes, int((at + GOOD_FOR).timestamp()))
        return self._signer.sign(base64.urlsafe_b64encode(told).rstrip(b"=")).decode()

    def read(self, text: str, *, at: datetime) -> CaseId:
        """The case a pass is to. Raises `UnknownPass`, `PassOver`."""
        try:
            told = base64.urlsafe_b64decode(self._signer.unsign(text) + b"==")
            case, ends = _SHAPE.unpack(told)
        except (BadSignature, ValueError, struct.error):
            raise UnknownPass from None
        if at >= datetime.fromtimestamp(ends, UTC):
            raise PassOver
        return CaseId(UUID(bytes=case))

    @property
    def _signer(self) -> Signer:
        return Signer(self.secret, salt=SALT, key_derivation="hmac", digest_method=hashlib.sha256)
