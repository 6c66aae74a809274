"""API keys of client apps: what is kept of them, and the making of one."""

from datetime import datetime

from sqlalchemy import exists, insert, or_, select

from services.intake.store.repository import IntakeWork
from services.intake.store.tables import API_KEYS
from shared.http.api_keys import make_api_key
from shared.http.callers import ApiKey
from shared.store.work import Store

KEPT = API_KEYS.c.id, API_KEYS.c.secret_sha256, API_KEYS.c.name, API_KEYS.c.scopes, API_KEYS.c.expires_at


class ApiKeyShelf:
    """Where the door looks a client's key up."""

    def __init__(self, store: Store[IntakeWork]) -> None:
        self._store = store

    async def find(self, key_id: str) -> ApiKey | None:
        """The key, also when it is over; None when there is none or it was revoked."""
        asked = select(*KEPT).where(API_KEYS.c.id == key_id, API_KEYS.c.revoked_at.is_(None))
        async with self._store.read() as connection:
            row = (await connection.execute(asked)).one_or_none()
        return ApiKey(row[0], row[1], row[2], frozenset(row[3]), row[4]) if row else None


async def issue(work: IntakeWork, name: str, scopes: frozenset[str], *, expires_at: datetime | None) -> str:
    """Make a key for a client; its text is answered once and kept nowhere."""
    text, kept = make_api_key(name, scopes=scopes, expires_at=expires_at)
    await work.connection.execute(
        insert(API_KEYS).values(
            id=kept.key_id,
            secret_sha256=kept.secret_sha256,
            name=name,
            scopes=sorted(scopes),
            created_at=work.now,
            expires_at=expires_at,
        )
    )
    return text


async def has_key(work: IntakeWork, name: str) -> bool:
    """Whether a client of this name holds a key that is good now."""
    good = (
        API_KEYS.c.name == name,
        API_KEYS.c.revoked_at.is_(None),
        or_(API_KEYS.c.expires_at.is_(None), API_KEYS.c.expires_at > work.now),
    )
    return bool((await work.connection.execute(select(exists().where(*good)))).scalar_one())
