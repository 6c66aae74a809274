"""API keys of client apps, as the door looks them up; and the making of one from the command line."""

from datetime import datetime

from sqlalchemy import exists, or_, select

from services.intake.domain.api_keys import ClientKey
from services.intake.store.repository import IntakeWork
from services.intake.store.tables import API_KEYS
from shared.http.api_keys import make_api_key
from shared.http.callers import ApiKey
from shared.store.work import Store

COMMAND_LINE = "command line"
KEPT = tuple(
    API_KEYS.c[name]
    for name in ("id", "secret_sha256", "name", "scopes", "expires_at", "revoked_at", "rate_per_minute")
)


class ApiKeyShelf:
    """Where the door looks a client's key up."""

    def __init__(self, store: Store[IntakeWork]) -> None:
        self._store = store

    async def find(self, key_id: str) -> ApiKey | None:
        """The key, also when it is over or revoked; None when there never was one."""
        async with self._store.read() as connection:
            row = (await connection.execute(select(*KEPT).where(API_KEYS.c.id == key_id))).one_or_none()
        return ApiKey(row[0], row[1], row[2], frozenset(row[3]), *row[4:]) if row else None


async def issue(
    work: IntakeWork,
    name: str,
    scopes: frozenset[str],
    *,
    expires_at: datetime | None,
    rate: int | None = None,
) -> str:
    """Make a key for a client; its text is answered once and kept nowhere."""
    text, kept = make_api_key(name, scopes=scopes, expires_at=expires_at)
    key = ClientKey(kept.key_id, name, tuple(sorted(scopes)), rate, work.now, COMMAND_LINE, expires_at)
    await work.api_keys.keep(key, kept.secret_sha256)
    return text


async def has_key(work: IntakeWork, name: str) -> bool:
    """Whether a client of this name holds a key that is good now."""
    good = (
        API_KEYS.c.name == name,
        API_KEYS.c.revoked_at.is_(None),
        or_(API_KEYS.c.expires_at.is_(None), API_KEYS.c.expires_at > work.now),
    )
    return bool((await work.connection.execute(select(exists().where(*good)))).scalar_one())
