"""What only survey is told."""

from pathlib import Path
from typing import Annotated

from shared.kernel.settings import NoneIfEmpty, ServiceSettings, WebAddress, WrongSetting

SHORTEST = 32
"""Bytes of a secret: as long as the digest of HMAC-SHA-256 that is made with it."""


class WeakKey(WrongSetting):
    """A secret that could be guessed; survey does not start with it."""

    def __init__(self, path: Path, length: int) -> None:
        super().__init__(f"{path.name} holds {length} bytes, and a secret has at least {SHORTEST}: {path}")


def secret_in(path: Path) -> bytes:
    """The secret in a file. Raises `WeakKey`."""
    secret = path.read_bytes()
    if len(secret) < SHORTEST:
        raise WeakKey(path, len(secret))
    return secret


class SurveySettings(ServiceSettings):
    """回访: the way to the message gateway, and the keys that links and passes are signed with."""

    public_url: WebAddress = "http://127.0.0.1:8104"
    """What the citizens' links begin with."""
    message_gateway_url: Annotated[WebAddress | None, NoneIfEmpty] = None
    """Where messages are handed over; without it they are shown on survey's own page."""

    @property
    def service_key(self) -> Path:
        """Ed25519 private key (PEM) that signs survey's own short tokens; the JWKS has its public half."""
        return self.keys / "survey.pem"

    @property
    def link_key(self) -> Path:
        """At least 32 random bytes that sign the citizens' links."""
        return self.keys / "link.key"

    @property
    def gateway_key(self) -> Path:
        """At least 32 bytes that survey and the message gateway sign with, for each other."""
        return self.keys / "gateway.key"

    @property
    def case_pass_key(self) -> Path:
        """Secret of the passes that intake makes for whoever follows a case."""
        return self.keys / "case-pass.key"
