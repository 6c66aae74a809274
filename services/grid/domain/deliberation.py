"""议事 说议筹办评: a matter residents talk over, decide and carry out, as values. All words lie sealed."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from services.grid.domain.lifecycle import DeliberationState
from shared.kernel.ids import CaseId, DeliberationId, UnitCode
from shared.kernel.words import Giver, Means, RaisedFrom


class Side(StrEnum):
    """五方: who sits at the table. No list was found that holds everywhere, so this one is ours."""

    PARTY_BRANCH = "party_branch"
    RESIDENTS_COMMITTEE = "residents_committee"
    OWNERS_COMMITTEE = "owners_committee"
    PROPERTY_COMPANY = "property_company"
    RESIDENTS = "residents"


class OptionStanding(StrEnum):
    """What became of an option."""

    OPEN = "open"
    DROPPED = "dropped"
    PILOTED = "piloted"
    ADOPTED = "adopted"


@dataclass(frozen=True, slots=True)
class Option:
    """方案: one way to settle the matter."""

    number: int
    sealed_words: str
    standing: OptionStanding = OptionStanding.OPEN
    objections: int = 0
    sealed_reason: str | None = None
    """Why it was dropped."""


@dataclass(frozen=True, slots=True)
class Seat:
    """席位: how many came for one side; 0 is an empty seat."""

    side: Side
    present: int


@dataclass(frozen=True, slots=True)
class Placards:
    """举牌: how many were raised for an option."""

    option: int
    count: int


@dataclass(frozen=True, slots=True)
class Vote:
    """举牌表决: each person present raises one placard at most."""

    entitled: int
    """How many might have come and voted."""
    placards: tuple[Placards, ...]
    against: int = 0
    """Placards against every option."""

    @property
    def raised(self) -> int:
        """All placards that were raised."""
        return self.against + sum(each.count for each in self.placards)


@dataclass(frozen=True, slots=True)
class Meeting:
    """议: one meeting with its minutes, and its vote where there was one."""

    number: int
    held_at: datetime
    seats: tuple[Seat, ...]
    sealed_minutes: str
    vote: Vote | None = None

    @property
    def present(self) -> int:
        """Everybody who came."""
        return sum(seat.present for seat in self.seats)

    @property
    def quorate(self) -> bool | None:
        """Whether more than half of those entitled came; None without a vote."""
        return None if self.vote is None else self.present * 2 > self.vote.entitled

    @property
    def adopted(self) -> int | None:
        """The option that more than half of those present voted for, where enough were there to decide."""
        if self.vote is None or not self.quorate:
            return None
        return next((each.option for each in self.vote.placards if each.count * 2 > self.present), None)


@dataclass(frozen=True, slots=True)
class Pledge:
    """筹: `amount` counts fen, hours or things."""

    number: int
    means: Means
    amount: int
    giver: Giver
    unit: UnitCode | None
    sealed_words: str
    """Who gives what."""
    pledged_at: datetime


@dataclass(frozen=True, slots=True)
class Commitment:
    """五方承诺: what one side takes upon itself for good."""

    side: Side
    sealed_words: str
    given_at: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """办: one thing to do, whose and until when; a person who owns it is named in the words."""

    number: int
    owner: UnitCode
    due: date
    sealed_words: str
    done_at: datetime | None = None
    """When it was done, as well as it can be known: a terminal may have been offline."""
    report_received_at: datetime | None = None
    """When grid heard of it; None: not yet, or before it was written down."""
    reported_by: UnitCode | None = None
    sealed_evidence: str | None = None
    """What shows that it is done."""


@dataclass(frozen=True, slots=True)
class Rating:
    """评: how many residents said what."""

    satisfied: int = 0
    basically: int = 0
    not_satisfied: int = 0
    no_opinion: int = 0

    @property
    def voices(self) -> int:
        """Everybody who was asked and answered."""
        return self.satisfied + self.basically + self.not_satisfied + self.no_opinion


@dataclass(frozen=True, slots=True)
class Deliberation:
    """议事: from the matter to what residents say of its outcome."""

    deliberation_id: DeliberationId
    unit: UnitCode
    """The community or street whose residents deliberate."""
    raised_from: RaisedFrom
    case_ids: tuple[CaseId, ...]
    sealed_matter: str
    raised_at: datetime
    options: tuple[Option, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    pledges: tuple[Pledge, ...] = ()
    commitments: tuple[Commitment, ...] = ()
    tasks: tuple[Task, ...] = ()
    rating: Rating | None = None
    state: DeliberationState = DeliberationState.RAISED
    sealed_reason: str | None = None
    """Why it was abandoned."""
    ended_at: datetime | None = None
    version: int = 0

    def option(self, number: int) -> Option | None:
        return next((option for option in self.options if option.number == number), None)

    def task(self, number: int) -> Task | None:
        return next((task for task in self.tasks if task.number == number), None)

    @property
    def doers(self) -> tuple[UnitCode, ...]:
        """Whose grid workers carry it out: its own unit's, and those of whoever answers for a task."""
        return tuple(dict.fromkeys((self.unit, *(task.owner for task in self.tasks))))

    def has_task_of(self, unit: UnitCode) -> bool:
        """Whether the unit answers for one of the tasks."""
        return any(task.owner == unit for task in self.tasks)

    @property
    def tasks_done(self) -> int:
        """How many of the tasks are done."""
        return sum(1 for task in self.tasks if task.done_at is not None)

    def pledged(self, means: Means) -> int:
        """The sum of what was pledged in fen, hours or things."""
        return sum(pledge.amount for pledge in self.pledges if pledge.means is means)

    def about(self, **more: Any) -> dict[str, Any]:
        """What every fact about this deliberation says."""
        return {
            "deliberation_id": self.deliberation_id,
            "unit": self.unit,
            "case_ids": self.case_ids,
            **more,
        }


def place_of(deliberation_id: DeliberationId, part: str, number: int | str = 0) -> str:
    """What a sealed value is bound to: read in any other place, it does not open."""
    return f"deliberation.{part}:{deliberation_id}:{number}"
