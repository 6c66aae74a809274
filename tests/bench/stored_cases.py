"""Years of cases, filled in by COPY: cases, contacts, kept answers, logged facts and lines of timelines.

They lie as they would after so many registrations: ids and days in order, numbers, keys and phones at random.
"""

import random
import time
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import asyncpg

from tests.bench.options import say

AT_ONCE = 50_000
"""Cases of one COPY: what is said of progress, and what is lost when it is interrupted."""
YEARS = timedelta(days=400)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
HASH = "Zk3v0nq9T1yXo7eWmC5uJr8sLd2fHbAgKpQtVxYzUiE"
SEALED_WORDS = "1." + "QmVpamluZzEyMzQ1U2VhbGVkV29yZHNPZkFDaXRpemVu" * 7
SEALED_NAME, SEALED_PHONE = "1." + "U2VhbGVk" * 6, "1." + "UGhvbmVz" * 7
ANSWER_HEADERS = '[["content-type","application/json"],["location","/v1/cases/BJ250101-AAAAAAAA-0"]]'


@dataclass(frozen=True, slots=True)
class Stored:
    """One case to be filled in."""

    id: str
    at: str
    recorded_at: str
    number: str
    noise: str


def made(count: int, *, now: datetime, seed: int = 7) -> Iterator[Stored]:
    """So many cases, the oldest first; the same ones each time but for the days."""
    chance, first = random.Random(seed), now - YEARS
    month = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    for place in range(count):
        at = first + YEARS * (place / count)
        recorded_at = month + (now - month) * (place / count)
        noise = f"{chance.getrandbits(128):032x}"
        digits = f"{int(at.timestamp() * 1000):012x}7{noise[:3]}8{noise[3:18]}"
        number = "".join(ALPHABET[int(pair, 16) & 31] for pair in (noise[p : p + 2] for p in range(0, 18, 2)))
        yield Stored(
            id=f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}",
            at=at.isoformat(),
            recorded_at=recorded_at.isoformat(),
            number=f"BJ{at:%y%m%d}-{number[:8]}-{number[8]}",
            noise=noise,
        )


def _case(one: Stored) -> str:
    words = f"{one.id}\t{one.number}\t{HASH}\tapp\tcomplaint\tgroup_rental\t{SEALED_WORDS}"
    return f"{words}\tt\tf\tf\tf\t\\N\t{one.at}\tclosed\t{one.at}\t110115009\t{one.at}\t9\t1\n"


def _contact(one: Stored) -> str:
    return f"{one.id}\t{SEALED_NAME}\t{SEALED_PHONE}\t{one.noise}{HASH[:11]}\tf\t{one.at}\n"


def _answer(one: Stored) -> str:
    body = f'{{"case_id":"{one.id}","tracking_number":"{one.number}","access_code":"{SEALED_NAME}"}}'
    digest, answer = one.noise * 2, body.encode().hex()
    return f"client:app\t{one.noise}\t\\\\x{digest}\t201\t{ANSWER_HEADERS}\t\\\\x{answer}\t{one.at}\n"


def _fact(one: Stored) -> str:
    payload = f'{{"case_id":"{one.id}","channel":"app","kind":"complaint","sealed_words":"{SEALED_WORDS}"}}'
    ids = f"{one.recorded_at}\t{one.id}\tjiesu.case\t{one.id}\tcase\t{one.id}\tjiesu.case.registered.v1"
    trace = f"00-{one.noise}-{one.noise[:16]}-01"
    return f"{ids}\t1\t{one.at}\tintake\t{one.id}\t{one.id}\t{trace}\t{payload}\n"


def _line(one: Stored) -> str:
    return f"{one.id}\t{one.id}\t{one.at}\tregistered\n"


TABLES: tuple[tuple[str, tuple[str, ...], Callable[[Stored], str]], ...] = (
    (
        "cases",
        (
            *("case_id", "tracking_number", "access_hash", "channel", "kind", "category", "sealed_words"),
            *("has_phone", "confidential", "anonymous", "proactive", "linked_case_id", "registered_at"),
            *("status", "status_at", "unit", "promised_at", "router_sequence", "version"),
        ),
        _case,
    ),
    (
        "contacts",
        ("case_id", "sealed_name", "sealed_phone", "phone_index", "confidential", "created_at"),
        _contact,
    ),
    ("idempotency", ("caller", "key", "fingerprint", "status", "headers", "body", "created_at"), _answer),
    (
        "event_log",
        (
            *("recorded_at", "id", "topic", "key", "aggregatetype", "aggregateid", "type", "sequence"),
            *("time", "source", "causation_id", "correlation_id", "traceparent", "payload"),
        ),
        _fact,
    ),
    ("timeline", ("event_id", "case_id", "at", "code"), _line),
)


async def fill(dsn: str, count: int) -> dict[str, Any]:
    """Put the cases into intake's tables of this database and let Postgres look at them."""
    writing, began = await asyncpg.connect(dsn), time.monotonic()
    try:
        cases = made(count, now=datetime.now(UTC))
        done = 0
        while part := list(islice(cases, AT_ONCE)):
            await _copied(writing, part)
            done += len(part)
            took = time.monotonic() - began
            say(f"{done:,} of {count:,} cases stored, {done / took:,.0f}/s")
        for name, _, _ in TABLES:
            await writing.execute(f"VACUUM (ANALYZE) intake.{name}", timeout=1800)
        await writing.execute("CHECKPOINT", timeout=600)
        size = await writing.fetchval("SELECT pg_database_size(current_database())")
    finally:
        await writing.close()
    return {"cases": count, "seconds": time.monotonic() - began, "bytes": size}


async def _copied(writing: "asyncpg.Connection", part: list[Stored]) -> None:
    for name, columns, written in TABLES:
        await writing.copy_to_table(
            name,
            schema_name="intake",
            columns=columns,
            source=_lines(part, written),
            format="text",
            timeout=600,
        )


async def _lines(part: list[Stored], written: Callable[[Stored], str]) -> AsyncIterator[bytes]:
    for start in range(0, len(part), 500):
        yield "".join(map(written, part[start : start + 500])).encode()
