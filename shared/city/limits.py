"""Time limits and opening hours as values; `calendar` turns them into instants."""

import re
from dataclasses import dataclass
from datetime import time, timedelta
from enum import StrEnum
from typing import Self

from shared.city.errors import UnreadableLimit, UnreadableWindow

_WRITTEN = re.compile(r"(0|[1-9][0-9]{0,4})(min|h|wd)", re.ASCII)


class Measure(StrEnum):
    """What a limit is counted in."""

    MINUTES = "min"
    HOURS = "h"
    WORKDAYS = "wd"


@dataclass(frozen=True, slots=True)
class Limit:
    """时限: hours and minutes of wall-clock time, or workdays; written 2h, 30min, 7wd."""

    amount: int
    measure: Measure

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a limit as it is written in the policy file."""
        written = _WRITTEN.fullmatch(text)
        if written is None:
            raise UnreadableLimit(text)
        return cls(int(written[1]), Measure(written[2]))

    @property
    def is_workdays(self) -> bool:
        """Whether the limit runs in workdays instead of wall-clock time."""
        return self.measure is Measure.WORKDAYS

    @property
    def duration(self) -> timedelta:
        """The wall-clock length of an hour or minute limit."""
        if self.measure is Measure.WORKDAYS:
            raise UnreadableLimit(str(self))
        return timedelta(minutes=self.amount if self.measure is Measure.MINUTES else 60 * self.amount)

    def times(self, factor: int) -> "Limit":
        """The same limit so many times over."""
        return Limit(self.amount * factor, self.measure)

    def __str__(self) -> str:
        return f"{self.amount}{self.measure.value}"


@dataclass(frozen=True, slots=True)
class Window:
    """Local opening hours, closed at `closes` itself; outside them it is quiet."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise UnreadableWindow(self.opens.isoformat("minutes"), self.closes.isoformat("minutes"))
