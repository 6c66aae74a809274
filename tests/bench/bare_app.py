"""The reference: FastAPI as small as it can be with a durable answer — no auth, no keys, no vault, no door.

A body is validated, its row and an outbox row are written; the rows of all requests that wait at that moment
go in with one statement and one commit. Or, to compare, one statement for each request.
"""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg
import orjson
import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict, Field

from shared.kernel.ids import new_id

TABLES = """
CREATE TABLE IF NOT EXISTS cases (
    id uuid PRIMARY KEY, channel text NOT NULL, kind text NOT NULL, text text NOT NULL,
    name text, phone text, registered_at timestamptz NOT NULL);
CREATE TABLE IF NOT EXISTS outbox (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, id uuid NOT NULL, payload json NOT NULL)
"""
WRITE = """
WITH said AS (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                         $7::timestamptz[], $8::text[])
    AS u(id, channel, kind, text, name, phone, registered_at, payload)
), kept AS (
    INSERT INTO cases SELECT id, channel, kind, text, name, phone, registered_at FROM said
)
INSERT INTO outbox (id, payload) SELECT id, payload::json FROM said
"""
MOST = 500


class Contact(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str | None = Field(None, max_length=100)
    phone: str | None = Field(None, max_length=40)
    confidential: bool = False


class Wish(BaseModel):
    model_config = ConfigDict(extra="forbid")
    channel: Literal["app", "hotline"]
    kind: Literal["complaint", "advice", "consultation"]
    text: str = Field(min_length=1, max_length=4000)
    contact: Contact | None = None


class Receipt(BaseModel):
    case_id: UUID


Row = tuple[Any, ...]


def row_of(wish: Wish) -> Row:
    case_id, contact = new_id(), wish.contact or Contact()
    payload = orjson.dumps({"case_id": case_id, "channel": wish.channel, "kind": wish.kind}).decode()
    return (
        case_id,
        wish.channel,
        wish.kind,
        wish.text,
        contact.name,
        contact.phone,
        datetime.now(UTC),
        payload,
    )


class Desk:
    """Writes the rows that wait, all at once, again and again."""

    def __init__(self, pool: "asyncpg.Pool") -> None:
        self._pool = pool
        self._waiting: list[tuple[Row, asyncio.Future[None]]] = []
        self._come = asyncio.Event()

    async def keep(self, row: Row) -> None:
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((row, kept))
        self._come.set()
        await kept

    async def keep_alone(self, row: Row) -> None:
        await self._pool.execute(WRITE, *([value] for value in row))

    async def run(self) -> None:
        async with self._pool.acquire() as connection:
            while True:
                await self._come.wait()
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                if not self._waiting:
                    self._come.clear()
                columns = zip(*(row for row, _ in batch), strict=True)
                await connection.execute(WRITE, *map(list, columns))
                for _, kept in batch:
                    if not kept.done():
                        kept.set_result(None)


@contextlib.asynccontextmanager
async def living(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(os.environ["BARE_DSN"], min_size=8, max_size=8) as pool:
        await pool.execute(TABLES)
        app.state.desk = Desk(pool)
        running = asyncio.create_task(app.state.desk.run())
        yield
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


def bare() -> FastAPI:
    app = FastAPI(lifespan=living)

    @app.get("/health/ready")
    async def ready() -> dict[str, bool]:
        return {"ready": True}

    @app.post("/grouped", status_code=201)
    async def grouped(wish: Wish) -> Receipt:
        row = row_of(wish)
        await app.state.desk.keep(row)
        return Receipt(case_id=row[0])

    @app.post("/single", status_code=201)
    async def single(wish: Wish) -> Receipt:
        row = row_of(wish)
        await app.state.desk.keep_alone(row)
        return Receipt(case_id=row[0])

    return app


if __name__ == "__main__":
    uvicorn.run(bare(), host="127.0.0.1", port=int(sys.argv[1]), log_level="warning", access_log=False)
