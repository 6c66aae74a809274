"""回访统计 over HTTP: contact rate, answers by channel, time to callback, callers' workload, for a period;
what waits for callers now, and what nobody called for.
"""

from datetime import date, datetime, timedelta
from typing import Annotated, NamedTuple

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.survey.domain.errors import PeriodBackwards, PeriodTooLong
from services.survey.domain.policy.hours import hours_ahead
from services.survey.store import demand, figures
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.knock import InCity, Now, Reading
from shared.http.paging import Asked, Page
from shared.http.wire import Instant, Wire, taken
from shared.kernel.words import CallbackChannel

ROUTES = APIRouter(prefix="/figures")
Reader = Annotated[Caller, allow(Role.SUPERVISOR, Role.OPS, Role.ANALYST)]
Foreman = Annotated[Caller, allow(Role.CALLER, Role.SUPERVISOR, Role.OPS, Role.ANALYST)]
USUAL = timedelta(days=30)
MOST_HOURS = 77
"""Of calling: a week of eleven hours a day."""
LONGEST = timedelta(days=366)
"""Each reading counts the whole period anew: a city calls back tens of millions of citizens a year."""


class Period(NamedTuple):
    since: datetime
    until: datetime


async def period(
    now: Now,
    since: Annotated[Instant | None, Query(description="From then on; else 30 days before `until`.")] = None,
    until: Annotated[Instant | None, Query(description="Before then; now if left out.")] = None,
) -> Period:
    """The period asked about, a year at most. Raises `PeriodBackwards`, `PeriodTooLong`."""
    end = until or now
    begin = since or end - USUAL
    if begin >= end:
        raise PeriodBackwards
    if end - begin > LONGEST:
        raise PeriodTooLong(LONGEST.days)
    return Period(begin, end)


During = Annotated[Period, Depends(period)]


class ChannelOut(Wire):
    channel: CallbackChannel
    tries: int | None = Field(description="Calls made, messages handed over; null where the citizen comes.")
    answered: int
    rang: int = Field(description="Of the answers: of citizens who rang of themselves; in no rate.")
    answer_rate: float | None = Field(description="Answers to each try.")


class FiguresOut(Wire):
    """Rounds that began in the period, and what came of them by now."""

    since: datetime
    until: datetime
    asked: int
    skipped: int = Field(description="Not drawn for the sample.")
    nobody: int = Field(description="Found by a unit or a sensor, so there was nobody to ask; in no rate.")
    cancelled: int
    completed: int
    unreachable: int
    contact_rate: float | None = Field(
        description="Of rounds that ended: he was spoken with, even if he refused, or answered alone."
    )
    answer_rate: float | None = Field(description="Of rounds that ended: there is a result.")
    flagged: int = Field(description="Rounds whose answers contradicted each other.")
    seconds_to_first_try: float | None = Field(
        description="Half of the rounds whose citizen was called at all were by then, by a caller or a "
        "machine; the others are left out, and what the citizen did of himself is no try."
    )
    seconds_to_first_try_p90: float | None
    seconds_to_answer: float | None = Field(description="Half of the results were there by then.")
    rechecks: int
    rechecks_agreeing: int
    channels: list[ChannelOut] = Field(description="By when the tries were made and the answers given.")


class CallerOut(Wire):
    caller: str
    calls: int
    reached: int = Field(description="Calls in which the citizen answered.")
    rechecks: int
    rang: int = Field(description="Citizens who rang and answered; in none of the others.")


@ROUTES.get("")
async def callback_figures(connection: Reading, _: Reader, during: During) -> FiguresOut:
    """The callbacks of a period in numbers."""
    found = await figures.rounds(connection, *during)
    by_channel = await figures.channels(connection, *during)
    ended = found.completed + found.unreachable
    return FiguresOut(
        since=during.since,
        until=during.until,
        asked=found.asked,
        skipped=found.skipped,
        nobody=found.nobody,
        cancelled=found.cancelled,
        completed=found.completed,
        unreachable=found.unreachable,
        contact_rate=_rate(found.contacted, ended),
        answer_rate=_rate(found.completed, ended),
        flagged=found.flagged,
        seconds_to_first_try=found.tried_median,
        seconds_to_first_try_p90=found.tried_p90,
        seconds_to_answer=found.answered_median,
        rechecks=found.rechecks,
        rechecks_agreeing=found.rechecks_agreeing,
        channels=[
            taken(ChannelOut, one, answer_rate=_rate(one.answered - one.rang, one.tries))
            for one in by_channel
        ],
    )


class HourOut(Wire):
    begins: datetime
    ends: datetime
    callbacks: int = Field(description="Known by now; what is resolved or missed meanwhile comes on top.")


class WaitingOut(Wire):
    """What callers are needed for, at this moment: callbacks and checks of them."""

    at: datetime
    due: int = Field(description="May be called for now, or when the quiet hours are over.")
    in_hand: int = Field(description="Taken by a caller and not written down.")
    promised: int = Field(description="Of those due: at a time that the citizen asked for.")
    oldest_due_at: datetime | None
    oldest_seconds: float | None = Field(description="How long that is ago, nights counted.")
    coming: list[HourOut] = Field(
        description="What falls due in the next hours of calling; between two of them: in the later."
    )


class DayOut(Wire):
    day: date = Field(description="By the city's clock.")
    rounds: int


class UncalledOut(Wire):
    """Rounds that ended in the period because their days were over, and nobody had called."""

    since: datetime
    until: datetime
    rounds: int
    days: list[DayOut] = Field(description="Each day that the period touches.")


@ROUTES.get("/waiting")
async def waiting_figures(
    connection: Reading,
    _: Foreman,
    at: Now,
    city: InCity,
    hours: Annotated[int, Query(ge=1, le=MOST_HOURS, description="How many hours of calling ahead.")] = 12,
) -> WaitingOut:
    """需要多少回访员: what is due now, how long it has waited, and what falls due next."""
    now = await demand.waiting(connection, at)
    ahead = hours_ahead(city, hours, at=at)
    coming = await demand.coming(connection, at, [one.ends for one in ahead])
    return WaitingOut(
        at=at,
        due=now.due,
        in_hand=now.in_hand,
        promised=now.promised,
        oldest_due_at=now.oldest_due_at,
        oldest_seconds=(at - now.oldest_due_at).total_seconds() if now.oldest_due_at else None,
        coming=[
            HourOut(begins=one.begins, ends=one.ends, callbacks=many)
            for one, many in zip(ahead, coming, strict=True)
        ],
    )


@ROUTES.get("/uncalled")
async def uncalled_figures(connection: Reading, _: Foreman, city: InCity, during: During) -> UncalledOut:
    """无人回访: whom nobody called while there was time, day by day; who was called in vain is not one."""
    found = await demand.uncalled(connection, *during, city.calendar.zone.key)
    first, last = city.day(during.since), city.day(during.until - timedelta(microseconds=1))
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return UncalledOut(
        since=during.since,
        until=during.until,
        rounds=sum(found.values()),
        days=[DayOut(day=day, rounds=found.get(day, 0)) for day in days],
    )


@ROUTES.get("/callers")
async def caller_figures(connection: Reading, _: Reader, during: During, asked: Asked) -> Page[CallerOut]:
    """回访员工作量: calls in the period by caller."""
    after = str(asked.after[0]) if asked.after else None
    rows = await figures.callers(connection, *during, after=after, limit=asked.fetch)
    return asked.page(rows, position=lambda row: (row.caller,), item=lambda row: taken(CallerOut, row))


def _rate(part: int, whole: int | None) -> float | None:
    return round(part / whole, 4) if whole else None
