"""部门报到统计: how departments came when they were called."""

from dataclasses import asdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from services.grid.api.desk import Reader, below, overseen, sight_of
from services.grid.api.schemas import name_of
from services.grid.domain.coverage import period_of
from services.grid.domain.whistle_statistics import Came
from services.grid.store import whistle_statistics as rows
from shared.city.units import Units
from shared.http.knock import InCity, Reading
from shared.http.wire import Text, Wire

ROUTES = APIRouter()


class CameOut(Wire):
    """One department."""

    unit: str
    name: str
    called: int
    signed_in_time: int = Field(description="Or there, in an emergency, while there was time to sign.")
    contacted_in_time: int
    reported_in: int
    reported_in_time: int
    on_site: int = Field(description="Reported in within the city's radius of the site.")
    acted: int
    overdue: int = Field(description="Calls of which a step ran over.")
    scored: int
    average_score: float | None = Field(description="1 to 5; null where no blower has scored it.")

    @classmethod
    def of(cls, one: Came, units: Units) -> "CameOut":
        shown = asdict(one) | {"name": name_of(one.unit, units), "average_score": one.average_score}
        del shown["points"]
        return cls(**shown)


class StatisticsOut(Wire):
    """Whistles blown in these days that were not taken back."""

    first: date
    last: date
    departments: list[CameOut]


@ROUTES.get("/whistle-statistics")
async def whistle_statistics(
    connection: Reading,
    reader: Reader,
    city: InCity,
    first: Annotated[date, Query(description="The first day, on the city's clock.")],
    last: Annotated[date, Query(description="The last day.")],
    unit: Annotated[Text | None, Query(max_length=40, description="The asker's or one below it.")] = None,
) -> StatisticsOut:
    """部门报到统计 of what the unit, or one below it, blew or was called by. Scoring ranks by the month."""
    asked = overseen(unit, sight_of(reader), city)
    period = period_of(first, last, city)
    found = await rows.came(connection, below(asked, city.units), period)
    departments = [CameOut.of(one, city.units) for one in found]
    return StatisticsOut(first=period.first, last=period.last, departments=departments)
