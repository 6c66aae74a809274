"""月报 of a closed month, for printing: open to whoever may read the ranking."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Response

from services.scoring.api.reading import Asking, Question
from services.scoring.api.report.page import Hot, Report, report_page
from services.scoring.api.report.words import words
from services.scoring.domain.errors import PeriodNotClosed
from services.scoring.domain.hotspot import Hotspot
from services.scoring.domain.lifecycle import MonthState
from services.scoring.domain.periods import Period
from services.scoring.domain.policy.comparing import Span, ratio
from services.scoring.domain.policy.monthly import compile_month
from services.scoring.domain.policy.rates import without_excluded
from services.scoring.store import alarms, sums
from services.scoring.store import topics as reading
from shared.kernel.words import Language

ROUTES = APIRouter()

MOST = 10
SPOTS = 30


@ROUTES.get(
    "/months/{period}/report",
    response_class=Response,
    responses={200: {"content": {"text/html": {}}, "description": "The report as a page."}},
)
async def monthly_report(
    asking: Asking,
    period: str,
    lang: Annotated[Language, Query(description="The reader's language.")] = Language.CHINESE,
) -> Response:
    """Rates, ranking, class moves, categories, hot spots and a schematic map. Raises `PeriodNotClosed`."""
    asked = asking.periods.asked(period, at=asking.now)
    month = await asking.month(asked.label)
    if month is None or month.state is not MonthState.CLOSED:
        raise PeriodNotClosed(asked.label)
    before = asking.periods.before(asked.label)
    now, then = [
        without_excluded(await sums.frozen_sums(asking.connection, label)) for label in (asked.label, before)
    ]
    earlier = await sums.frozen_sums(asking.connection, asking.periods.before(before))
    city, was = await asking.city_of(asked.label), await asking.city_of(before)
    monthly = compile_month(now, then, earlier, city, was)
    hot, spots = await _hot(asking, asked), await _spots(asking, asked)
    return report_page(Report(asked, month, monthly, hot, spots, city, asking.now), words(lang))


async def _hot(asking: Question, period: Period) -> list[Hot]:
    """The categories with most requests, beside the month before."""
    now = _days(period, asking)
    then = _days(asking.periods.named(asking.periods.before(period.label)), asking)
    since, _ = await reading.counted(asking.connection)
    volumes = await reading.volumes(asking.connection, now, ())
    before = await reading.volumes(asking.connection, then, ())
    is_known = since is not None and since <= then.first
    found = []
    for code in asking.city.categories.by_code:
        counted, earlier = volumes.elsewhere([code]), before.elsewhere([code])
        found.append(Hot(code, counted.cases, ratio(earlier, counted) if is_known else None))
    ordered = sorted(found, key=lambda each: (-each.cases, each.category))
    return [each for each in ordered[:MOST] if each.cases]


async def _spots(asking: Question, period: Period) -> Sequence[Hotspot]:
    return await alarms.between(asking.connection, _days(period, asking), SPOTS)


def _days(period: Period, asking: Question) -> Span:
    """Whole days: the one a period is cut in belongs to the period that begins."""
    first, last = (asking.city.day(at) for at in (period.starts, period.ends))
    return Span(first, last - timedelta(days=1))
