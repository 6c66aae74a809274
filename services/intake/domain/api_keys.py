"""接入密钥: which client apps may report, and how keys are replaced, one beside the other for a while."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from services.intake.domain.errors import ExpiresInThePast, TwoKeysActive

MOST_ACTIVE = 2
"""Keys of one client that are good at one time: the old one and its successor."""


@dataclass(frozen=True, slots=True)
class ClientKey:
    """A key of a client app; of its secret only a hash, kept elsewhere."""

    id: str
    name: str
    """The client: what its requests are counted and written down under."""
    scopes: tuple[str, ...]
    rate_per_minute: int | None
    created_at: datetime
    made_by: str
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    revoked_by: str | None = None

    def is_active(self, *, at: datetime) -> bool:
        """Whether it opens the door."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


@dataclass(frozen=True, slots=True)
class IssueKey:
    """Give a client a key; its text was made at the door and is known there only."""

    id: str
    secret_sha256: bytes = field(repr=False)
    name: str
    scopes: frozenset[str]
    expires_at: datetime | None
    rate_per_minute: int | None
    by: str


@dataclass(frozen=True, slots=True)
class RevokeKey:
    """Take a key back."""

    id: str
    by: str


def issue(cmd: IssueKey, others: Sequence[ClientKey], *, at: datetime) -> ClientKey:
    """The new key, if the client does not hold two already. `others` are the client's, in whichever state."""
    if cmd.expires_at is not None and cmd.expires_at <= at:
        raise ExpiresInThePast
    if sum(key.is_active(at=at) for key in others) >= MOST_ACTIVE:
        raise TwoKeysActive(cmd.name)
    scopes = tuple(sorted(cmd.scopes))
    return ClientKey(cmd.id, cmd.name, scopes, cmd.rate_per_minute, at, cmd.by, cmd.expires_at)
