"""Keys of client apps as rows: kept, taken back, listed. The hash of a secret goes in and never comes out."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.api_keys import ClientKey
from services.intake.store.tables import API_KEYS
from shared.store.locks import lock_names
from shared.store.shape import Shape

KEYS = Shape(ClientKey, API_KEYS)
SHOWN = tuple(API_KEYS.c[name] for name in KEYS.names)
AGE = tuple_(API_KEYS.c.created_at, API_KEYS.c.id)


class ClientKeyRows:
    """Keys given and taken back in one knock."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def of(self, name: str) -> Sequence[ClientKey]:
        # Two makers for one client wait for each other: both would count one key and make a third.
        await lock_names(self._connection, [f"api_keys:{name}"])
        return await _read(self._connection, select(*SHOWN).where(API_KEYS.c.name == name))

    async def keep(self, key: ClientKey, secret_sha256: bytes) -> None:
        row = {**asdict(key), "scopes": list(key.scopes), "secret_sha256": secret_sha256}
        await self._connection.execute(insert(API_KEYS).values(row))

    async def revoke(self, key_id: str, *, by: str, at: datetime) -> bool:
        known = select(API_KEYS.c.revoked_at).where(API_KEYS.c.id == key_id).with_for_update()
        row = (await self._connection.execute(known)).one_or_none()
        if row is not None and row.revoked_at is None:
            change = update(API_KEYS).where(API_KEYS.c.id == key_id)
            await self._connection.execute(change.values(revoked_at=at, revoked_by=by))
        return row is not None


async def keys(
    connection: AsyncConnection, *, name: str | None, after: tuple[datetime, str] | None, limit: int
) -> Sequence[ClientKey]:
    """Keys, the newest first, also those that are over."""
    asked = select(*SHOWN).order_by(API_KEYS.c.created_at.desc(), API_KEYS.c.id.desc()).limit(limit)
    if name is not None:
        asked = asked.where(API_KEYS.c.name == name)
    if after is not None:
        asked = asked.where(after > AGE)
    return await _read(connection, asked)


async def _read(connection: AsyncConnection, asked: Any) -> list[ClientKey]:
    rows = (await connection.execute(asked)).mappings()
    return [KEYS.from_row(row) for row in rows]
