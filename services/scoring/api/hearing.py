"""How far the ledger is behind what was said: asked of the bus, with no database connection in hand."""

import asyncio
from typing import Annotated, Protocol

from fastapi import Depends, Request

from services.scoring.api.reading import Acting
from services.scoring.domain.commands import Unheard
from services.scoring.store import ScoringWork, periods
from shared.bus import subscriber
from shared.bus.port import BusBusy
from shared.store.work import Store

PATIENCE = 15.0
"""Seconds for the bus to answer: longer than it takes, shorter than somebody waits for a page."""


class Hearing(Protocol):
    """The parts of a living flat that know."""

    store: Store[ScoringWork]
    subscriber: subscriber.Subscriber[ScoringWork]


async def _unheard(request: Request, acting: Acting, period: str) -> Unheard | None:
    flat: Hearing = request.app.state.flat
    label = acting.periods.asked(period, at=acting.now).label
    async with flat.store.read() as connection:
        if await periods.month(connection, label) is not None:
            return None
    try:
        async with asyncio.timeout(PATIENCE):
            found = await flat.subscriber.unheard()
    except (BusBusy, TimeoutError):
        return None
    return Unheard(found.records, found.since)


AskedOfTheBus = Annotated[Unheard | None, Depends(_unheard)]
"""None: the bus does not answer, or it does not matter any more, the close was asked for. In a route's
parameters it stands after who may ask, and before whatever takes a connection.
"""
