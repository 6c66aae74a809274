"""月结: the periods, what would be closed, and the close."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from services.scoring import handlers
from services.scoring.api import schemas, views, views_decided
from services.scoring.api import schemas_decided as decided
from services.scoring.api.hearing import AskedOfTheBus
from services.scoring.api.reading import Acting, Asking, Question
from services.scoring.api.views_decided import Preview
from services.scoring.domain import commands as do
from services.scoring.domain.lifecycle import MonthState
from services.scoring.domain.month import Frozen, Month
from services.scoring.domain.periods import Period
from services.scoring.domain.policy import closing
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.placing import Exclusions
from services.scoring.domain.policy.rates import whole
from services.scoring.store import ScoringWork, periods
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.idempotency import OnceOnly
from shared.http.knock import Opening, opening
from shared.kernel.errors import Refusal

ROUTES = APIRouter()

OpenWork = Annotated[Opening[ScoringWork], Depends(opening)]
Closer = Annotated[Caller, allow(Role.SUPERVISOR)]


@ROUTES.get("/periods")
async def list_periods(asking: Asking) -> list[schemas.PeriodView]:
    """The periods something counts in, and the current one, newest first."""
    found = await periods.cases(asking.connection)
    months = await periods.months(asking.connection)
    labels = sorted({asking.periods.label(asking.now), *found, *months}, reverse=True)
    return [
        views.period(
            asking.periods.named(label),
            asking.periods,
            months[label].state if label in months else MonthState.OPEN,
            at=asking.now,
            cases=frozen.cases if (frozen := _frozen(months, label)) else found.get(label, 0),
        )
        for label in labels
    ]


@ROUTES.get("/months/{period}")
async def preview_month(unheard: AskedOfTheBus, asking: Asking, period: str) -> decided.MonthView:
    """What would be closed now, and why not yet; after the close, what was frozen."""
    asked = asking.periods.asked(period, at=asking.now)
    return await _month(asking, asked, await asking.month(asked.label), unheard)


@ROUTES.post("/months/{period}/close", status_code=202, response_model=decided.ClosingView)
async def close_month(
    acting: Acting,
    period: str,
    by: Closer,
    unheard: AskedOfTheBus,
    open_work: OpenWork,
    once: OnceOnly,
    insist: Annotated[
        bool,
        Query(description="Close it whatever the ledger has not heard; that is late then."),
    ] = False,
) -> Response:
    """月结: nothing is written into the period from now on; the hash follows when all of it is read."""
    asked = acting.periods.asked(period, at=acting.now)
    command = do.AskClose(asked.label, by.subject, unheard, insist)
    async with open_work() as work:

        async def answer() -> decided.ClosingView:
            month = await handlers.ask_close(work, command)
            return decided.ClosingView(
                period=views.period(asked, acting.periods, month.state, at=acting.now),
                policy_version=month.policy_version,
                asked_by=month.asked_by,
                asked_at=month.asked_at,
            )

        return await once(work, status=202, answer=answer, headers={"Location": f"/v1/months/{asked.label}"})


def _frozen(months: Mapping[str, Month], label: str) -> Frozen | None:
    return months[label].frozen if label in months else None


async def _month(
    asking: Question, period: Period, month: Month | None, unheard: do.Unheard | None
) -> decided.MonthView:
    state = month.state if month else MonthState.OPEN
    sums = await asking.sums(period.label, Exclusions.IGNORED)
    counted = whole(period.label, sums).tally(Measure.RESPONSE)
    hindrance = await _hindrance(asking, period, month, unheard)
    return views_decided.month(
        views.period(period, asking.periods, state, at=asking.now),
        month,
        asking.city.policy.version,
        Preview(
            hindrance is None,
            hindrance,
            await periods.pending(asking.connection, period.label),
            counted.undecided,
            counted.cases,
            await periods.lateness(asking.connection, period.label),
            unheard,
            await periods.parked(asking.connection),
        ),
    )


async def _hindrance(
    asking: Question, period: Period, month: Month | None, unheard: do.Unheard | None
) -> str | None:
    """Why it cannot be closed, as the close itself would refuse it."""
    closable = await periods.closable(asking.connection, period.label)
    command = do.AskClose(period.label, asking.caller.subject, unheard)
    try:
        closing.ask(month, command, closable, asking.city.policy, at=asking.now)
    except Refusal as refusal:
        return refusal.reason
    return None
