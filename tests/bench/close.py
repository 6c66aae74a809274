"""A month's close: a ledger of so many cases is there, then a supervisor closes the period over HTTP.

Counted from the request to the hash. The ledger is put in by COPY, as folding would have left it: four lines
a case and a few more for redos, one case in twenty joined to another, one in five hundred excluded.
"""

import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import httpx
import orjson

from services.scoring.domain.periods import Period, Periods
from shared.kernel.words import DeclineReason, UnitLevel
from tests.bench.cpu import since, spent
from tests.bench.figures import Figure
from tests.bench.house import House, house
from tests.bench.options import bounded, ending_well, parser, say, show
from tests.kit.city import beijing

WITHIN = 600.0
LOOK = 0.25
BATCH = 50_000
JOINED, REDONE, EXCLUDED = 20, 25, 500
"""One case in so many."""
ONE, NONE, BASICALLY = Decimal(1), Decimal(0), Decimal("0.9")
LINE = ("case_id", "measure", "because", "number", "unit", "joined_into", "at", "period", "numerator",
        "denominator", "proactive", "is_lead", "redo", "cases")  # fmt: skip
ENTRY = ("case_id", "proactive", "lead", "redo", "outcome", "leads", "orders", "results", "heard", "opened",
         "version")  # fmt: skip
EXCLUSION = ("exclusion_id", "case_id", "period", "reason", "evidence", "asked", "state", "reviews",
             "appeal_evidence", "version")  # fmt: skip


def run_close(home: House, *, cases: int) -> dict[str, Any]:
    """Fill, close, read the frozen ranking."""
    periods = Periods.of_policy(beijing().policy)
    now = datetime.now(UTC)
    period = periods.named(periods.before(periods.before(periods.label(now))))
    lines = asyncio.run(_filled(home, period, cases))
    with home.services("scoring"):
        before = spent(home)
        result = {"cases": cases, "lines": lines, **_closed(home, period.label)}
        return {**result, "cpu_seconds": since(before, home)}


async def _filled(home: House, period: Period, cases: int) -> int:
    began = time.perf_counter()
    connection: Any = await home.look()
    chance = random.Random(4)
    total = 0
    try:
        for start in range(0, cases, BATCH):
            numbers = range(start, min(start + BATCH, cases))
            found = list(_lines(numbers, period, chance))
            total += len(found)
            for table, columns, rows in (
                ("score_lines", LINE, found),
                ("entries", ENTRY, _targets(numbers, period)),
                ("exclusions", EXCLUSION, _exclusions(numbers, period)),
            ):
                await connection.copy_records_to_table(
                    table, schema_name="scoring", records=rows, columns=columns
                )
        await connection.execute("VACUUM (ANALYZE) scoring.score_lines, scoring.entries, scoring.exclusions")
    finally:
        await connection.close()
    say(f"{total:,} lines of {cases:,} cases put in ({time.perf_counter() - began:.0f} s)")
    return total


UNITS = tuple(
    unit.code
    for unit in beijing().units.by_code.values()
    if unit.level in (UnitLevel.STREET, UnitLevel.COMMUNITY)
)


def _case(number: int) -> UUID:
    # Spread as real ids are: the number is mixed, not counted up.
    return UUID(int=(number * 0x9E3779B97F4A7C15F39CC0605CEDC835 + 1) % 2**128)


def _lines(numbers: Sequence[int], period: Period, chance: random.Random) -> Iterator[tuple[Any, ...]]:
    length = (period.ends - period.starts).total_seconds()
    for number in numbers:
        case, unit = _case(number), UNITS[number % len(UNITS)]
        at = period.starts + timedelta(seconds=chance.random() * length)
        callback = UUID(int=case.int ^ 1)
        if number % JOINED == 0:
            judged: tuple[str | None, UUID | None] = (None, _case(number + 1))
        else:
            judged = (unit, None)
            for redo in range(2 if number % REDONE == 0 else 1):
                order = UUID(int=case.int ^ (2 + redo))
                signed = ONE if chance.random() < 0.97 else NONE
                yield _line(case, "response", order, (unit, None), at, period, signed, redo)
        solved = ONE if chance.random() < 0.9 else NONE
        yield _line(case, "contact", callback, judged, at, period, ONE, 0)
        yield _line(case, "resolution", callback, judged, at, period, solved, 0)
        satisfied = chance.choice((ONE, ONE, ONE, BASICALLY, NONE))
        yield _line(case, "satisfaction", callback, judged, at, period, satisfied, 0)


