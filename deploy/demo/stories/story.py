"""What a story is: its name, how many steps it tells, and how it is played."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from deploy.demo.ending import CallbackEnding, Ending, Expected
from deploy.demo.scene import Scene

Ends = tuple[tuple[Ending, Expected], ...]
"""Each case of a story at its end, and where it belongs."""


class WentElsewhere(Exception):
    """On its way a case did what it must not."""


@dataclass(frozen=True, slots=True)
class Story:
    """One real case, retold."""

    name: str
    title: str
    steps: int
    play: Callable[[Scene], Awaitable[Ends]]


def judged(channel: str, *, solved: str = "yes", satisfied: str = "satisfied") -> CallbackEnding:
    """A callback the citizen answered."""
    return CallbackEnding("completed", channel, True, solved, satisfied)
