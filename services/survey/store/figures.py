"""回访统计: how many were asked, reached and answered in a period, how long it took, and who called."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.survey.domain.messages import MessageState
from services.survey.domain.model import RoundState
from services.survey.store import tables
from services.survey.store.repository import RECHECK, ROUND
from shared.kernel.words import CallbackChannel

C, A, M = tables.CALLBACKS.c, tables.ATTEMPTS.c, tables.MESSAGES.c
HANDED_OVER = (MessageState.SENT, MessageState.DELIVERED)
# Who left no phone number may answer alone until a day; where there is no such day either, no citizen asked.
NOBODY_TO_ASK = ~C.by_phone & C.link_until.is_(None)
BY_CALLERS = A.channel == CallbackChannel.PHONE
CALLED = BY_CALLERS & ~A.inbound


@dataclass(frozen=True, slots=True)
class RoundFigures:
    """Rounds begun in the period, and rechecks of them."""

    asked: int
    skipped: int
    nobody: int
    """Found by a unit or a sensor: there was nobody to ask, so they are neither asked nor unreachable."""
    cancelled: int
    completed: int
    unreachable: int
    contacted: int
    """Of those that ended: the citizen was spoken with, even if he refused, or answered alone."""
    flagged: int
    tried_median: float | None
    tried_p90: float | None
    """Seconds from the round's beginning to the first call to its citizen."""
    answered_median: float | None
    rechecks: int
    rechecks_agreeing: int


@dataclass(frozen=True, slots=True)
class ChannelFigures:
    """One way to ask. `tries` None: nobody is asked that way, the citizen comes of himself."""

    channel: CallbackChannel
    tries: int | None
    answered: int
    rang: int
    """Of the answers: whose citizen rang of himself, and answered no try."""


@dataclass(frozen=True, slots=True)
class CallerFigures:
    """One caller's work in the period."""

    caller: str
    calls: int
    reached: int
    """Calls with an answer; who refused gave none."""
    rechecks: int
    rang: int
    """Answers of citizens who rang: work, and no call."""


async def rounds(connection: AsyncConnection, since: datetime, until: datetime) -> RoundFigures:
    """Everything about the rounds that began in the period."""
    is_round, is_check = C.kind == ROUND, C.kind == RECHECK
    is_nobody = is_round & (C.state == RoundState.UNREACHABLE) & NOBODY_TO_ASK
    is_asked = is_round & (C.state != RoundState.SKIPPED) & ~is_nobody
    over = is_asked & C.state.in_((RoundState.COMPLETED, RoundState.UNREACHABLE))
    checked = is_check & (C.state == RoundState.COMPLETED)
    query = select(
        _many(is_asked),
        _many(is_round & (C.state == RoundState.SKIPPED)),
        _many(is_nobody),
        _many(is_round & (C.state == RoundState.CANCELLED)),
        *(_many(is_asked & (C.state == state)) for state in (RoundState.COMPLETED, RoundState.UNREACHABLE)),
        _many(over & C.reached),
        _many(is_round & C.doubtful),
        _seconds(0.5, C.tried_at, is_round),
        _seconds(0.9, C.tried_at, is_round),
        _seconds(0.5, C.ended_at, is_round & (C.state == RoundState.COMPLETED)),
        _many(checked),
        _many(checked & C.agrees),
    ).where(C.started_at >= since, C.started_at < until)
    row: Sequence[Any] = (await connection.execute(query)).one()
    return RoundFigures(*row)


async def channels(connection: AsyncConnection, since: datetime, until: datetime) -> list[ChannelFigures]:
    """Tries and answers by channel: calls made, messages handed over, answers given in the period."""
    calls = select(func.count()).where(CALLED, A.kind == ROUND, A.at >= since, A.at < until)
    tries: dict[str, int | None] = {CallbackChannel.PHONE: await _one(connection, calls)}
    for kind in (CallbackChannel.LINK, CallbackChannel.IVR):
        sent = select(func.count()).where(
            M.kind == kind, M.state.in_(HANDED_OVER), M.sent_at >= since, M.sent_at < until
        )
        tries[kind] = await _one(connection, sent)
    answers = (
        select(A.channel, func.count(), _many(A.inbound))
        .where(A.reached, A.kind == ROUND, A.at >= since, A.at < until)
        .group_by(A.channel)
    )
    found: Sequence[Any] = (await connection.execute(answers)).all()
    answered = {str(channel): (int(many), int(rang)) for channel, many, rang in found}
    return [ChannelFigures(one, tries.get(one), *answered.get(one, (0, 0))) for one in CallbackChannel]


async def callers(
    connection: AsyncConnection, since: datetime, until: datetime, *, after: str | None, limit: int
) -> list[CallerFigures]:
    """Who called, how often, and how often somebody answered; by name."""
    query = (
        select(
            A.by,
            _many(~A.inbound),
            _many(A.reached & ~A.inbound),
            _many((A.kind == RECHECK) & ~A.inbound),
            _many(A.inbound & A.reached),
        )
        .where(BY_CALLERS, A.at >= since, A.at < until)
        .group_by(A.by)
        .order_by(A.by)
        .limit(limit)
    )
    if after is not None:
        query = query.where(A.by > after)
    return [CallerFigures(*row) for row in await connection.execute(query)]


def _many(which: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count().filter(which)


def _seconds(share: float, end: ColumnElement[Any], which: ColumnElement[bool]) -> ColumnElement[float]:
    """So many seconds from a round's beginning to this instant, or fewer, for that share of them."""
    took = func.extract("epoch", end - C.started_at)
    return func.percentile_cont(share).within_group(case((which, took)))


async def _one(connection: AsyncConnection, query: Any) -> int:
    return int((await connection.execute(query)).scalar_one())
