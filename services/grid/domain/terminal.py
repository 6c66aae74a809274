"""终端: a worker's device, from its one-time code to the day it is taken back. Of secrets only hashes."""

import hashlib
import hmac
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.kernel.ids import TerminalId, UnitCode


class TerminalState(StrEnum):
    """Where a terminal stands."""

    INVITED = "invited"
    """Its code was made and not used yet."""
    ENROLLED = "enrolled"
    REVOKED = "revoked"


class RevokeReason(StrEnum):
    """收回缘由: why a terminal was taken back."""

    LOST = "lost"
    REPLACED = "replaced"
    WORKER_LEFT = "worker_left"
    OTHER = "other"
    TOKEN_REUSED = "token_reused"
    """An old token turned up after its successor was used: somebody else holds a copy."""


def digest(secret: str) -> bytes:
    """Secrets of terminals are random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).digest()


@dataclass(frozen=True, slots=True)
class Secrets:
    """What a device is given at enrolment or refresh, made at the door and known there only."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    family: str = field(repr=False)
    """Stands in every refresh token of one enrolment: it tells an old token from a made-up one."""


@dataclass(frozen=True, slots=True)
class Terminal:
    """A device of one worker."""

    terminal_id: TerminalId
    worker: str
    """Whom it was made for; stays with grid."""
    unit: UnitCode
    name: str
    """What the unit calls it."""
    made_at: datetime
    made_by: str
    code_sha256: bytes = field(repr=False)
    code_until: datetime
    state: TerminalState = TerminalState.INVITED
    enrolled_at: datetime | None = None
    family_sha256: bytes | None = field(default=None, repr=False)
    access_sha256: bytes | None = field(default=None, repr=False)
    access_until: datetime | None = None
    refresh_sha256: bytes | None = field(default=None, repr=False)
    refresh_until: datetime | None = None
    spare_sha256: bytes | None = field(default=None, repr=False)
    """The refresh token before, good until its successor is used: the answer with that one may be lost."""
    replaced_sha256: bytes | None = field(default=None, repr=False)
    """The spare before, which is over: a late copy of the request that used it is no theft."""
    replaced_at: datetime | None = None
    seen_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None
    revoke_reason: RevokeReason | None = None
    wipe: bool = False
    """Lost: the device is told to forget everything when it asks next."""
    last_sequence: int = 0
    """Of what it did: the number of the last thing that was answered for good."""
    version: int = 0

    def knows_access(self, secret: str) -> bool:
        """Whether this is its access token's secret."""
        return _same(secret, self.access_sha256)

    def knows_family(self, secret: str) -> bool:
        """Whether a refresh token was ever one of this enrolment's."""
        return _same(secret, self.family_sha256)

    def knows_refresh(self, secret: str) -> bool:
        """Whether this refresh token may still be used."""
        return _same(secret, self.refresh_sha256) or _same(secret, self.spare_sha256)

    def knows_replaced(self, secret: str) -> bool:
        """Whether this refresh token is the last one that is over."""
        return _same(secret, self.replaced_sha256)


def _same(secret: str, kept: bytes | None) -> bool:
    return kept is not None and hmac.compare_digest(digest(secret), kept)
