"""What grid refuses to terminals and to who gives them out, by name.

Unauthenticated
├── CodeRefused         no such enrolment code, or one that is used or over
├── TerminalSignedOut   a token of a terminal that is not good, or not good any more
└── TerminalRevoked     taken back; `wipe` says whether to forget everything
NotFound
└── UnknownTerminal     none with this id, or another unit's
NotAllowed
├── TerminalsOnly       only an enrolled terminal may
└── NotYourTerminal     a unit gives terminals to its own workers and those below it
Invalid
├── TerminalUnitRefused the worker's unit is none of the directory
└── ItemIdRefused       a terminal's ids are ordered by time
Conflict
├── ItemIdTaken         the same id, but something else
├── SequencePassed      a number that was used already
├── SequenceGap         something before it has not come yet
└── VersionPassed       what it changes has changed since the worker saw it
"""

from shared.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Unauthenticated
from shared.kernel.ids import ItemId, TerminalId, UnitCode


class CodeRefused(Unauthenticated):
    """One answer for unknown, used and over: nobody learns which codes there were."""

    def __init__(self) -> None:
        super().__init__("this code is not valid, or is over; ask your unit for a new one")


class TerminalSignedOut(Unauthenticated):
    """The token is not, or not any more, one of a terminal."""

    def __init__(self) -> None:
        super().__init__("this terminal is not signed in; refresh its token, or enrol it with a new code")


class TerminalRevoked(Unauthenticated):
    """Taken back by its unit or by ops, or because an old token of it turned up."""

    def __init__(self, *, wipe: bool) -> None:
        super().__init__("this terminal was taken back; hand it to your unit", wipe=wipe)


class UnknownTerminal(NotFound):
    """None with this id, or not the asker's to see: the answer is the same."""

    def __init__(self, terminal_id: TerminalId) -> None:
        super().__init__(f"there is no terminal {terminal_id}", terminal_id=str(terminal_id))


class TerminalsOnly(NotAllowed):
    """Only an enrolled terminal may."""

    def __init__(self) -> None:
        super().__init__("only an enrolled terminal may do this")


class NotYourTerminal(NotAllowed):
    """A unit gives terminals to its own workers and to those of units below it."""

    def __init__(self, unit: UnitCode, wanted: UnitCode) -> None:
        super().__init__(f"{unit} gives no terminals to workers of {wanted}", unit=unit, wanted=wanted)


class TerminalUnitRefused(Invalid):
    """The worker's unit is none of the directory."""

    def __init__(self, unit: UnitCode) -> None:
        super().__init__(f"{unit} is no unit of the directory", field="unit", unit=unit)


class ItemIdRefused(Invalid):
    """Ids are ordered by time, here and at the terminals."""

    def __init__(self) -> None:
        super().__init__("an item's id is a UUID of version 7", field="id")


class ItemIdTaken(Conflict):
    """The id names something else already; a terminal makes a new one for each thing it does."""

    def __init__(self, item_id: ItemId) -> None:
        super().__init__(f"{item_id} is something else already; make a new id", id=str(item_id))


class SequencePassed(Conflict):
    """The number was used for another item."""

    def __init__(self, sequence: int, following: int) -> None:
        super().__init__(
            f"{sequence} was used already; number what is left from {following}",
            sequence=sequence,
            next_sequence=following,
        )


class SequenceGap(Conflict):
    """What comes before it has not arrived: applied now, it would be out of order."""

    def __init__(self, sequence: int, following: int) -> None:
        super().__init__(
            f"{following} comes before {sequence} and has not arrived; send it first",
            sequence=sequence,
            next_sequence=following,
        )


class VersionPassed(Conflict):
    """Somebody changed it since the worker saw it."""

    def __init__(self, seen: int, current: int) -> None:
        super().__init__(
            "this changed since you saw it; look at it and decide anew", seen=seen, version=current
        )
