"""A decision: the state after, and the facts that say what happened."""

from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar


class Aggregate(Protocol):
    """What a repository keeps whole: `version` counts the facts said about it so far."""

    @property
    def version(self) -> int: ...


State = TypeVar("State", bound=Aggregate, covariant=True)


@dataclass(frozen=True, slots=True)
class Decision(Generic[State]):
    """State after, and what is to be said. The store sets the version: one step for each fact."""

    state: State
    facts: tuple[Any, ...] = ()