def _line(
    case: UUID,
    measure: str,
    because: UUID,
    whose: tuple[str | None, UUID | None],
    at: datetime,
    period: Period,
    worth: Decimal,
    redo: int,
) -> tuple[Any, ...]:
    return (
        case,
        measure,
        because,
        0,
        *whose,
        at,
        period.label,
        worth,
        1,
        False,
        True,
        redo,
        int(measure == "response" and redo == 0),
    )


def _targets(numbers: Sequence[int], period: Period) -> list[tuple[Any, ...]]:
    """Entries of the cases that others were joined to: the close looks up who led them."""
    found = []
    for number in numbers:
        if number % JOINED == 1:
            unit = UNITS[number % len(UNITS)]
            leads = orjson.dumps([{"since": period.starts, "unit": unit, "into": None}]).decode()
            found.append((_case(number), False, unit, 0, "closed", leads, "[]", "[]", "[]", period.label, 0))
    return found


def _exclusions(numbers: Sequence[int], period: Period) -> list[tuple[Any, ...]]:
    found = []
    for number in numbers:
        if number % EXCLUDED == 2:
            case, reason = _case(number), str(DeclineReason.GROUNDLESS)
            about = UUID(int=case.int ^ 8), case, period.label, reason
            found.append((*about, "[]", "{}", "in_force", "[]", "[]", 0))
    return found


def _closed(home: House, period: str) -> dict[str, Any]:
    address = f"http://127.0.0.1:{home.port('scoring')}/v1"
    with httpx.Client(headers=home.signed_in("supervisor"), timeout=60) as client:
        began = time.perf_counter()
        asked = client.post(f"{address}/months/{period}/close")
        if asked.status_code != 202:
            raise SystemExit(f"the close was refused: {asked.text}")
        asyncio.run(_until_closed(home))
        took = time.perf_counter() - began
        frozen = client.get(f"{address}/months/{period}").raise_for_status().json()["frozen"]
        began = time.perf_counter()
        ranking = client.get(f"{address}/rates", params={"period": period}).raise_for_status().json()
        shown = time.perf_counter() - began
    say(f"closed in {took:.1f} s, {len(ranking['units'])} streets ranked in {shown:.2f} s: {frozen}")
    return {"seconds": took, "ranking_seconds": shown, "frozen": frozen}


async def _until_closed(home: House) -> None:
    """Looked for in the table: asking the service for its periods would count what it is busy with."""
    looking: Any = await home.look()
    give_up = time.monotonic() + WITHIN
    try:
        while await looking.fetchval("SELECT state FROM scoring.months") != "closed":
            if time.monotonic() > give_up:
                raise SystemExit(f"the month was not closed in {WITHIN:.0f} s")
            await asyncio.sleep(LOOK)
    finally:
        await looking.close()


def figures(result: dict[str, Any]) -> list[Figure]:
    goal = result["cases"] >= 2_000_000
    return [
        Figure(
            f"a month of {result['cases']:,} cases ({result['lines']:,} lines) is closed",
            f"{result['seconds']:.1f} s ({sum(result['cpu_seconds'].values()):.1f} s of CPU); "
            f"its ranking is read in {result['ranking_seconds']:.2f} s",
            "< 60 s for 2,000,000",
            result["seconds"] < 60 if goal else None,
        )
    ]


def main() -> None:
    options = parser("close", __doc__, bus=False)
    options.add_argument("--cases", type=bounded(5_000_000, 100), default=2_000_000)
    asked = options.parse_args()
    with house("embedded") as home:
        result = run_close(home, cases=asked.cases)
    show(result, figures(result), as_json=asked.json)


if __name__ == "__main__":
    ending_well(main)
