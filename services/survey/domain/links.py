"""The citizen's link: a callback's id, signed, so that nobody can make one up.

What the link may still do (14 days, once) stands in the round itself, not in the link.
"""

import base64
from dataclasses import dataclass
from uuid import UUID

from itsdangerous import BadSignature, Signer

from services.survey.domain.errors import UnknownLink
from shared.kernel.ids import CallbackId

SALT = b"jiesu.survey.link"
SHOWN = b"jiesu.survey.questionnaire"
"""Signed too: what a citizen's browser sends back goes on the bus, where nobody shall write what he likes."""


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads links."""

    secret: bytes
    public_url: str

    def token(self, callback_id: CallbackId) -> str:
        """The signed part of a link: 50 characters that fit into a text message."""
        return self._signer.sign(base64.urlsafe_b64encode(callback_id.bytes).rstrip(b"=")).decode()

    def url(self, callback_id: CallbackId) -> str:
        """The whole address."""
        return f"{self.public_url}/links/{self.token(callback_id)}"

    def read(self, token: str) -> CallbackId:
        """The callback a link is for. Raises `UnknownLink`."""
        try:
            return CallbackId(UUID(bytes=base64.urlsafe_b64decode(self._signer.unsign(token) + b"==")))
        except (BadSignature, ValueError):
            raise UnknownLink from None

    def shown(self, version: str) -> str:
        """The version of a questionnaire as a form carries it and brings it back."""
        return Signer(self.secret, salt=SHOWN).sign(version.encode()).decode()

    def version_in(self, shown: str) -> str | None:
        """The version that somebody was shown; None for what no form of ours carried."""
        try:
            return Signer(self.secret, salt=SHOWN).unsign(shown).decode()
        except (BadSignature, ValueError):
            return None

    @property
    def _signer(self) -> Signer:
        return Signer(self.secret, salt=SALT)
