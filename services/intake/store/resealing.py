"""换钥 at intake: what lies sealed under the vault's ring, counted by key, and sealed anew batch by batch.

Nothing remembers how far it came: whatever is not sealed with the writing key is still to be done, so a run
that was broken off is simply begun again. Rows are locked for one batch only; services go on beside it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.store.repository import IntakeWork
from services.intake.store.vault import KeyVault
from shared.kernel.ids import CaseId
from shared.sealing.ring import SealBroken
from shared.store.work import Store

AT_ONCE = 500
CODE = '"access_code":"'
"""Stands before the sealed code in a kept answer; what a citizen wrote has its quotes escaped there."""

COUNTS = f"""
SELECT key, sum(n)::bigint AS n FROM (
    SELECT split_part(sealed_name, '.', 1) AS key, count(*) AS n FROM contacts
    WHERE sealed_name IS NOT NULL GROUP BY 1
    UNION ALL
    SELECT split_part(sealed_phone, '.', 1), count(*) FROM contacts WHERE sealed_phone IS NOT NULL GROUP BY 1
    UNION ALL
    SELECT split_part(sealed_answer, '.', 1), count(*) FROM proposals
    WHERE sealed_answer IS NOT NULL GROUP BY 1
    UNION ALL
    SELECT split_part(split_part(convert_from(body, 'UTF8'), '{CODE}', 2), '.', 1), count(*) FROM idempotency
    WHERE position('{CODE}'::bytea in body) > 0 GROUP BY 1
) AS places GROUP BY key
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many values were sealed anew, and how many rows open under no key of the ring."""

    done: int = 0
    unreadable: int = 0


class Anew(Protocol):
    """One place where sealed values lie."""

    first: tuple[Any, ...]
    """Before the first row."""
    select: str
    """Rows after $1…, that are not all sealed with the next parameter, at most the one after, locked."""
    update: str

    def keyed(self, row: Any) -> tuple[Any, ...]:
        """The row's place in the order."""

    def sealed(self, vault: KeyVault, row: Any) -> tuple[Any, ...]:
        """The row's values sealed anew. Raises `SealBroken`."""


class _Contacts:
    first = (UUID(int=0),)
    select = """
    SELECT case_id, sealed_name, sealed_phone FROM contacts
    WHERE case_id > $1 AND (split_part(sealed_name, '.', 1) <> $2 OR split_part(sealed_phone, '.', 1) <> $2)
    ORDER BY case_id LIMIT $3 FOR UPDATE
    """
    update = """
    UPDATE contacts AS c SET sealed_name = u.name, sealed_phone = u.phone
    FROM unnest($1::uuid[], $2::text[], $3::text[]) AS u(case_id, name, phone) WHERE c.case_id = u.case_id
    """

    def keyed(self, row: Any) -> tuple[Any, ...]:
        return (row.case_id,)

    def sealed(self, vault: KeyVault, row: Any) -> tuple[Any, ...]:
        case_id = CaseId(row.case_id)
        name = vault.contact_anew(case_id, "name", row.sealed_name)
        return name, vault.contact_anew(case_id, "phone", row.sealed_phone)


class _Answers:
    first = (UUID(int=0),)
    select = """
    SELECT proposal_id, sealed_answer FROM proposals
    WHERE proposal_id > $1 AND split_part(sealed_answer, '.', 1) <> $2
    ORDER BY proposal_id LIMIT $3 FOR UPDATE
    """
    update = """
    UPDATE proposals AS p SET sealed_answer = u.sealed
    FROM unnest($1::uuid[], $2::text[]) AS u(proposal_id, sealed) WHERE p.proposal_id = u.proposal_id
    """

    def keyed(self, row: Any) -> tuple[Any, ...]:
        return (row.proposal_id,)

    def sealed(self, vault: KeyVault, row: Any) -> tuple[Any, ...]:
        return (vault.answer_anew(row.proposal_id, row.sealed_answer),)


class _KeptCodes:
    first = ("", "")
    select = f"""
    SELECT caller, key, body FROM idempotency
    WHERE (caller, key) > ($1, $2) AND position('{CODE}'::bytea in body) > 0
      AND position(convert_to('{CODE}' || $3::text || '.', 'UTF8') in body) = 0
    ORDER BY caller, key LIMIT $4 FOR UPDATE
    """
    update = """
    UPDATE idempotency AS i SET body = u.body
    FROM unnest($1::text[], $2::text[], $3::bytea[]) AS u(caller, key, body)
    WHERE (i.caller, i.key) = (u.caller, u.key)
    """

    def keyed(self, row: Any) -> tuple[Any, ...]:
        return row.caller, row.key

    def sealed(self, vault: KeyVault, row: Any) -> tuple[Any, ...]:
        kept = orjson.loads(row.body)
        anew = vault.code_anew(CaseId(UUID(kept["case_id"])), kept["access_code"])
        return (orjson.dumps({**kept, "access_code": anew}),)


PLACES: tuple[Anew, ...] = (_Contacts(), _Answers(), _KeptCodes())


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """How many values are sealed with each key. Reads every row: for operators, not for doors."""
    return {row.key: row.n for row in await connection.exec_driver_sql(COUNTS)}


async def reseal(
    store: Store[IntakeWork],
    *,
    at_once: int = AT_ONCE,
    tell: Callable[[Progress], None] = lambda _: None,
    stopped: Callable[[], bool] = lambda: False,
) -> Progress:
    """Seal with the writing key whatever is not, until all is or it is stopped between two batches."""
    total = Progress()
    for place in PLACES:
        after: tuple[Any, ...] | None = place.first
        while after is not None and not stopped():
            async with store.work() as work:
                after, made = await _batch(work, place, after, at_once)
            total = Progress(total.done + made.done, total.unreadable + made.unreadable)
            tell(total)
    return total


async def _batch(
    work: IntakeWork, place: Anew, after: tuple[Any, ...], at_once: int
) -> tuple[tuple[Any, ...] | None, Progress]:
    asked = (*after, work.vault.writing_key, at_once)
    rows: Sequence[Any] = (await work.connection.exec_driver_sql(place.select, asked)).all()
    anew = list(_sealed(work.vault, place, rows))
    if anew:
        columns = tuple(list(column) for column in zip(*(key + values for key, values in anew), strict=True))
        await work.connection.exec_driver_sql(place.update, columns)
    done = sum(value is not None for _, values in anew for value in values)
    made = Progress(done, len(rows) - len(anew))
    return place.keyed(rows[-1]) if len(rows) == at_once else None, made


def _sealed(
    vault: KeyVault, place: Anew, rows: Sequence[Any]
) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """Each row's key and new values; what opens under no key stays as it is, and is told."""
    for row in rows:
        try:
            yield place.keyed(row), place.sealed(vault, row)
        except SealBroken:
            continue
