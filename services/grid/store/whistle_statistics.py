"""Reads for the statistics of departments: the calls in the whistles, summed up where they lie."""

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.coverage import Period
from services.grid.domain.whistle_statistics import Came
from shared.kernel.ids import UnitCode

CAME = text("""
SELECT c.unit, count(*) AS called,
    -- Who rushes to an emergency can sign no more, and has signed by being there.
    count(*) FILTER (WHERE coalesce(c.signed_at, c.reported_in_at) <= c.sign_by) AS signed_in_time,
    count(*) FILTER (WHERE c.contacted_at <= c.contact_by) AS contacted_in_time,
    count(c.reported_in_at) AS reported_in,
    count(*) FILTER (WHERE c.reported_in_at <= c.report_in_by) AS reported_in_time,
    count(*) FILTER (WHERE c.on_site) AS on_site,
    count(c.acted_at) AS acted,
    count(*) FILTER (WHERE jsonb_array_length(c.late) > 0) AS overdue,
    count(c.score) AS scored,
    coalesce(sum(c.score), 0) AS points
FROM whistles AS w
CROSS JOIN jsonb_to_recordset(w.departments) AS c(
    unit text, sign_by timestamptz, contact_by timestamptz, report_in_by timestamptz, signed_at timestamptz,
    contacted_at timestamptz, reported_in_at timestamptz, on_site boolean, acted_at timestamptz, late jsonb,
    score integer
)
WHERE w.blown_at >= :begins AND w.blown_at < :ends AND w.state IN ('open', 'closed')
    AND (
        CAST(:units AS text[]) IS NULL
        OR w.blown_by = ANY(CAST(:units AS text[]))
        OR c.unit = ANY(CAST(:units AS text[]))
    )
GROUP BY c.unit
ORDER BY c.unit
""")


async def came(connection: AsyncConnection, units: Collection[UnitCode] | None, period: Period) -> list[Came]:
    """By department: the calls that these units blew or were called by; None: everybody's."""
    asked = {"begins": period.begins, "ends": period.ends, "units": None if units is None else list(units)}
    rows = (await connection.execute(CAME, asked)).mappings()
    return [Came(**row) for row in rows]
