"""Given answers, as rows: what `idempotency` keeps, in a form that a group commit can batch.

`write` takes one row or many in one statement and says which were new; the others are found with `read`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.store import driver
from shared.store.bulk import Insert

UNDER_WAY = 0
"""The status of a claim: its transaction has not come to an answer yet. Never seen committed."""

WRITE = """
INSERT INTO idempotency (caller, key, fingerprint, status, headers, body)
SELECT u.caller, u.key, u.fingerprint, u.status, u.headers::json, u.body
FROM unnest($1::text[], $2::text[], $3::bytea[], $4::int[], $5::text[], $6::bytea[])
     AS u(caller, key, fingerprint, status, headers, body)
ON CONFLICT DO NOTHING RETURNING caller, key
"""

READ = """
SELECT i.caller, i.key, i.fingerprint, i.status, i.headers, i.body
FROM idempotency AS i JOIN unnest($1::text[], $2::text[]) AS u(caller, key) USING (caller, key)
"""

COMPLETE = """
UPDATE idempotency SET status = $3, headers = $4::text::json, body = $5 WHERE caller = $1 AND key = $2
"""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered to one caller's key."""

    caller: str
    key: str
    fingerprint: bytes
    status: int = UNDER_WAY
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""

    @property
    def pair(self) -> tuple[str, str]:
        return self.caller, self.key


def gate(table: Table, row: Answer) -> Insert:
    """The answer as the row that lets a work pass only once (`Store.add`)."""
    values = {
        "caller": row.caller,
        "key": row.key,
        "fingerprint": row.fingerprint,
        "status": row.status,
        "headers": _written(row.headers),
        "body": row.body,
    }
    return Insert(table, [values])


async def write(connection: AsyncConnection, rows: Sequence[Answer]) -> set[tuple[str, str]]:
    """Keep answers (or claims); the pairs that were not there. Waits for whoever is writing the same pair.

    Rows go in by order of their pairs, so that two batches with the same keys wait instead of deadlocking.
    Of two rows with the same pair in one batch the first is kept: tell them apart before.
    """
    ordered = sorted(rows, key=lambda row: row.pair)
    columns: tuple[list[Any], ...] = (
        [row.caller for row in ordered],
        [row.key for row in ordered],
        [row.fingerprint for row in ordered],
        [row.status for row in ordered],
        [_written(row.headers) for row in ordered],
        [row.body for row in ordered],
    )
    return {(caller, key) for caller, key in await driver.fetch(connection, WRITE, columns)}


async def read(
    connection: AsyncConnection, pairs: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Answer]:
    """The answers kept for these pairs of caller and key."""
    wanted = list(pairs)
    arrays = ([caller for caller, _ in wanted], [key for _, key in wanted])
    answers = (_of_row(row) for row in await driver.fetch(connection, READ, arrays))
    return {answer.pair: answer for answer in answers}


async def complete(connection: AsyncConnection, answer: Answer) -> None:
    """Put the answer into the claim made earlier in this transaction."""
    values = (answer.caller, answer.key, answer.status, _written(answer.headers), answer.body)
    await driver.execute(connection, COMPLETE, values)


def _of_row(row: Any) -> Answer:
    caller, key, fingerprint, status, headers, body = row
    return Answer(caller, key, fingerprint, status, _parsed(headers), body)


def _written(headers: tuple[tuple[str, str], ...]) -> str:
    return orjson.dumps(headers).decode()


def _parsed(headers: Any) -> tuple[tuple[str, str], ...]:
    """Driver SQL bypasses the column's type, so JSON may arrive as text or parsed."""
    pairs = orjson.loads(headers) if isinstance(headers, str | bytes) else headers
    return tuple((str(name), str(value)) for name, value in pairs)
