"""Reading topics, and the daily counts that candidates and effects are made of."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.errors import UnknownTopic
from services.scoring.domain.policy.comparing import Share, Span, Volume
from services.scoring.domain.topic import Topic
from services.scoring.store import tables
from shared.kernel.ids import TopicId
from shared.store import driver
from shared.store.shape import Shape

T = tables.TOPICS.c
SHAPE = Shape(Topic, tables.TOPICS)
NONE = Share(0.0, 0)

COUNTED = "SELECT (SELECT min(day) FROM daily_counts) AS since, (SELECT max(day) FROM hotspot_days) AS upto"
VOLUMES = """
SELECT category, day, coalesce(place = ANY($3::text[]), false) AS own, sum(cases) AS cases FROM daily_counts
WHERE day BETWEEN $1 AND $2 GROUP BY 1, 2, 3
"""
PLACES = """
SELECT category, place, sum(cases) AS cases FROM daily_counts
WHERE day BETWEEN $1 AND $2 AND place = ANY($3::text[]) GROUP BY 1, 2
"""
ANSWERS = """
SELECT category, sum(resolved) AS resolved, sum(resolution) AS resolution, sum(satisfied) AS satisfied,
       sum(satisfaction) AS satisfaction
FROM daily_answers WHERE day BETWEEN $1 AND $2 AND place = ANY($3::text[]) GROUP BY category
"""


@dataclass(slots=True)
class Volumes:
    """Requests by category and day: in some places, and everywhere else."""

    span: Span
    own: dict[str, dict[date, int]] = field(default_factory=dict)
    rest: dict[str, dict[date, int]] = field(default_factory=dict)

    def of(self, categories: Collection[str]) -> Volume:
        return _added(self.own, categories, self.span)

    def elsewhere(self, categories: Collection[str]) -> Volume:
        return _added(self.rest, categories, self.span)


@dataclass(frozen=True, slots=True)
class Answers:
    """What citizens said, of one category or several."""

    resolution: Share = NONE
    satisfaction: Share = NONE

    def __add__(self, other: "Answers") -> "Answers":
        return Answers(_sum(self.resolution, other.resolution), _sum(self.satisfaction, other.satisfaction))


async def counted(connection: AsyncConnection) -> tuple[date | None, date | None]:
    """Since when requests are counted, and up to which day."""
    ((since, upto),) = await driver.fetch(connection, COUNTED)
    return since, upto


async def volumes(connection: AsyncConnection, span: Span, places: Sequence[str]) -> Volumes:
    """Requests by category and day."""
    found = Volumes(span)
    for row in await driver.fetch(connection, VOLUMES, (span.first, span.last, list(places))):
        side = found.own if row["own"] else found.rest
        side.setdefault(row["category"], {})[row["day"]] = int(row["cases"])
    return found


async def places(
    connection: AsyncConnection, span: Span, within: Sequence[str]
) -> Mapping[str, dict[str, int]]:
    """Requests by category and place."""
    found: dict[str, dict[str, int]] = {}
    for row in await driver.fetch(connection, PLACES, (span.first, span.last, list(within))):
        found.setdefault(row["category"], {})[row["place"]] = int(row["cases"])
    return found


async def answers(connection: AsyncConnection, span: Span, within: Sequence[str]) -> dict[str, Answers]:
    """What citizens answered in these days, by category."""
    rows = await driver.fetch(connection, ANSWERS, (span.first, span.last, list(within)))
    return {
        row["category"]: Answers(
            Share(float(row["resolved"]), int(row["resolution"])),
            Share(float(row["satisfied"]), int(row["satisfaction"])),
        )
        for row in rows
    }


async def topic(connection: AsyncConnection, key: TopicId) -> Topic:
    """One topic. Raises `UnknownTopic`."""
    found = await connection.execute(select(tables.TOPICS).where(T.topic_id == key))
    row = found.mappings().one_or_none()
    if row is None:
        raise UnknownTopic(key)
    return SHAPE.from_row(row)


async def topics(
    connection: AsyncConnection, *, period: str | None, after: TopicId | None, limit: int
) -> Sequence[Topic]:
    """Topics, the newest first."""
    page = select(tables.TOPICS)
    if period is not None:
        page = page.where(T.period == period)
    if after is not None:
        page = page.where(T.topic_id < after)
    found = await connection.execute(page.order_by(T.topic_id.desc()).limit(limit))
    return [SHAPE.from_row(row) for row in found.mappings()]


def _added(found: Mapping[str, Mapping[date, int]], categories: Collection[str], span: Span) -> Volume:
    counts = [found.get(category, {}) for category in categories]
    return Volume([sum(each.get(day, 0) for each in counts) for day in span.days])


def _sum(one: Share, other: Share) -> Share:
    return Share(one.numerator + other.numerator, one.denominator + other.denominator)
