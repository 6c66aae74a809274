"""日计数: requests by day, category and place, counted from the ledger's entries; what a day is judged by.

A day is counted some times while categories may still be corrected, then stays. Sums of a series are made by
the database: of hundreds of thousands only those come out that have enough requests to be a hot spot.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from services.scoring.domain.hotspot import Excess
from services.scoring.domain.periods import Periods
from services.scoring.domain.policy.hotspots import Kin, Level, Series
from services.scoring.domain.policy.season import A_YEAR, ABOUT, Days, Season
from services.scoring.store.excluding import EXCLUDING, IS_EXCLUDED
from shared.kernel.ids import CaseId, CategoryCode
from shared.kernel.words import Kind, UnitLevel
from shared.store import driver
from shared.store.work import Work

ASKING = (Kind.HELP, Kind.COMPLAINT, Kind.REPORT)
"""Who asks how something works, praises or suggests does not say that something is wrong."""
EVIDENCE = 50
LONGEST = 900.0
"""Seconds for one statement: a year of a whole city is counted once."""
LEVELS = (UnitLevel.STREET, UnitLevel.COMMUNITY)

UNCOUNT = "DELETE FROM daily_counts WHERE day BETWEEN $1 AND $2"
COUNT = """
INSERT INTO daily_counts (day, category, place, cases)
SELECT (registered_at AT TIME ZONE $5)::date, category, place, count(*) FROM entries
WHERE registered_at >= $1 AND registered_at < $2 AND NOT proactive AND kind = ANY($3::text[])
  AND category = ANY($4::text[]) AND place IS NOT NULL
GROUP BY 1, 2, 3
"""
TOTALS = """
SELECT category, day, sum(cases) AS cases FROM daily_counts
WHERE day BETWEEN $1 AND $2 OR day BETWEEN $3 AND $4 GROUP BY category, day
"""
SERIES = """
WITH places AS (SELECT * FROM unnest($1::text[], $2::text[]) AS p (place, unit)),
factors AS (SELECT * FROM unnest($3::text[], $4::date[], $5::float8[]) AS f (category, day, factor)),
exposures AS (SELECT category, sum(factor) AS exposure FROM factors GROUP BY category),
daily AS (
    SELECT p.unit, c.category, c.day, sum(c.cases) AS cases FROM daily_counts c JOIN places p USING (place)
    WHERE c.day BETWEEN $6 AND $8 GROUP BY p.unit, c.category, c.day
),
sums AS (
    SELECT unit, category, {windows},
           coalesce(sum(cases) FILTER (WHERE day <= $7), 0) AS baseline,
           coalesce(sum(cases * cases / factor) FILTER (WHERE day <= $7), 0) AS squares
    FROM daily LEFT JOIN factors USING (category, day) GROUP BY unit, category
),
series AS (
    SELECT sums.*, CASE WHEN baseline > 0 THEN squares * exposure / baseline::float8 - baseline ELSE 0 END
           AS spread
    FROM sums JOIN exposures USING (category)
),
kin AS (
    SELECT *, sum(baseline) OVER w AS kin_cases, sum(spread) OVER w AS kin_spread,
           count(*) FILTER (WHERE baseline > 0) OVER w AS kin_series
    FROM series WINDOW w AS (PARTITION BY category)
)
SELECT * FROM kin WHERE {longest} >= $9
"""
WINDOW = "coalesce(sum(cases) FILTER (WHERE day > $8::date - {days}), 0) AS window_{days}"
UNCOUNT_ANSWERS = "DELETE FROM daily_answers WHERE day BETWEEN $1 AND $2"
COUNT_ANSWERS = f"""
INSERT INTO daily_answers (day, category, place, resolved, resolution, satisfied, satisfaction)
SELECT (l.at AT TIME ZONE $4)::date, e.category, e.place,
       coalesce(sum(l.numerator) FILTER (WHERE l.measure = 'resolution'), 0),
       coalesce(sum(l.denominator) FILTER (WHERE l.measure = 'resolution'), 0),
       coalesce(sum(l.numerator) FILTER (WHERE l.measure = 'satisfaction'), 0),
       coalesce(sum(l.denominator) FILTER (WHERE l.measure = 'satisfaction'), 0)
FROM score_lines l
JOIN entries e ON e.case_id = l.case_id
{EXCLUDING}
WHERE l.period >= $5 AND l.measure IN ('resolution', 'satisfaction') AND l.at >= $1 AND l.at < $2
  AND NOT l.proactive AND NOT ({IS_EXCLUDED}) AND e.category = ANY($3::text[]) AND e.place IS NOT NULL
GROUP BY 1, 2, 3
"""
NEWEST = """
SELECT case_id FROM entries
WHERE registered_at >= $1 AND registered_at < $2 AND NOT proactive AND kind = ANY($3::text[])
  AND category = $4 AND place = ANY($5::text[])
