"""What grid refuses about deliberations and conferences, by name.

NotFound
├── UnknownDeliberation   none with this id, or another community's
├── UnknownOption · UnknownTask
└── UnknownConference     none with this id, or the asker sat not at its table
NotAllowed
├── MayNotDeliberate      only the community itself and the street above it may
├── NotYourTask           another unit answers for the task
├── CaseElsewhere         the case is another place's
└── MayNotConfer          the case is another street's
Conflict
├── OptionOffTable        dropped, or adopted already
├── AlreadyCommitted      a side gives its word once
├── TaskDone              it was done before
├── TasksUndone           residents judge when everything is done
├── ListFull              more than one deliberation holds
└── CaseIsOver            nothing is left to divide
Invalid
├── PlaceRefused · CasesMissing · UnitRefused
├── SeatsMiscounted       each of the five sides once
├── MorePresentThanEntitled · TooManyPlacards · PlacardsTwice
├── NotHeldYet · HeldTooLongAgo · DueBefore
├── PilotsMiscounted · NobodyRated
└── PartiesMiscounted · OneLeadAtTable · MinutesMissing
"""

from datetime import date

from shared.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.kernel.ids import CaseId, ConferenceId, DeliberationId, UnitCode


class UnknownDeliberation(NotFound):
    """None with this id, or not the asker's to see: the answer is the same."""

    def __init__(self, deliberation_id: DeliberationId) -> None:
        super().__init__(f"there is no deliberation {deliberation_id}", deliberation_id=str(deliberation_id))


class UnknownOption(NotFound):
    """The deliberation has no such option."""

    def __init__(self, number: int) -> None:
        super().__init__(f"the deliberation has no option {number}", option=number)


class UnknownTask(NotFound):
    """The deliberation has no such task."""

    def __init__(self, number: int) -> None:
        super().__init__(f"the deliberation has no task {number}", task=number)


class UnknownConference(NotFound):
    """None with this id, or not the asker's to see: the answer is the same."""

    def __init__(self, conference_id: ConferenceId) -> None:
        super().__init__(f"there is no conference {conference_id}", conference_id=str(conference_id))


class MayNotDeliberate(NotAllowed):
    """Only the community itself and the street above it may."""

    def __init__(self, by: UnitCode, unit: UnitCode) -> None:
        super().__init__(
            f"deliberations of {unit} are its own and its street's; {by} may look on", by=by, unit=unit
        )


class NotYourTask(NotAllowed):
    """Another unit answers for the task."""

    def __init__(self, by: UnitCode, number: int) -> None:
        super().__init__(f"task {number} is not {by}'s to report", by=by, task=number)


class CaseElsewhere(NotAllowed):
    """The case is another place's."""

    def __init__(self, case_id: CaseId, unit: UnitCode) -> None:
        super().__init__(
            f"case {case_id} lies neither with {unit} nor with its street", case_id=str(case_id), unit=unit
        )


class MayNotConfer(NotAllowed):
    """The case is another street's."""

    def __init__(self, case_id: CaseId, unit: UnitCode) -> None:
        super().__init__(
            f"{unit} is not the street that case {case_id} lies with", case_id=str(case_id), unit=unit
        )


class OptionOffTable(Conflict):
    """Dropped, or adopted already."""

    def __init__(self, number: int, standing: str) -> None:
        super().__init__(f"option {number} is {standing}", option=number, standing=standing)


class AlreadyCommitted(Conflict):
    """A side gives its word once."""

    def __init__(self, side: str) -> None:
        super().__init__(f"{side.replace('_', ' ')} gave its word before", side=side)


class TaskDone(Conflict):
    """It was done before."""

    def __init__(self, number: int) -> None:
        super().__init__(f"task {number} is done already", task=number)


class TasksUndone(Conflict):
    """Residents judge when everything is done."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        named = ", ".join(str(number) for number in numbers)
        super().__init__(f"still to be done: {named}", tasks=list(numbers))


class ListFull(Conflict):
    """More than one deliberation holds."""

    def __init__(self, what: str, most: int) -> None:
        super().__init__(f"a deliberation holds at most {most} {what}", what=what, most=most)


class CaseIsOver(Conflict):
    """Nothing is left to divide."""

    def __init__(self, case_id: CaseId) -> None:
        super().__init__(f"case {case_id} is done; nothing is left to divide", case_id=str(case_id))


class PlaceRefused(Invalid):
    """Deliberations are held in communities and streets."""

    def __init__(self, unit: UnitCode) -> None:
        super().__init__(f"{unit} is no community and no street", field="unit", unit=unit)


class CasesMissing(Invalid):
    """What grew out of a case names it."""

    def __init__(self) -> None:
        super().__init__("a matter raised from a case names the case", field="case_ids")


class UnitRefused(Invalid):
    """No unit of the directory."""

    def __init__(self, field: str, unit: UnitCode) -> None:
        super().__init__(f"{unit} is no unit of the directory", field=field, unit=unit)


class SeatsMiscounted(Invalid):
    """Each of the five sides is named once, also when nobody came for it."""

    def __init__(self) -> None:
        super().__init__("name each of the five sides once, with 0 for an empty seat", field="seats")


class MorePresentThanEntitled(Invalid):
    """Everybody at the table is entitled to a placard."""

    def __init__(self, present: int, entitled: int) -> None:
        super().__init__(
            f"{present} were present, but only {entitled} are entitled",
            field="vote.entitled",
            present=present,
            entitled=entitled,
        )


class TooManyPlacards(Invalid):
    """Nobody raises two."""

    def __init__(self, placards: int, present: int) -> None:
        super().__init__(
            f"{placards} placards were raised by {present} people",
            field="vote.placards",
            placards=placards,
            present=present,
        )


class PlacardsTwice(Invalid):
    """An option is counted once."""

    def __init__(self, option: int) -> None:
        super().__init__(f"option {option} is counted twice", field="vote.placards", option=option)


class NotHeldYet(Invalid):
    """Minutes are of what was held."""

    def __init__(self) -> None:
        super().__init__("it was not held yet", field="held_at")


class HeldTooLongAgo(Invalid):
    """Minutes are of these years."""

    def __init__(self, years: int) -> None:
        super().__init__(f"it was held more than {years} years ago; check the year", field="held_at")


class DueBefore(Invalid):
    """A day that is over is no day to be done by."""

    def __init__(self, field: str, due: date) -> None:
        super().__init__(f"{due} is over already", field=field, due=due.isoformat())


class PilotsMiscounted(Invalid):
    """Two or more are tried out, each once."""

    def __init__(self, most: int) -> None:
        super().__init__(f"2 to {most} options are tried out, each named once", field="options")


class NobodyRated(Invalid):
    """Without a voice there is no evaluation."""

    def __init__(self) -> None:
        super().__init__("at least one resident has to be asked", field="rating")


class PartiesMiscounted(Invalid):
    """A table has two sides at least, and each sits there once."""

    def __init__(self, most: int) -> None:
        super().__init__(f"a conference has 2 to {most} parties, each named once", field="parties")


class OneLeadAtTable(Invalid):
    """One leads, the others help."""

    def __init__(self, leads: int) -> None:
        super().__init__(f"one party leads, not {leads}", field="parties", leads=leads)


class MinutesMissing(Invalid):
    """A division that nobody wrote down binds nobody."""

    def __init__(self) -> None:
        super().__init__("a conference has minutes", field="minutes")
