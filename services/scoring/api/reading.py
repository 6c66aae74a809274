"""What every question is answered from: a connection for reading, the city, the instant, and who asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Protocol

from fastapi import Depends, Query, Request

from services.scoring.api import schemas, views
from services.scoring.domain.errors import NotYourUnit, NoUnit, PeriodNotClosed, UnknownUnit
from services.scoring.domain.lifecycle import MonthState
from services.scoring.domain.month import Month, judged_in
from services.scoring.domain.periods import CURRENT, Period, Periods
from services.scoring.domain.policy import placing
from services.scoring.domain.policy.placing import Exclusions
from services.scoring.domain.policy.rates import Sum
from services.scoring.store import Equipment, periods, sums
from services.scoring.store.divisions import DivisionsShelf
from shared.city.city import City
from shared.city.units import Unit, Units
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.knock import Reading
from shared.kernel.clock import Clock
from shared.kernel.ids import UnitCode
from shared.kernel.words import UnitLevel

OVERSEERS = (Role.DISPATCHER, Role.SUPERVISOR, Role.OPS, Role.ANALYST)

Reader = Annotated[Caller, allow(*OVERSEERS, Role.UNIT)]
"""The ranking is open to every unit; the cases behind a number are open to its unit and those above."""


class Alive(Protocol):
    """The parts of a living flat that a reader needs."""

    city: City
    clock: Clock
    equipment: Equipment


@dataclass(frozen=True, slots=True)
class Standpoint:
    """Who asks or acts, in which city, and when. It holds no connection: who acts opens a work, and a request
    that waits for a second connection with one in its hands stops all others, as soon as they are as many.
    """

    city: City
    caller: Caller
    now: datetime

    @property
    def periods(self) -> Periods:
        return Periods.of_policy(self.city.policy)

    @property
    def oversees(self) -> bool:
        """Whether the caller sees all units."""
        return self.caller.may(*OVERSEERS)

    @property
    def mine(self) -> tuple[str, ...] | None:
        """The units whose affairs the caller sees; None: all."""
        if self.oversees:
            return None
        return self.city.units.with_below(self.caller.unit) if self.caller.unit else ()

    def sees(self, codes: Iterable[str]) -> bool:
        """Whether the caller may open what belongs to one of these units."""
        return self.oversees or self._has_below(codes)

    def may_ask_about(self, codes: Iterable[str]) -> bool:
        """Whether the caller may ask for something in the name of one of these units: who only sees all of
        them may not.
        """
        return acts_for(self.caller) is None or self._has_below(codes)

    def _has_below(self, codes: Iterable[str]) -> bool:
        mine, units = self.caller.unit, self.city.units
        return mine is not None and any(units.knows(code) and units.is_within(code, mine) for code in codes)


@dataclass(frozen=True, slots=True)
class Question(Standpoint):
    """One question to the ledger."""

    connection: Reading
    divisions: DivisionsShelf

    async def month(self, period: str) -> Month | None:
        """The period's close, when one was asked for."""
        return await periods.month(self.connection, period)

    async def city_of(self, period: str) -> City:
        """The city the period is read by: with the rules of the time its close was asked for, and the
        divisions of the time it was closed.
        """
        found = await self.month(period)
        if found is None:
            return judged_in(period, self.city)
        city = found.judged(self.city)
        if found.divisions is None:
            return city
        return (await self.divisions.get(self.connection, found.divisions)).over(city)

    async def view(self, of: Period) -> schemas.PeriodView:
        """The period as it stands."""
        return views.period(of, self.periods, await self.state(of.label), at=self.now)

    async def state(self, period: str) -> MonthState:
        """Where the period stands; open until its close is asked for."""
        found = await self.month(period)
        return found.state if found else MonthState.OPEN

    async def is_closed(self, period: str) -> bool:
        return await self.state(period) is MonthState.CLOSED

    async def require_closed(self, period: str) -> None:
        """Raise `PeriodNotClosed`: only what is frozen is judged."""
        if not await self.is_closed(period):
            raise PeriodNotClosed(period)

    async def sums(self, period: str, exclusions: Exclusions) -> list[Sum]:
        """What a period's lines add up to: as frozen, or as they are now."""
        if await self.is_closed(period):
            found = await sums.frozen_sums(self.connection, period)
        else:
            found = await sums.live_sums(self.connection, period, at=self.now)
        return placing.read(found, exclusions)

    @property
    def root(self) -> str:
        """The city itself."""
        return next(each.code for each in self.city.units.by_code.values() if each.level is UnitLevel.CITY)

    def opened(self, code: str, units: Units) -> tuple[str, ...]:
        """The unit and all below it in this tree, for who may open its cases now. Raises `UnknownUnit`,
        `NotYourUnit`.
        """
        unit_in(units, code)
        if not self.sees([code]):
            raise NotYourUnit(code)
        return units.with_below(code)

    def within(self, code: str) -> tuple[str, ...]:
        """The unit and all below it, for what is open to everybody. Raises `UnknownUnit`."""
        unit_in(self.city.units, code)
        return self.city.units.with_below(code)


def unit_in(units: Units, code: str) -> Unit:
    """The unit asked about. Raises `UnknownUnit`."""
    if not units.knows(code):
        raise UnknownUnit(code)
    return units.get(code)


def acts_for(caller: Caller) -> UnitCode | None:
    """For whom somebody asks or acts: a supervisor for the desk, whatever else they are; anybody else for
    their unit, whatever else they see. Raises `NoUnit`.
    """
    if caller.may(Role.SUPERVISOR):
        return None
    if caller.unit is None:
        raise NoUnit
    return caller.unit


async def _standpoint(request: Request, caller: Reader) -> Standpoint:
    flat: Alive = request.app.state.flat
    return Standpoint(flat.city, caller, flat.clock.now())


Acting = Annotated[Standpoint, Depends(_standpoint)]


async def _question(request: Request, here: Acting, connection: Reading) -> Question:
    flat: Alive = request.app.state.flat
    return Question(here.city, here.caller, here.now, connection, flat.equipment.divisions)


Asking = Annotated[Question, Depends(_question, scope="function")]


async def _period(
    asking: Asking,
    period: Annotated[str, Query(max_length=7, description="`current` or YYYY-MM.")] = CURRENT,
) -> Period:
    return asking.periods.asked(period, at=asking.now)


InPeriod = Annotated[Period, Depends(_period)]

WithExclusions = Annotated[
    Exclusions,
    Query(description="剔除: excluded cases left out (`applied`), or counted all the same (`ignored`)."),
]
