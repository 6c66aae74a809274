"""月结 in SQL: a period's lines are frozen where they lie, summed up, and hashed.

Nothing is copied: once its close was asked for, nothing is written into a period any more but for whom its
joined lines count, and that follows from what nobody changes. So two sessions work side by side: one writes
it down while the other begins to sum up, and looks it up where it sees it not written yet. The hash is over
what counts, in an order of its own, so a replay on another machine comes to the same one.
"""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.month import Frozen
from services.scoring.domain.policy.calls import CallMeasure
from services.scoring.domain.policy.lines import Measure
from services.scoring.store import tables
from services.scoring.store.counting import CASES, IS_COUNTED
from services.scoring.store.excluding import EXCLUDING, IS_EXCLUDED
from services.scoring.store.joined import found
from shared.store import bulk, driver

LONGEST = 900.0
"""Seconds for one statement: a month of a whole city is no request that somebody waits for."""

SETTINGS = """
SELECT set_config('work_mem', '384MB', true), set_config('enable_presorted_aggregate', 'off', true),
       set_config('idle_in_transaction_session_timeout', '0', true)
"""
"""For each of the two sessions. Sorting all lines by unit, then each unit's by themselves, takes a quarter
less than one sort by everything. Whoever is done first waits for the other's last measure, without a word.
"""

JOINED = f"""
WITH RECURSIVE {found("l.period = $1")}
UPDATE score_lines l SET unit = f.unit FROM found f
WHERE l.period = $1 AND l.unit IS NULL AND l.case_id = f.case_id AND l.because = f.because
"""

_COUNTS = """
    sum(l.numerator) AS numerator, sum(l.denominator) AS denominator, 0 AS undecided,
    {cases} AS cases,
    count(*) FILTER (WHERE l.number = 0 AND l.late_from IS NOT NULL) AS late,
    count(*) FILTER (WHERE l.number > 0) AS adjustments,
    count(*) AS lines
"""

# One pass for sums and hash: each unit's lines in an order of their own, whatever the machine's collation.
_LINES = """
{looked_up}
SELECT $1 AS period, {whose} AS unit, $2 AS measure, l.proactive, {is_excluded} AS excluded,
    {counts},
    sha256(convert_to(string_agg(
        concat_ws('|', l.case_id, l.because, extract(epoch FROM l.at), trim_scale(l.numerator), l.denominator,
                  l.is_lead, l.redo, coalesce(l.late_from, '-'), l.number > 0),
        E'\\n' ORDER BY l.at, l.case_id, l.because, l.number > 0, l.late_from COLLATE "C", l.numerator
    ), 'UTF8')) AS sha256
FROM score_lines l
{joining}
{excluding}
WHERE l.period = $1 AND l.measure = $2 AND {is_counted}
GROUP BY {whose}, l.proactive, {is_excluded}
"""


def _lines(whose: str, looked_up: str = "", joining: str = "") -> str:
    counts = _COUNTS.format(cases=f"sum({CASES})")
    excluding = {"excluding": EXCLUDING, "is_excluded": IS_EXCLUDED, "is_counted": IS_COUNTED}
    return _LINES.format(whose=whose, looked_up=looked_up, joining=joining, counts=counts, **excluding)


LINES = _lines("coalesce(l.unit, '')")
"""Where it is written down for whom joined lines count."""
LINES_LOOKED_UP = _lines(
    "coalesce(l.unit, f.unit, '')",
    f"WITH RECURSIVE {found('l.period = $1 AND l.measure = $2')}",
    "LEFT JOIN found f ON l.unit IS NULL AND f.case_id = l.case_id AND f.because = l.because",
)
"""Where it is not, or not yet: the same lines for the same units."""
CALLS = f"""
SELECT $1 AS period, l.unit, $2 AS measure, false AS proactive, false AS excluded,
    {_COUNTS.format(cases="0")},
    sha256(convert_to(string_agg(
        concat_ws('|', l.whistle_id, extract(epoch FROM l.at), trim_scale(l.numerator), l.denominator,
                  coalesce(l.late_from, '-'), l.number > 0),
        E'\\n' ORDER BY l.at, l.whistle_id, l.number > 0, l.late_from COLLATE "C", l.numerator
    ), 'UTF8')) AS sha256
FROM department_lines l
WHERE l.period = $1 AND l.measure = $2 AND (l.denominator <> 0 OR l.numerator <> 0)
GROUP BY l.unit
"""
SHEAVES = """
SELECT concat_ws('|', measure, unit, proactive, excluded, trim_scale(numerator), denominator, lines,
                 encode(sha256, 'hex')) AS sheaf, lines, CASE WHEN proactive THEN 0 ELSE cases END AS cases
FROM month_sums WHERE period = $1
ORDER BY measure COLLATE "C", unit COLLATE "C", proactive, excluded
"""
EXCLUDED = "SELECT count(*) FROM exclusions WHERE period = $1 AND state = 'in_force'"


Measures = Iterator[Measure | CallMeasure]
Beside = Callable[[], AbstractAsyncContextManager[AsyncConnection]]


async def freeze(connection: AsyncConnection, beside: Beside, period: str) -> Frozen:
    """Write down what the period's lines add up to, for whom joined ones count, and the hash of it all."""
    await bulk.insert(connection, tables.MONTH_SUMS, await _summed(connection, beside, period))
    sheaves = await _ask(connection, SHEAVES, period)
    whole = hashlib.sha256(f"{period}\n".encode())
    for sheaf, _, _ in sheaves:
        whole.update(f"{sheaf}\n".encode())
    ((exclusions,),) = await _ask(connection, EXCLUDED, period)
    lines, cases = sum(each["lines"] for each in sheaves), sum(each["cases"] for each in sheaves)
    return Frozen(lines, cases, exclusions, whole.hexdigest())


async def reread(connection: AsyncConnection, period: str) -> list[bulk.Row]:
    """What a closed period's lines add up to as they lie there now, with their hash; nothing is written."""
    async with driver.transaction(connection):
        return await _read(connection, LINES, period, iter([*Measure, *CallMeasure]))


async def _summed(connection: AsyncConnection, beside: Beside, period: str) -> list[bulk.Row]:
    # One iterator for both: whoever is done with something takes the next measure.
    each = iter([*Measure, *CallMeasure])
    async with beside() as second, driver.transaction(second), asyncio.TaskGroup() as reading:
        parts = (
            reading.create_task(_settled_and_read(connection, period, each)),
            reading.create_task(_read(second, LINES_LOOKED_UP, period, each)),
        )
    return [row for part in parts for row in part.result()]


async def _settled_and_read(connection: AsyncConnection, period: str, each: Measures) -> list[bulk.Row]:
    await _ask(connection, SETTINGS)
    await _ask(connection, JOINED, period)
    return await _read(connection, LINES, period, each)


async def _read(connection: AsyncConnection, lines: str, period: str, each: Measures) -> list[bulk.Row]:
    await _ask(connection, SETTINGS)
    found: list[bulk.Row] = []
    for measure in each:
        statement = lines if isinstance(measure, Measure) else CALLS
        found += map(dict, await _ask(connection, statement, period, measure))
    return found


async def _ask(connection: AsyncConnection, statement: str, *arguments: str) -> Sequence[Any]:
    """Past the engine's own limit for a statement: the driver is asked itself, in the same transaction."""
    asked: Any = (await connection.get_raw_connection()).driver_connection
    rows: Sequence[Any] = await asked.fetch(statement, *arguments, timeout=LONGEST)
    return rows
