"""The people of the journeys, as the demonstration knows them, and waiting as the journeys wait."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from deploy.demo import people
from deploy.demo.people import (
    CitizenApp,
    Dispatcher,
    GridWorker,
    Line,
    NobodyAnswers,
    NotInTime,
    Operator,
    Person,
    PhoneCaller,
    Receipt,
    Refused,
    Table,
    Town,
    Unit,
    Vote,
)

__all__ = [
    "CitizenApp",
    "Dispatcher",
    "GridWorker",
    "Line",
    "NobodyAnswers",
    "NotInTime",
    "Operator",
    "Person",
    "PhoneCaller",
    "Receipt",
    "Refused",
    "Table",
    "Town",
    "Unit",
    "Vote",
    "eventually",
]
T = TypeVar("T")
WITHIN = 90.0


async def eventually(
    read: Callable[[], Awaitable[T]],
    *,
    until: Callable[[T], Any] = bool,
    within: float = WITHIN,
    what: str = "",
) -> T:
    """What is under way arrives within seconds, or the journey has failed."""
    return await people.eventually(read, until=until, within=within, what=what)
