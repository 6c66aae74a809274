"""五有: what a community has for its residents to deliberate, ticked item by item."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.kernel.ids import UnitCode


@dataclass(frozen=True, slots=True)
class Tick:
    """What was said last of one item, and by whom."""

    item: str
    has: bool
    by: UnitCode
    person: str
    """Whose account it was; stays with grid."""
    at: datetime
    list_version: int
    sealed_words: str | None = None
    """What shows it, if anything was said."""


@dataclass(frozen=True, slots=True)
class Foundations:
    """One community; nothing is known of an item that nobody ticked."""

    unit: UnitCode
    ticks: tuple[Tick, ...] = ()
    version: int = 0

    def tick_of(self, item: str) -> Tick | None:
        return next((tick for tick in self.ticks if tick.item == item), None)

    def has(self, item: str) -> bool | None:
        """None: nobody said."""
        tick = self.tick_of(item)
        return None if tick is None else tick.has


@dataclass(frozen=True, slots=True)
class TickItem:
    """勾选: it is there, or it is not. `by` is the asker's own unit."""

    unit: UnitCode
    by: UnitCode
    person: str
    item: str
    has: bool
    words: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """How many communities have an item, lack it, or have said nothing."""

    item: str
    have: int
    lack: int
    unsaid: int


@dataclass(frozen=True, slots=True)
class Reach:
    """How far the communities of one unit are."""

    unit: UnitCode
    communities: int
    complete: int
    """Those that have every item."""
    items: tuple[Standing, ...]


def place_of(unit: UnitCode, item: str) -> str:
    """What a sealed value is bound to."""
    return f"foundation.{item}:{unit}"
