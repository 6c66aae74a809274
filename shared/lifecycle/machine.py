"""A life is a table of moves. It can be drawn, counted and tested; an if-chain cannot."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from shared.events.fact import Fact
from shared.kernel.errors import Conflict

State = TypeVar("State", bound=StrEnum)


class MoveNotAllowed(Conflict):
    """The table has no such move from this state."""

    def __init__(self, life: str, move: str, state: str) -> None:
        super().__init__(f"the {life} is {state}; no {move!r} follows from there", move=move, state=state)
        self.move = move
        self.state = state


@dataclass(frozen=True, slots=True)
class Move(Generic[State]):
    """One line of the table. `target` None: the state stays, but the move is still only for `sources`."""

    name: str
    sources: frozenset[State]
    target: State | None
    says: type[Fact]
    why: str


class Lifecycle(Generic[State]):
    """The whole table of one life."""

    def __init__(self, name: str, *, first: State, moves: Iterable[Move[State]]) -> None:
        self.name = name
        self.first = first
        self.states: type[State] = type(first)
        self.moves = {move.name: move for move in moves}

    def fire(self, move: str, state: State) -> State:
        """The state after. Raises `MoveNotAllowed`; `KeyError` for a move that no table has (a bug)."""
        found = self.moves[move]
        if state not in found.sources:
            raise MoveNotAllowed(self.name, move, state)
        return found.target or state

    def allowed(self, state: State) -> tuple[str, ...]:
        """The moves that fire from a state, in the table's order."""
        return tuple(move.name for move in self.moves.values() if state in move.sources)

    def mermaid(self) -> str:
        """The life as a Mermaid state diagram; moves that stay are listed as notes."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.first}"]
        for move in self.moves.values():
            if move.target is not None:
                lines += [f"    {source} --> {move.target} : {move.name}" for source in sorted(move.sources)]
        ends = [state for state in self.states if not any(self._leads_on(move, state) for move in self.moves)]
        return "\n".join([*lines, *(f"    {end} --> [*]" for end in ends)]) + "\n"

    def _leads_on(self, move: str, state: State) -> bool:
        found = self.moves[move]
        return found.target is not None and state in found.sources
