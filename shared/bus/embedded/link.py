"""The engine's own few connections, and what their errors mean on the bus."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg

from shared.bus.port import BusBusy
from shared.store.engine import ABANDONED

_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,  # type: ignore[attr-defined]
    # What a connection says between the server's death and the moment it notices.
    asyncpg.InternalClientError,  # type: ignore[attr-defined]
)
_NOT_NOW = (
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,
)


class Link:
    """A pool that connects on first use."""

    def __init__(self, dsn: str, *, connections: int) -> None:
        self._dsn = dsn
        self._connections = connections
        self._opening = asyncio.Lock()
        self._pool: Any = None

    @contextlib.asynccontextmanager
    async def connection(self) -> AsyncIterator[Any]:
        """A connection. Raises `BusBusy` for whatever passes by itself."""
        try:
            pool = await self._opened()
            async with pool.acquire(timeout=5) as connection:
                yield connection
        except (*_AWAY, *_NOT_NOW) as error:
            raise BusBusy(f"{type(error).__name__}: {error}") from error

    async def close(self) -> None:
        """Close what is open, waiting no longer than a moment for those that work."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            try:
                await asyncio.wait_for(pool.close(), 2)
            except (*_AWAY, *_NOT_NOW):
                pool.terminate()

    async def _opened(self) -> Any:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(  # type: ignore[no-untyped-call]
                    self._dsn,
                    min_size=0,
                    max_size=self._connections,
                    timeout=5,
                    command_timeout=15,
                    server_settings={
                        "application_name": "jiesu bus",
                        "timezone": "UTC",
                        "jit": "off",
                        "idle_in_transaction_session_timeout": f"{int(ABANDONED * 1000)}",
                    },
                )
            return self._pool
