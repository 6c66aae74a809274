"""What a terminal is told: what became of each item, and what changed meanwhile."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast
from uuid import UUID

from pydantic import Field

from services.grid.api.deliberation_views import CarryingOutOut, Showing
from services.grid.api.incident_schemas import IncidentOut
from services.grid.api.schemas import Opener, WhistleOut, name_of
from services.grid.api.sync_items import Known, Unreadable
from services.grid.api.task_schemas import TaskOut
from services.grid.domain.case_lead import CaseLead, LeadStanding
from services.grid.domain.deliberation import Deliberation
from services.grid.domain.incident import Incident
from services.grid.domain.model import Whistle
from services.grid.domain.policy.deliberation import may_read
from services.grid.domain.policy.syncing import TOLD_FOR, is_over
from services.grid.domain.syncing import Answered, Outcome, Subject
from services.grid.domain.task import Task
from services.grid.store.changes import Change, State
from shared.city.units import Units
from shared.http.wire import Wire, taken
from shared.kernel.ids import UnitCode


class CaseOut(Wire):
    """Who has a case in hand."""

    case_id: UUID
    unit: str
    unit_name: str
    assigned_to: str | None
    place: str | None
    standing: LeadStanding
    work_order_id: UUID | None = Field(description="The order it is done by.")
    category: str | None
    sign_by: datetime | None
    resolve_by: datetime | None


class OutcomeOut(Wire):
    """What became of one item."""

    index: int = Field(description="Where it stood in the batch.")
    id: UUID | None = Field(description="Null when it could not be read.")
    outcome: Outcome
    first: Outcome | None = Field(description="Of a duplicate: what became of it the first time.")
    version: int | None = Field(description="Of what it made or changed.")
    problem: dict[str, Any] | None = Field(description="Why not: a problem document.")
    current: IncidentOut | WhistleOut | TaskOut | CarryingOutOut | None = Field(
        description="Of a conflict, at first and again: how things stand."
    )


class ChangeOut(Wire):
    """Something of the unit's, as it is now."""

    kind: Literal["whistle", "incident", "task", "deliberation", "case"]
    id: UUID
    gone: bool = Field(description="No longer the unit's: forget it.")
    forget_at: datetime | None = Field(
        description="It is over: forget it then. Null while something is to be done about it."
    )
    state: WhistleOut | IncidentOut | TaskOut | CarryingOutOut | CaseOut | None


@dataclass(frozen=True, slots=True)
class View:
    """Tells a terminal of its unit's things; what is to be done at a task is told in words."""

    unit: UnitCode
    units: Units
    opener: Opener

    def outcomes(self, sent: list[Known | Unreadable], answers: list[Answered]) -> list[OutcomeOut]:
        """One for each item, as they were sent."""
        by_index = {answered.item.index: answered for answered in answers}
        return [self._outcome(index, one, by_index.get(index)) for index, one in enumerate(sent)]

    def change(self, change: Change) -> ChangeOut:
        """One thing as it is now, or that it is no longer the unit's."""
        state = change.state if change.state is not None and _is_of(change.state, self.unit) else None
        return ChangeOut(
            kind=cast(Any, change.place.kind),
            id=change.place.subject_id,
            gone=state is None,
            forget_at=change.changed_at + TOLD_FOR if state is not None and is_over(state) else None,
            state=self._case(state) if isinstance(state, CaseLead) else self._subject(state),
        )

    def _outcome(self, index: int, sent: Known | Unreadable, answered: Answered | None) -> OutcomeOut:
        if answered is None:
            assert isinstance(sent, Unreadable)
            return OutcomeOut(
                index=index,
                id=None,
                outcome=Outcome.REFUSED,
                first=None,
                version=None,
                problem=dict(sent.problem),
                current=None,
            )
        return OutcomeOut(
            index=index,
            id=answered.item.item_id,
            outcome=answered.outcome,
            first=answered.first,
            version=answered.subject_version,
            problem=None if answered.problem is None else dict(answered.problem),
            current=self._subject(answered.current),
        )

    def _subject(self, subject: Subject | None) -> IncidentOut | WhistleOut | TaskOut | CarryingOutOut | None:
        match subject:
            case Incident():
                return IncidentOut.of(subject, self.units)
            case Whistle():
                return WhistleOut.of(subject, self.units)
            case Task():
                return TaskOut.of(subject, self.units, self.opener)
            case Deliberation():
                guest = None if may_read(subject, self.unit, self.units) else self.unit
                return Showing(subject, self.units, self.opener, guest).work()
            case None:
                return None

    def _case(self, lead: CaseLead) -> CaseOut:
        return taken(CaseOut, lead, unit_name=name_of(lead.unit, self.units))


def _is_of(state: State, unit: UnitCode) -> bool:
    match state:
        case Whistle():
            return unit in state.parties
        case Incident() | Task():
            return unit == state.unit
        case Deliberation():
            return unit in state.doers
        case CaseLead():
            return unit in (state.unit, state.assigned_to)
