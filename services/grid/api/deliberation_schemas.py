"""What comes in about deliberations. All words are sealed on the way to memory."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, StringConstraints

from services.grid.api.schemas import Code, Words
from services.grid.domain import deliberation_commands as do
from services.grid.domain.deliberation import Placards, Rating, Seat, Side, Vote
from services.grid.domain.policy.deliberation import MOST_CASES, MOST_OPTIONS, MOST_PILOTS
from services.grid.domain.policy.deliberation_work import MOST_TASKS
from shared.http.wire import Wire
from shared.kernel.ids import CaseId, DeliberationId, UnitCode, new_id
from shared.kernel.words import Giver, Means, RaisedFrom

People = Annotated[int, Field(ge=0, le=100_000)]
Number = Annotated[int, Field(ge=1, le=10_000)]
Minutes = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)]
SEALED = "Lies sealed; never leaves grid on the bus."


class MatterIn(Wire):
    """说."""

    unit: Code | None = Field(None, description="The community or street; left out: the asker's own.")
    raised_from: RaisedFrom
    case_ids: list[UUID] = Field([], max_length=MOST_CASES, description="The cases it is about.")
    matter: Words = Field(description=SEALED)

    def to_command(self, by: UnitCode) -> do.RaiseMatter:
        return do.RaiseMatter(
            DeliberationId(new_id()),
            by,
            UnitCode(self.unit) if self.unit else by,
            self.raised_from,
            tuple(CaseId(case_id) for case_id in self.case_ids),
            self.matter,
        )


class CasesIn(Wire):
    """Further cases about the same matter."""

    case_ids: list[UUID] = Field(min_length=1, max_length=MOST_CASES)


class OptionIn(Wire):
    """One way to settle it."""

    words: Words = Field(description=SEALED)


class DropIn(Wire):
    """Off the table."""

    objections: int = Field(ge=1, le=100_000, description="How many residents objected.")
    reason: Words = Field(description=SEALED)


class PilotIn(Wire):
    """试点."""

    options: list[Number] = Field(min_length=2, max_length=MOST_PILOTS, description="Numbers of options.")


class SeatIn(Wire):
    """One of the five sides."""

    side: Side
    present: People = Field(description="How many came for it; 0 is an empty seat.")


class PlacardsIn(Wire):
    """Placards for one option."""

    option: Number
    count: People


class VoteIn(Wire):
    """举牌表决."""

    entitled: int = Field(ge=1, le=1_000_000, description="How many might have come and voted.")
    placards: list[PlacardsIn] = Field(min_length=1, max_length=MOST_OPTIONS)
    against: People = Field(0, description="Placards against every option.")

    def to_vote(self) -> Vote:
        placards = tuple(Placards(each.option, each.count) for each in self.placards)
        return Vote(self.entitled, placards, self.against)


class MeetingIn(Wire):
    """议."""

    held_at: AwareDatetime
    seats: list[SeatIn] = Field(min_length=5, max_length=5, description="Each of the five sides once.")
    minutes: Minutes = Field(description=SEALED)
    vote: VoteIn | None = None

    def to_command(self, deliberation_id: DeliberationId, by: UnitCode) -> do.Meet:
        seats = tuple(Seat(seat.side, seat.present) for seat in self.seats)
        vote = self.vote.to_vote() if self.vote else None
        return do.Meet(deliberation_id, by, self.held_at, seats, vote, self.minutes)


class CommitmentIn(Wire):
    """五方承诺."""

    side: Side
    words: Words = Field(description=SEALED)


class PledgeIn(Wire):
    """筹."""

    means: Means
    amount: int = Field(ge=1, le=10**12, description="Fen, hours or things.")
    giver: Giver
    unit: Code | None = Field(None, description="The unit that gives, if one does.")
    words: Words = Field(description="Who gives what. " + SEALED)

    def to_command(self, deliberation_id: DeliberationId, by: UnitCode) -> do.GivePledge:
        unit = UnitCode(self.unit) if self.unit else None
        return do.GivePledge(deliberation_id, by, self.means, self.amount, self.giver, unit, self.words)


class DeliberationTaskIn(Wire):
    """One thing to do."""

    owner: Code = Field(description="The unit that answers for it; a person is named in the words.")
    due: date
    words: Words = Field(description=SEALED)

    def to_task(self) -> do.SetTask:
        return do.SetTask(UnitCode(self.owner), self.due, self.words)


class WorkIn(Wire):
    """办."""

    tasks: list[DeliberationTaskIn] = Field(min_length=1, max_length=MOST_TASKS)


class DeliberationReportIn(Wire):
    """A task is done."""

    evidence: Words = Field(description="What shows it. " + SEALED)


class RatingIn(Wire):
    """评: how many residents said what."""

    satisfied: People = 0
    basically: People = 0
    not_satisfied: People = 0
    no_opinion: People = 0

    def to_rating(self) -> Rating:
        return Rating(self.satisfied, self.basically, self.not_satisfied, self.no_opinion)


class AbandonIn(Wire):
    """Why it leads nowhere."""

    reason: Words = Field(description=SEALED)
