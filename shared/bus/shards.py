"""Which shards of an outbox are ours: session-level advisory locks, divided evenly among the living."""

import math
from typing import Any
from zlib import crc32

from sqlalchemy.ext.asyncio import AsyncEngine

PRESENT = -1
"""Every relay holds this number of its service's locks shared: counting its holders counts the relays."""

ENTER = "SELECT pg_advisory_lock_shared($1, $2)"
LIVING = """
SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid::bigint = $1 AND objid::bigint = $2
"""
TAKE = "SELECT pg_try_advisory_lock($1, $2)"
GIVE = "SELECT pg_advisory_unlock($1, $2)"


def dsn_of(engine: AsyncEngine) -> str:
    """The plain address of an engine, for a connection of one's own beside its pool."""
    return engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def fair_share(shards: int, relays: int) -> int:
    """The most that one relay may own."""
    return math.ceil(shards / max(1, relays))


class Shards:
    """The shards one connection owns."""

    def __init__(self, connection: Any, service: str, count: int) -> None:
        self._connection = connection
        self._space = crc32(f"relay {service}".encode()) - 2**31
        self._count = count
        self.owned: set[int] = set()

    async def enter(self) -> None:
        """Be counted."""
        await self._connection.execute(ENTER, self._space, PRESENT)

    async def rebalance(self) -> None:
        """Give up what is more than our share, take what is free up to it. Never called while sending."""
        # pg_locks shows the two halves as unsigned.
        living = await self._connection.fetchval(LIVING, self._space % 2**32, PRESENT % 2**32)
        share = fair_share(self._count, living)
        while len(self.owned) > share:
            shard = self.owned.pop()
            await self._connection.execute(GIVE, self._space, shard)
        for shard in range(self._count):
            if len(self.owned) >= share:
                return
            if shard not in self.owned and await self._connection.fetchval(TAKE, self._space, shard):
                self.owned.add(shard)
