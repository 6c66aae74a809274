"""Who acts at router's door, and on what."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Depends, Response

from services.router.domain.commands import By
from services.router.domain.model import Case, WorkOrder
from services.router.domain.policy.orders import sees
from services.router.domain.words import Words, context, read_words
from services.router.store import Equipment, RouterWork, queries
from shared.city.city import City
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.etag import tagged
from shared.http.idempotency import Once
from shared.http.knock import Opening, Reading, equipment, opening
from shared.http.wire import Wire
from shared.kernel.errors import NotAllowed
from shared.kernel.ids import CaseId, UnitCode
from shared.sealing.ring import Ring

OpenWork = Annotated[Opening[RouterWork], Depends(opening)]
Equipped = Annotated[Equipment, Depends(equipment)]
Handle = Callable[[RouterWork, Any], Awaitable[Case]]
"""What a route has the desk do with a command."""
DESK = (Role.DISPATCHER, Role.SUPERVISOR)

UnitStaff = Annotated[Caller, allow(Role.UNIT)]
Desk = Annotated[Caller, allow(*DESK)]
Urger = Annotated[Caller, allow(*DESK, Role.CALLER)]
ListReader = Annotated[Caller, allow(*DESK, Role.OPS)]
Reader = Annotated[Caller, allow(*DESK, Role.OPS, Role.UNIT)]
WordsReader = Annotated[Caller, allow(*DESK, Role.UNIT)]
"""Who may read what citizens said, as far as the case is theirs."""


class UnitNotNamed(NotAllowed):
    """Staff of a unit whose token does not say of which."""

    def __init__(self) -> None:
        super().__init__("this token has the role unit, and no unit; ask the issuer for its unit claim")


def unit_clerk(caller: Caller) -> By:
    """Acts for a unit. A token without its unit acts for nobody: it would act for all."""
    if caller.unit is None:
        raise UnitNotNamed
    return By(caller.subject, caller.unit)


def desk_clerk(caller: Caller) -> By:
    """Acts for the desk."""
    return By(caller.subject)


def reader(caller: Caller) -> By:
    """Looks on: the desk sees everything, a unit its own."""
    return desk_clerk(caller) if sees_all(caller) else unit_clerk(caller)


def sees_all(caller: Caller) -> bool:
    """Whether every unit's orders and cases are the caller's to read."""
    return caller.may(*DESK, Role.OPS)


def words_reader(caller: Caller) -> By:
    """For whom somebody reads what citizens said: the desk for itself, everybody else for their unit. Whoever
    is an operator too sees more cases, and reads no more words for that.
    """
    return desk_clerk(caller) if caller.may(*DESK) else unit_clerk(caller)


def units_below(by: By, city: City) -> frozenset[UnitCode] | None:
    """The unit and all below it; None: all there are."""
    if by.unit is None:
        return None
    return frozenset((by.unit, *map(UnitCode, city.units.with_below(by.unit))))


def units_asked(caller: Caller, city: City, unit: str | None) -> frozenset[UnitCode] | None:
    """The same, narrowed to one of them; a unit that is not theirs is as empty as one that is not there."""
    of_units = units_below(reader(caller), city)
    if unit is None:
        return of_units
    below = units_below(By(caller.subject, UnitCode(unit)), city) or frozenset()
    return below if of_units is None else below & of_units


def may_read_case(case: Case, by: By, city: City) -> bool:
    """Whether any of the case's orders is theirs."""
    return by.unit is None or any(sees(order, by, city.units) for order in case.orders)


def theirs(by: By, city: City) -> Callable[[WorkOrder | UnitCode], bool]:
    """Whether an order is theirs to see, or a unit theirs or below them."""

    def is_theirs(what: WorkOrder | UnitCode) -> bool:
        if isinstance(what, WorkOrder):
            return sees(what, by, city.units)
        return by.unit is None or city.units.is_within(what, by.unit)

    return is_theirs


def words_of(ring: Ring, case: Case, caller: Caller, city: City) -> tuple[Words, ...] | None:
    """The citizen's words and supplements; operators keep the machine running and need not read them. A unit
    the case went on without reads what it was sent with, and nothing that was added.
    """
    by = _told_words(caller)
    if by is None or not may_read_case(case, by, city):
        return None
    added = case.supplements if goes_on(case, by, city) else ()
    return _opened(ring, case.case_id, case.sealed_words, *(each.sealed_words for each in added))


async def joined_words(
    ring: Ring, connection: Reading, case: Case, caller: Caller, city: City
) -> dict[CaseId, tuple[Words, ...]]:
    """并案: what the citizens of joined cases said, for whoever reads the supplements of this one."""
    by = _told_words(caller)
    if by is None or not goes_on(case, by, city):
        return {}
    return {
        each.case_id: _opened(
            ring, each.case_id, each.sealed_words, *(added.sealed_words for added in each.supplements)
        )
        for each in await queries.joined_to(connection, case.case_id)
    }


def goes_on(case: Case, by: By, city: City) -> bool:
    """Whether the case is still with one of the reader's units; with the desk it always is. A joined case is
    with who has the other, and read there.
    """
    still = () if case.merged_into else (each for each in case.orders if each not in case.earlier)
    return by.unit is None or any(map(theirs(by, city), still))


def _told_words(caller: Caller) -> By | None:
    """None: they read no words at all."""
    may = caller.may(*DESK) or (caller.may(Role.UNIT) and caller.unit is not None)
    return words_reader(caller) if may else None


def _opened(ring: Ring, case_id: CaseId, *sealed: str) -> tuple[Words, ...]:
    return tuple(read_words(ring.open(each, context=context(case_id))) for each in sealed)


async def moved(
    open_work: Opening[RouterWork],
    once: Once,
    move: Callable[[RouterWork], Awaitable[Case]],
    show: Callable[[Case], Wire],
) -> Response:
    """One move of a case, once, committed before the answer goes out with the new version as its ETag."""
    async with open_work() as work:
        return await once.moved(work, move=lambda: move(work), view=show, headers=tagged)
