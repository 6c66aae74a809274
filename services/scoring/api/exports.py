"""导出: rates and the lines behind them as CSV, XLSX or Parquet."""

import os
import tempfile
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import FileResponse
from starlette.types import Receive, Scope, Send

from services.scoring.api import export_files, export_tables
from services.scoring.api.export_files import MEDIA, Column, Format, Row
from services.scoring.api.reading import Acting, Alive, Asking, InPeriod, WithExclusions
from services.scoring.domain.errors import ExportsUnderWay, UnknownGroup
from services.scoring.domain.policy import placing
from services.scoring.domain.policy.placing import Exclusions
from services.scoring.store.equipment import EXPORTS_AT_ONCE
from services.scoring.store.exporting import every_line
from shared.http.wire import Text
from shared.kernel.words import UnitLevel


class _Passing(FileResponse):
    """A file that goes with its answer, also with one that is broken off, or refuses the part asked for."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            os.unlink(self.path)


async def _place(request: Request, _known: Acting) -> AsyncIterator[None]:
    """One of the few places for who exports, once it is known who asks."""
    flat: Alive = request.app.state.flat
    places = flat.equipment.exporting
    if places.locked():
        raise ExportsUnderWay(EXPORTS_AT_ONCE)
    async with places:
        yield


# The router's own come before a route's: the place is taken before the connection.
ROUTES = APIRouter(prefix="/exports", dependencies=[Depends(_place, scope="function")])

AsFormat = Annotated[Format, Query(alias="format")]
_FILE: dict[str, Any] = {"content": {media: {} for media in MEDIA.values()}}


@ROUTES.get("/rates", response_class=FileResponse, responses={200: _FILE})
async def export_rates(
    asking: Asking,
    period: InPeriod,
    file_format: AsFormat = Format.CSV,
    level: Annotated[UnitLevel, Query()] = UnitLevel.STREET,
    group: Annotated[Text | None, Query(max_length=40, description="Only units compared in it.")] = None,
    exclusions: WithExclusions = Exclusions.APPLIED,
) -> FileResponse:
    """三率 of a level's units, as the ranking shows them; an open period says that it is."""
    city = await asking.city_of(period.label)
    if group is not None and group not in city.groups.by_code:
        raise UnknownGroup(group)
    now = await asking.sums(period.label, exclusions)
    before = await asking.sums(asking.periods.before(period.label), exclusions)
    about = (period.label, await asking.state(period.label), city.policy.version, exclusions, level)
    placed = [each for each in placing.place(now, before, city, level) if group in (None, each.group)]

    async def pages() -> AsyncGenerator[Sequence[Row], None]:
        yield export_tables.rates(placed, city, about)

    return await _file(f"rates-{period.label}-{level}", file_format, export_tables.RATES, pages())


@ROUTES.get("/cases", response_class=FileResponse, responses={200: _FILE})
async def export_cases(
    asking: Asking,
    period: InPeriod,
    unit: Annotated[Text, Query(max_length=40, description="It and all below it.")],
    file_format: AsFormat = Format.CSV,
    exclusions: WithExclusions = Exclusions.APPLIED,
) -> FileResponse:
    """Every line behind a unit's numbers; for whoever may open its cases."""
    city = await asking.city_of(period.label)
    units = asking.opened(unit, city.units)
    state = await asking.state(period.label)

    async def pages() -> AsyncGenerator[Sequence[Row], None]:
        with_excluded = exclusions is Exclusions.IGNORED
        found = every_line(asking.connection, period.label, units, with_excluded=with_excluded)
        async with aclosing(found) as there:
            async for some in there:
                yield export_tables.lines(some, city, state)

    return await _file(f"cases-{period.label}-{unit}", file_format, export_tables.LINES, pages())


async def _file(
    name: str, file_format: Format, columns: Sequence[Column], pages: AsyncGenerator[Sequence[Row], None]
) -> FileResponse:
    """Written whole before the answer begins: what goes wrong is a problem, and no half file."""
    with tempfile.NamedTemporaryFile(prefix="jiesu-export-", suffix=f".{file_format}", delete=False) as made:
        path = Path(made.name)
    try:
        # Given up half-way, the rows' transaction must end here: others have its connection next.
        async with aclosing(pages):
            await export_files.write(path, file_format, columns, pages)
    except BaseException:
        os.unlink(path)
        raise
    return _Passing(path, media_type=MEDIA[file_format], filename=f"{name}.{file_format}")
