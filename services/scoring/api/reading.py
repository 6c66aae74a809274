"""What every question is answered from: a connection for reading, the city, the instant, and who asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Depends, Query, Request

from services.scoring.domain.errors import NotYourUnit, UnknownUnit
from services.scoring.domain.periods import CURRENT, Period, Periods
from shared.city.city import City
from shared.city.units import Unit
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.knock import Reading
from shared.kernel.clock import Clock

OVERSEERS = (Role.DISPATCHER, Role.SUPERVISOR, Role.OPS, Role.ANALYST)

Reader = Annotated[Caller, allow(*OVERSEERS, Role.UNIT)]
"""The ranking is open to every unit; the cases behind a number are open to its unit and those above."""


class Alive(Protocol):
    """The parts of a living flat that a reader needs."""

    city: City
    clock: Clock


@dataclass(frozen=True, slots=True)
class Question:
    """One question to the ledger."""

    connection: Reading
    city: City
    caller: Caller
    now: datetime

    @property
    def periods(self) -> Periods:
        return Periods.of_policy(self.city.policy)

    def unit(self, code: str) -> Unit:
        """The unit asked about. Raises `UnknownUnit`."""
        if not self.city.units.knows(code):
            raise UnknownUnit(code)
        return self.city.units.get(code)

    def sees(self, codes: Iterable[str]) -> bool:
        """Whether the caller may open what belongs to one of these units."""
        if self.caller.may(*OVERSEERS):
            return True
        mine, units = self.caller.unit, self.city.units
        return mine is not None and any(units.knows(code) and units.is_within(code, mine) for code in codes)

    def opened(self, code: str) -> tuple[str, ...]:
        """The unit and all below it, for who may open its cases. Raises `UnknownUnit`, `NotYourUnit`."""
        self.unit(code)
        if not self.sees([code]):
            raise NotYourUnit(code)
        return tuple(below for below, lineage in self.city.units.lineages.items() if code in lineage)


async def _question(request: Request, caller: Reader, connection: Reading) -> Question:
    flat: Alive = request.app.state.flat
    return Question(connection, flat.city, caller, flat.clock.now())


Asking = Annotated[Question, Depends(_question, scope="function")]


async def _period(
    asking: Asking,
    period: Annotated[str, Query(max_length=7, description="`current` or YYYY-MM.")] = CURRENT,
) -> Period:
    return asking.periods.asked(period, at=asking.now)


InPeriod = Annotated[Period, Depends(_period)]
