"""The engine: SQLAlchemy on asyncpg, orjson for JSON columns, bounded waits everywhere."""

from typing import Any

import orjson
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

POOL_WAIT = 5.0
"""Seconds a request waits for a connection before it is told to come back."""
CONNECTED_WITHIN = 5.0
"""Seconds for a new session to the database."""
PATIENCE = 30.0
"""Seconds a statement may take; the database may have stopped without a word."""
ABANDONED = 30.0
"""Seconds without a word after which the server ends a transaction. Who was stopped in its middle, or lost
its network, would hold its locks for ever, and whoever has its work now would wait for them."""


def make_engine(dsn: str, *, pool: int, application_name: str) -> AsyncEngine:
    """An engine that connects on first use. `dsn` is a plain `postgresql://` one."""
    settings = {
        "application_name": application_name,
        "timezone": "UTC",
        "lock_timeout": "10s",
        "idle_in_transaction_session_timeout": f"{int(ABANDONED * 1000)}",
        "jit": "off",
    }
    return create_async_engine(
        make_url(dsn).set(drivername="postgresql+asyncpg"),
        pool_size=pool,
        max_overflow=0,
        pool_timeout=POOL_WAIT,
        # An error's text reaches logs and dead letters; its parameters might be a name or a phone number.
        hide_parameters=True,
        json_serializer=_dump,
        json_deserializer=orjson.loads,
        connect_args={
            "server_settings": settings,
            "timeout": CONNECTED_WITHIN,
            "command_timeout": PATIENCE,
        },
    )


def _dump(value: Any) -> str:
    return orjson.dumps(value).decode()
