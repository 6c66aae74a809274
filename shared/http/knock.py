"""How a route opens its work: with the request as the cause, committed before the answer is made; and what
it may know beside it, the city and the moment.

A service names its own types: `OpenWork = Annotated[Opening[SurveyWork], Depends(opening)]`,
`Equipped = Annotated[Equipment, Depends(equipment)]`.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Annotated, Any, TypeAlias, TypeVar

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.city.city import City
from shared.http.app import request_cause
from shared.http.auth import Known
from shared.store.work import Store

W = TypeVar("W")
Opening: TypeAlias = Callable[[], AbstractAsyncContextManager[W]]


async def opening(request: Request) -> Opening[Any]:
    """The dependency: a function that opens one work of this service.

    An explicit `async with`, and no dependency that commits after its `yield`: FastAPI would run that
    after the answer was sent, and the client would read 201 before the row exists.
    """
    store: Store[Any] = request.app.state.flat.store
    return lambda: store.work(request_cause(request))


async def equipment(request: Request) -> Any:
    """The dependency: what the service was equipped with at its start."""
    return request.app.state.flat.equipment


async def reading(request: Request) -> AsyncIterator[AsyncConnection]:
    """The dependency: a connection for one query; it gives way before the answer is sent."""
    store: Store[Any] = request.app.state.flat.store
    async with store.read() as connection:
        yield connection


OpenReading = Annotated[AsyncConnection, Depends(reading, scope="function")]
"""At doors open to all, where nobody is looked up."""


async def reading_of_somebody(_: Known, connection: OpenReading) -> AsyncConnection:
    """The same where it matters who asks, who is known first: terminals and client apps are looked up on a
    connection of their own, and as many at once as the pool has would wait for one another with one in hand.
    """
    return connection


Reading = Annotated[AsyncConnection, Depends(reading_of_somebody)]


async def _city(request: Request) -> City:
    city: City = request.app.state.flat.city
    return city


InCity = Annotated[City, Depends(_city)]
"""The city as it is now; an import changes it while the service runs."""


async def _now(request: Request) -> datetime:
    at: datetime = request.app.state.flat.clock.now()
    return at


Now = Annotated[datetime, Depends(_now)]
"""What time it is where the service stands, for routes that open no work."""
