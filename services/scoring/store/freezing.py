"""月结 in SQL: a period's lines are frozen where they lie, summed up, and hashed.

Nothing is copied: rows of a period whose close was asked for are never written again. The hash is over what
counts, in an order of its own, so a replay on another machine comes to the same one.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.month import Frozen
from services.scoring.domain.policy.calls import CallMeasure
from services.scoring.domain.policy.lines import Measure
from services.scoring.store.excluding import EXCLUDING, IS_EXCLUDED
from services.scoring.store.joined import found

LONGEST = 900.0
"""Seconds for one statement: a month of a whole city is no request that somebody waits for."""

MEMORY = "SET LOCAL work_mem = '128MB'"

JOINED = f"""
WITH RECURSIVE {found("l.period = $1")}
UPDATE score_lines l SET unit = f.unit FROM found f
WHERE l.period = $1 AND l.unit IS NULL AND l.case_id = f.case_id AND l.because = f.because
"""

_COUNTS = """
    sum(l.numerator), sum(l.denominator), 0,
    count(*) FILTER (WHERE {first}),
    count(*) FILTER (WHERE l.number = 0 AND l.late_from IS NOT NULL),
    count(*) FILTER (WHERE l.number > 0),
    count(*)
"""
_FIRST = "$2 = 'response' AND l.is_lead AND l.redo = 0 AND l.number = 0 AND l.denominator = 1"

# One pass for sums and hash: each unit's lines in an order of their own, whatever the machine's collation.
LINES = f"""
INSERT INTO month_sums
SELECT $1, coalesce(l.unit, ''), $2, l.proactive, {IS_EXCLUDED},
    {_COUNTS.format(first=_FIRST)},
    sha256(convert_to(string_agg(
        concat_ws('|', l.case_id, l.because, extract(epoch FROM l.at), trim_scale(l.numerator), l.denominator,
                  l.is_lead, l.redo, coalesce(l.late_from, '-'), l.number > 0),
        E'\\n' ORDER BY l.at, l.case_id, l.because, l.number > 0, l.late_from COLLATE "C", l.numerator
    ), 'UTF8'))
FROM score_lines l
{EXCLUDING}
WHERE l.period = $1 AND l.measure = $2 AND (l.denominator <> 0 OR l.numerator <> 0)
GROUP BY coalesce(l.unit, ''), l.proactive, {IS_EXCLUDED}
"""
CALLS = f"""
INSERT INTO month_sums
SELECT $1, l.unit, $2, false, false, {_COUNTS.format(first="false")},
    sha256(convert_to(string_agg(
        concat_ws('|', l.whistle_id, extract(epoch FROM l.at), trim_scale(l.numerator), l.denominator,
                  coalesce(l.late_from, '-'), l.number > 0),
        E'\\n' ORDER BY l.at, l.whistle_id, l.number > 0, l.late_from COLLATE "C", l.numerator
    ), 'UTF8'))
FROM department_lines l
WHERE l.period = $1 AND l.measure = $2 AND (l.denominator <> 0 OR l.numerator <> 0)
GROUP BY l.unit
"""
SHEAVES = """
SELECT concat_ws('|', measure, unit, proactive, excluded, trim_scale(numerator), denominator, lines,
                 encode(sha256, 'hex')) AS sheaf, lines, cases
FROM month_sums WHERE period = $1
ORDER BY measure COLLATE "C", unit COLLATE "C", proactive, excluded
"""
EXCLUDED = "SELECT count(*) FROM exclusions WHERE period = $1 AND state = 'in_force'"


async def freeze(connection: AsyncConnection, period: str) -> Frozen:
    """Write down what the period's lines add up to, for whom joined ones count, and the hash of it all."""
    await connection.exec_driver_sql(MEMORY)
    await _ask(connection, JOINED, period)
    for measure in Measure:
        await _ask(connection, LINES, period, measure)
    for called in CallMeasure:
        await _ask(connection, CALLS, period, called)
    sheaves = await _ask(connection, SHEAVES, period)
    whole = hashlib.sha256(f"{period}\n".encode())
    for sheaf, _, _ in sheaves:
        whole.update(f"{sheaf}\n".encode())
    ((exclusions,),) = await _ask(connection, EXCLUDED, period)
    lines, cases = sum(each["lines"] for each in sheaves), sum(each["cases"] for each in sheaves)
    return Frozen(lines, cases, exclusions, whole.hexdigest())


async def _ask(connection: AsyncConnection, statement: str, *arguments: str) -> Sequence[Any]:
    """Past the engine's own limit for a statement: the driver is asked itself, in the same transaction."""
    driver: Any = (await connection.get_raw_connection()).driver_connection
    rows: Sequence[Any] = await driver.fetch(statement, *arguments, timeout=LONGEST)
    return rows
