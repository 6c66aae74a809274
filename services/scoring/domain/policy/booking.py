"""Booking: where a line is written when its own period may be settled already.

What is settled never changes. A line that is late counts in full in the next period, and says from which it
comes; a difference to a line that is settled is an adjustment there: a line of its own, signed, so that all
periods together always are the ledger as it is known now.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar


class Worth(NamedTuple):
    """What a line adds: to a rate, and to how many cases there are."""

    numerator: Decimal = Decimal(0)
    denominator: int = 0
    cases: int = 0

    def less(self, other: "Worth") -> "Worth":
        """What is missing from the other one to this."""
        return Worth(
            self.numerator - other.numerator,
            self.denominator - other.denominator,
            self.cases - other.cases,
        )


NOTHING = Worth()


class Countable(Protocol):
    """What is booked: a line of a case, or of a department's call."""

    @property
    def key(self) -> Hashable: ...

    @property
    def period(self) -> str: ...

    @property
    def side(self) -> Hashable:
        """For whom it counts; None: it is not known here, and whoever has it keeps it."""

    @property
    def worth(self) -> Worth: ...

    def counting(self, worth: Worth) -> Self:
        """The same line with another worth, for its own side."""


L = TypeVar("L", bound=Countable)


@dataclass(frozen=True, slots=True)
class Booked(Generic[L]):
    """A line where it is written: number 0 the line itself, others adjustments to it."""

    line: L
    number: int
    period: str
    late_from: str | None = None
    """The settled period it comes too late for."""


def is_settled(line: Countable, before: Countable | None, opened: str) -> bool:
    """Whether the line, or what was written of it before, belongs to a period that cannot change."""
    return line.period < opened or (before is not None and before.period < opened)


def book(line: L, opened: str, stored: Sequence[Booked[L]]) -> tuple[Booked[L], ...]:
    """What to write of a line when nothing before `opened` may change, beside what is stored of it."""
    first = next((each for each in stored if each.number == 0), None)
    if first is None or first.period >= opened:
        return (_whole(line, opened, first),)
    return tuple(_adjustments(line, opened, stored, first))


def _whole(line: L, opened: str, first: Booked[L] | None) -> Booked[L]:
    if first is not None and first.late_from is not None:
        return Booked(line, 0, first.period, first.late_from)
    late = line.period < opened
    return Booked(line, 0, opened if late else line.period, line.period if late else None)


def _adjustments(line: L, opened: str, stored: Sequence[Booked[L]], first: Booked[L]) -> Iterable[Booked[L]]:
    settled = [each for each in stored if each.period < opened]
    known = first.line if line.side is None else line
    wanted: dict[Any, tuple[L, Worth]] = {known.side: (known, line.worth)}
    for each in settled:
        found, worth = wanted.get(each.line.side, (each.line, NOTHING))
        wanted[each.line.side] = found, worth.less(each.line.worth)
    numbers = {each.line.side: each.number for each in stored if each.period >= opened}
    following = max(each.number for each in stored) + 1
    for side, (whose, worth) in wanted.items():
        if worth != NOTHING or side in numbers:
            number = numbers.pop(side, following)
            following = max(following, number + 1)
            yield Booked(whose.counting(worth), number, opened, first.period)
    # An adjustment whose side has no part in it any more is taken back, not left standing.
    for each in stored:
        if each.period >= opened and each.line.side in numbers:
            yield Booked(each.line.counting(NOTHING), each.number, opened, first.period)
