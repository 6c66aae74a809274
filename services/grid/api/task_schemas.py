"""The wire shapes of tasks."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.grid.api.schemas import UNTOLD, Code, Opener, Words, name_of
from services.grid.domain.lifecycle import TaskState
from services.grid.domain.rounds import Doer
from services.grid.domain.task import GiveTask, ReportTask, Task, place_of
from shared.city.units import Units
from shared.http.wire import Instant, Wire, taken
from shared.kernel.ids import CaseId, TaskId, UnitCode, new_id


class TaskIn(Wire):
    """布置."""

    unit: Code | None = Field(None, description="Whose grid workers; left out: the asker's own.")
    worker: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        None, description="Who is to do it, by the name it signs in with; left out: whoever comes by."
    )
    case_id: UUID | None = Field(None, description="The case it is done for; the asker's unit has it.")
    words: Words = Field(description="What is to be done. Lies sealed; never leaves grid on the bus.")
    due_at: Instant

    def to_command(self, by: UnitCode) -> GiveTask:
        return GiveTask(
            task_id=TaskId(new_id()),
            by=by,
            unit=UnitCode(self.unit) if self.unit else by,
            worker=self.worker,
            case_id=CaseId(self.case_id) if self.case_id else None,
            words=self.words,
            due_at=self.due_at,
        )


class TaskReportIn(Wire):
    """任务上报."""

    done: bool
    words: Words = Field(description="What was done, or why not. Lies sealed; never leaves grid on the bus.")

    def to_command(self, task_id: TaskId, by: Doer) -> ReportTask:
        return ReportTask(task_id, by, self.done, self.words)


class TaskOut(Wire):
    """A task as it stands; the ETag is its version."""

    task_id: UUID
    unit: str
    unit_name: str
    given_by: str
    worker: str | None
    case_id: UUID | None
    words: str | None = UNTOLD
    given_at: datetime
    due_at: datetime
    state: TaskState
    reported_by: str | None
    recorded_at: datetime | None = Field(description="When it was reported, by the terminal's clock.")
    happened_at: datetime | None = Field(description="When it was, by ours.")
    report: str | None = UNTOLD
    photos: list[str] = Field(description="Of the report; GET …/photos/{sha256} shows one.")
    ended_at: datetime | None
    version: int

    @classmethod
    def of(cls, shown: Task, units: Units, opener: Opener | None = None) -> "TaskOut":
        def told(part: str, sealed: str | None) -> str | None:
            return opener(place_of(shown.task_id, part), sealed) if opener and sealed else None

        words = {"words": told("words", shown.sealed_words), "report": told("report", shown.sealed_report)}
        return taken(cls, shown, **words, unit_name=name_of(shown.unit, units))
