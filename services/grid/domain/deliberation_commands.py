"""What a community or street can be asked to do about a deliberation. `by` is the asker's own unit."""

from dataclasses import dataclass, field
from datetime import date, datetime

from services.grid.domain.deliberation import Rating, Seat, Side, Vote
from services.grid.domain.rounds import Doer
from shared.kernel.ids import CaseId, DeliberationId, UnitCode
from shared.kernel.words import Giver, Means, RaisedFrom


@dataclass(frozen=True, slots=True)
class RaiseMatter:
    """说."""

    deliberation_id: DeliberationId
    by: UnitCode
    unit: UnitCode
    raised_from: RaisedFrom
    case_ids: tuple[CaseId, ...]
    matter: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OnDeliberation:
    """A command to change one that was raised."""

    deliberation_id: DeliberationId
    by: UnitCode


@dataclass(frozen=True, slots=True)
class LinkCases(OnDeliberation):
    """Other citizens' cases are about the same matter."""

    case_ids: tuple[CaseId, ...]


@dataclass(frozen=True, slots=True)
class Propose(OnDeliberation):
    """One more way to settle it."""

    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DropOption(OnDeliberation):
    """Off the table, after objections."""

    option: int
    objections: int
    reason: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Meet(OnDeliberation):
    """议."""

    held_at: datetime
    seats: tuple[Seat, ...]
    vote: Vote | None
    minutes: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pilot(OnDeliberation):
    """试点: several options are tried out side by side."""

    options: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Commit(OnDeliberation):
    """承诺 of one side."""

    side: Side
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class GivePledge(OnDeliberation):
    """筹."""

    means: Means
    amount: int
    giver: Giver
    unit: UnitCode | None
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SetTask:
    """One thing to do, whose and until when."""

    owner: UnitCode
    due: date
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Begin(OnDeliberation):
    """办: the first tasks."""

    tasks: tuple[SetTask, ...]


@dataclass(frozen=True, slots=True)
class AddTask(OnDeliberation):
    """One task more."""

    task: SetTask


@dataclass(frozen=True, slots=True)
class ReportTask(OnDeliberation):
    """A task is done, and what shows it."""

    task: int
    evidence: str = field(repr=False)
    doer: Doer | None = None
    """By whose terminal, that may have been offline since; None: at this moment."""


@dataclass(frozen=True, slots=True)
class Evaluate(OnDeliberation):
    """评."""

    rating: Rating


@dataclass(frozen=True, slots=True)
class Abandon(OnDeliberation):
    """Give it up, and say why."""

    reason: str = field(repr=False)
