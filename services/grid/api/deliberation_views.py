"""A deliberation as it is shown. Kept answers hold no words: only who reads one is told what was said."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from services.grid.api.schemas import UNTOLD, Opener, name_of
from services.grid.domain import deliberation as d
from services.grid.domain.lifecycle import DeliberationState
from shared.city.units import Units
from shared.http.wire import Wire
from shared.kernel.ids import UnitCode
from shared.kernel.words import Giver, Means, RaisedFrom

"""Opens what is sealed: its place and the sealed value."""


class OptionOut(Wire):
    number: int
    standing: d.OptionStanding
    objections: int
    words: str | None = UNTOLD
    reason: str | None = Field(description="Why it was dropped. Null in the answer to a change and in lists.")


class SeatOut(Wire):
    side: d.Side
    present: int


class PlacardsOut(Wire):
    option: int
    count: int


class VoteOut(Wire):
    entitled: int
    placards: list[PlacardsOut]
    against: int
    raised: int
    quorate: bool = Field(description="More than half of those entitled were present.")
    adopted: int | None = Field(description="The option that more than half of those present voted for.")


class MeetingOut(Wire):
    number: int
    held_at: datetime
    seats: list[SeatOut]
    present: int
    vote: VoteOut | None
    minutes: str | None = UNTOLD


class PledgeOut(Wire):
    number: int
    means: Means
    amount: int
    giver: Giver
    unit: str | None
    pledged_at: datetime
    words: str | None = UNTOLD


class PledgedOut(Wire):
    """The sums of what was pledged."""

    money_fen: int
    work_hours: int
    things: int


class CommitmentOut(Wire):
    side: d.Side
    given_at: datetime
    words: str | None = UNTOLD


class DeliberationTaskOut(Wire):
    number: int
    owner: str
    owner_name: str
    due: date
    done_at: datetime | None = Field(description="When it was done; a terminal may be offline.")
    report_received_at: datetime | None = Field(description="When it was told that it is done.")
    reported_by: str | None
    words: str | None = UNTOLD
    evidence: str | None = UNTOLD


class RatingOut(Wire):
    satisfied: int
    basically: int
    not_satisfied: int
    no_opinion: int


class DeliberationOut(Wire):
    """A deliberation as it stands; the ETag is its version."""

    deliberation_id: UUID
    unit: str
    unit_name: str
    raised_from: RaisedFrom
    case_ids: list[UUID]
    matter: str | None = UNTOLD
    state: DeliberationState
    raised_at: datetime
    options: list[OptionOut]
    meetings: list[MeetingOut]
    pledges: list[PledgeOut]
    pledged: PledgedOut
    commitments: list[CommitmentOut]
    tasks: list[DeliberationTaskOut]
    rating: RatingOut | None
    ended_at: datetime | None
    reason: str | None = Field(
        description="Why it was abandoned. Null in the answer to a change and in lists."
    )
    version: int


class CarryingOutOut(Wire):
    """办: of a deliberation what those need to know who carry it out."""

    deliberation_id: UUID
    unit: str
    unit_name: str
    matter: str | None
    state: DeliberationState
    tasks: list[DeliberationTaskOut]
    version: int


class Showing:
    """Shows one deliberation: with its words when it is given what opens them.

    A `guest` only answers for tasks: it is told the matter and what concerns them, not what people said.
    """

    def __init__(
        self,
        shown: d.Deliberation,
        units: Units,
        opener: Opener | None = None,
        guest: UnitCode | None = None,
    ) -> None:
        self._shown = shown
        self._units = units
        self._opener = opener
        self._guest = guest

    def out(self) -> DeliberationOut:
        shown = self._shown
        return DeliberationOut(
            deliberation_id=shown.deliberation_id,
            unit=shown.unit,
            unit_name=name_of(shown.unit, self._units),
            raised_from=shown.raised_from,
            case_ids=list(shown.case_ids),
            matter=self._words("matter", 0, shown.sealed_matter),
            state=shown.state,
            raised_at=shown.raised_at,
            options=[self._option(option) for option in shown.options],
            meetings=[self._meeting(meeting) for meeting in shown.meetings],
            pledges=[self._pledge(pledge) for pledge in shown.pledges],
            pledged=_pledged(shown),
            commitments=[self._commitment(given) for given in shown.commitments],
            tasks=[self._task(task) for task in shown.tasks],
            rating=_rating(shown.rating),
            ended_at=shown.ended_at,
            reason=self._words("reason", 0, shown.sealed_reason),
            version=shown.version,
        )

    def work(self) -> CarryingOutOut:
        """What is to be done, and what it is about."""
        shown = self._shown
        return CarryingOutOut(
            deliberation_id=shown.deliberation_id,
            unit=shown.unit,
            unit_name=name_of(shown.unit, self._units),
            matter=self._words("matter", 0, shown.sealed_matter),
            state=shown.state,
            tasks=[self._task(task) for task in shown.tasks],
            version=shown.version,
        )

    def _words(self, part: str, number: int | str, sealed: str | None) -> str | None:
        if self._opener is None or sealed is None or not self._concerns_asker(part, number):
            return None
        return self._opener(d.place_of(self._shown.deliberation_id, part, number), sealed)

    def _concerns_asker(self, part: str, number: int | str) -> bool:
        if self._guest is None or part == "matter":
            return True
        if part not in ("task", "evidence"):
            return False
        return any(task.number == number and task.owner == self._guest for task in self._shown.tasks)

    def _option(self, option: d.Option) -> OptionOut:
        return OptionOut(
            number=option.number,
            standing=option.standing,
            objections=option.objections,
            words=self._words("option", option.number, option.sealed_words),
            reason=self._words("objection", option.number, option.sealed_reason),
        )

    def _meeting(self, meeting: d.Meeting) -> MeetingOut:
        return MeetingOut(
            number=meeting.number,
            held_at=meeting.held_at,
            seats=[SeatOut(side=seat.side, present=seat.present) for seat in meeting.seats],
            present=meeting.present,
            vote=_vote(meeting),
            minutes=self._words("minutes", meeting.number, meeting.sealed_minutes),
        )

    def _pledge(self, pledge: d.Pledge) -> PledgeOut:
        return PledgeOut(
            number=pledge.number,
            means=pledge.means,
            amount=pledge.amount,
            giver=pledge.giver,
            unit=pledge.unit,
            pledged_at=pledge.pledged_at,
            words=self._words("pledge", pledge.number, pledge.sealed_words),
        )

    def _commitment(self, given: d.Commitment) -> CommitmentOut:
        words = self._words("commitment", given.side, given.sealed_words)
        return CommitmentOut(side=given.side, given_at=given.given_at, words=words)

    def _task(self, task: d.Task) -> DeliberationTaskOut:
        return DeliberationTaskOut(
            number=task.number,
            owner=task.owner,
            owner_name=name_of(task.owner, self._units),
            due=task.due,
            done_at=task.done_at,
            report_received_at=task.report_received_at,
            reported_by=task.reported_by,
            words=self._words("task", task.number, task.sealed_words),
            evidence=self._words("evidence", task.number, task.sealed_evidence),
        )


def _vote(meeting: d.Meeting) -> VoteOut | None:
    vote = meeting.vote
    if vote is None:
        return None
    return VoteOut(
        entitled=vote.entitled,
        placards=[PlacardsOut(option=each.option, count=each.count) for each in vote.placards],
        against=vote.against,
        raised=vote.raised,
        quorate=bool(meeting.quorate),
        adopted=meeting.adopted,
    )


def _pledged(shown: d.Deliberation) -> PledgedOut:
    return PledgedOut(
        money_fen=shown.pledged(Means.MONEY),
        work_hours=shown.pledged(Means.WORK),
        things=shown.pledged(Means.THINGS),
    )


def _rating(rating: d.Rating | None) -> RatingOut | None:
    if rating is None:
        return None
    return RatingOut(
        satisfied=rating.satisfied,
        basically=rating.basically,
        not_satisfied=rating.not_satisfied,
        no_opinion=rating.no_opinion,
    )
