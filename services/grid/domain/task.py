"""任务: something a street or community has its grid workers do, and what can be asked of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.grid.domain.lifecycle import TaskState
from services.grid.domain.rounds import Doer
from shared.kernel.ids import CaseId, TaskId, UnitCode


@dataclass(frozen=True, slots=True)
class Task:
    """One task, all its words sealed."""

    task_id: TaskId
    unit: UnitCode
    """Whose grid workers do it."""
    given_by: UnitCode
    worker: str | None
    """Who is to do it; None: whoever comes by."""
    case_id: CaseId | None
    sealed_words: str
    given_at: datetime
    due_at: datetime
    state: TaskState = TaskState.GIVEN
    reported_by: str | None = None
    recorded_at: datetime | None = None
    """By the terminal's clock."""
    happened_at: datetime | None = None
    """By ours, as well as it can be known."""
    sealed_report: str | None = None
    ended_at: datetime | None = None
    photos: tuple[str, ...] = ()
    """Of the report, by the hash of what the terminal sent."""
    version: int = 0

    def about(self, **more: Any) -> dict[str, Any]:
        """What every fact about this task says."""
        return {"task_id": self.task_id, "unit": self.unit, "concerns": self.case_id, **more}


@dataclass(frozen=True, slots=True)
class GiveTask:
    """Have something done."""

    task_id: TaskId
    by: UnitCode
    unit: UnitCode
    worker: str | None
    case_id: CaseId | None
    words: str = field(repr=False)
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ReportTask:
    """任务上报: it is done, or cannot be."""

    task_id: TaskId
    by: Doer
    done: bool
    words: str = field(repr=False)
    photos: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WithdrawTask:
    """It need not be done any more."""

    task_id: TaskId
    by: UnitCode


def place_of(task_id: TaskId, part: str) -> str:
    """What a sealed value is bound to."""
    return f"task.{part}:{task_id}"