ORDER BY registered_at DESC, case_id LIMIT $6
"""
NOTE = "INSERT INTO hotspot_days (day, looked_at, found) VALUES ($1, $2, $3)"


class DailyCounts:
    """Daily counts, as one knock reads and makes them."""

    def __init__(self, work: Work) -> None:
        self._work = work

    async def looked(self) -> date | None:
        """The last day that was looked at."""
        return await self._one("SELECT max(day) AS found FROM hotspot_days")

    async def since(self) -> date | None:
        """The first day that anything was counted of."""
        return await self._one("SELECT min(day) AS found FROM daily_counts")

    async def count(self, first: date, last: date) -> None:
        """Count these days, or count them again."""
        await self._ask(UNCOUNT, first, last)
        categories = list(self._work.city.categories.by_code)
        began, ended = self._instants(first, last)
        await self._ask(COUNT, began, ended, list(ASKING), categories, self._zone.key)
        await self._ask(UNCOUNT_ANSWERS, first, last)
        # What came late lies in a later period, with the day it is about.
        oldest = Periods.of_policy(self._work.city.policy).label(began)
        await self._ask(COUNT_ANSWERS, began, ended, categories, self._zone.key, oldest)

    async def totals(self, days: Days) -> dict[CategoryCode, dict[date, int]]:
        """The whole city's requests by category and day: of these days, and of those a year ago."""
        first, last = days.first, days.windows[-1][-1]
        then = (first - A_YEAR - ABOUT, last - A_YEAR + ABOUT)
        found: dict[CategoryCode, dict[date, int]] = {
            CategoryCode(code): {} for code in self._work.city.categories.by_code
        }
        for row in await self._ask(TOTALS, first, last, *then):
            if row["category"] in found:
                found[row["category"]][row["day"]] = int(row["cases"])
        return found

    async def levels(self, days: Days, seasons: Mapping[CategoryCode, Season]) -> list[Level]:
        """Streets and communities, with the series that have enough requests."""
        return [await self._level(level, days, seasons) for level in LEVELS]

    async def newest(self, excess: Excess, day: date) -> list[CaseId]:
        """The newest of the requests that were counted."""
        units = self._work.city.units
        within = [code for code, lineage in units.lineages.items() if excess.unit in lineage]
        first = day - timedelta(days=excess.days - 1)
        asked = (*self._instants(first, day), list(ASKING), excess.category, within, EVIDENCE)
        rows = await self._ask(NEWEST, *asked)
        return [CaseId(row["case_id"]) for row in rows]

    async def note(self, day: date, found: int) -> None:
        """The day was looked at."""
        await driver.execute(self._work.connection, NOTE, (day, self._work.now, found))

    async def _level(self, level: UnitLevel, days: Days, seasons: Mapping[CategoryCode, Season]) -> Level:
        rules = self._work.city.policy.hotspots
        units = self._work.city.units
        lying = {code: units.at_level(code, level) for code in units.lineages}
        places = {code: unit for code, unit in lying.items() if unit}
        factors = [
            (code, day, factor) for code, season in seasons.items() for day, factor in season.factors.items()
        ]
        statement = SERIES.format(
            windows=", ".join(WINDOW.format(days=many) for many in rules.windows),
            longest=f"window_{rules.longest}",
        )
        asked = (
            *(list(places), list(places.values())),
            *(list(column) for column in zip(*factors, strict=True)),
            *(days.first, days.baseline[-1], days.windows[-1][-1], rules.min_cases),
        )
        rows = await self._ask(statement, *asked)
        many = sum(1 for unit in units.acting() if unit.level is level)
        return Level(level, many, [_series(row, rules.windows) for row in rows])

    def _instants(self, first: date, last: date) -> tuple[datetime, datetime]:
        """From the first day's midnight to the last one's."""
        ends = last + timedelta(days=1)
        return (
            datetime.combine(first, time(0), tzinfo=self._zone),
            datetime.combine(ends, time(0), tzinfo=self._zone),
        )

    @property
    def _zone(self) -> Any:
        return self._work.city.policy.zone

    async def _ask(self, statement: str, *arguments: Any) -> Sequence[Any]:
        """Past the engine's own limit for a statement: nobody waits for it. In the same transaction."""
        raw: Any = (await self._work.connection.get_raw_connection()).driver_connection
        rows: Sequence[Any] = await raw.fetch(statement, *arguments, timeout=LONGEST)
        return rows

    async def _one(self, statement: str) -> date | None:
        ((found,),) = await driver.fetch(self._work.connection, statement)
        return found  # type: ignore[no-any-return]


def _series(row: Mapping[str, Any], windows: Sequence[int]) -> Series:
    return Series(
        row["unit"],
        row["category"],
        tuple(int(row[f"window_{days}"]) for days in windows),
        int(row["baseline"]),
        float(row["spread"]),
        Kin(int(row["kin_cases"]), float(row["kin_spread"]), int(row["kin_series"])),
    )
