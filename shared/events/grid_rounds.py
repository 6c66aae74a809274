"""What grid says of its workers' days: visits, inspections, tracks, tasks. Who and where stay with grid."""

from typing import ClassVar

from shared.events.fact import Count, Fact, Instant
from shared.events.grid import SOURCE_GRID
from shared.events.topics import GRID, Topic
from shared.kernel.ids import CaseId, InspectionId, TaskId, TrackId, UnitCode, VisitId
from shared.kernel.words import VisitKind


class RoundFact(Fact):
    """Something a grid worker did on a round; who and where exactly stay with grid."""

    SOURCE: ClassVar[str] = SOURCE_GRID
    TOPICS: ClassVar[tuple[Topic, ...]] = (GRID,)

    unit: UnitCode
    """Whose grid worker it was."""
    happened_at: Instant
    """By our clock: the terminal's may be wrong by a day."""


class VisitRecorded(RoundFact):
    """走访: a grid worker called on somebody."""

    TYPE: ClassVar[str] = "jiesu.visit.recorded"

    visit_id: VisitId
    place: UnitCode
    kind: VisitKind
    minutes: Count

    def key(self) -> str:
        return str(self.visit_id)


class InspectionRecorded(RoundFact):
    """矛盾纠纷排查: a look for quarrels; what was answered stays with grid, how many findings does not."""

    TYPE: ClassVar[str] = "jiesu.inspection.recorded"

    inspection_id: InspectionId
    place: UnitCode
    plan: str
    form_version: Count
    round: str | None
    """The week or festival it counts for; None outside of all."""
    findings: Count

    def key(self) -> str:
        return str(self.inspection_id)


class TrackRecorded(RoundFact):
    """轨迹: a grid worker was on the way; how far and how long, never where."""

    TYPE: ClassVar[str] = "jiesu.track.recorded"

    track_id: TrackId
    metres: Count
    seconds: Count

    def key(self) -> str:
        return str(self.track_id)


class TaskFact(Fact):
    """Something about a task of grid workers. What is to be done, and who did it, stay with grid."""

    SOURCE: ClassVar[str] = SOURCE_GRID
    TOPICS: ClassVar[tuple[Topic, ...]] = (GRID,)

    task_id: TaskId
    unit: UnitCode
    """Whose grid workers do it."""
    concerns: CaseId | None
    """The case it is done for."""

    def key(self) -> str:
        return str(self.task_id)


class TaskGiven(TaskFact):
    """布置: a street or community has something done."""

    TYPE: ClassVar[str] = "jiesu.task.given"

    given_by: UnitCode
    due_at: Instant


class TaskReported(TaskFact):
    """任务上报: done, or not to be done."""

    TYPE: ClassVar[str] = "jiesu.task.reported"

    done: bool
    in_time: bool
    """By when it happened, not by when the terminal was online again."""


class TaskWithdrawn(TaskFact):
    """It need not be done any more."""

    TYPE: ClassVar[str] = "jiesu.task.withdrawn"
