"""What grid refuses about tasks, by name.

NotFound
└── UnknownTask       none with this id, or another unit's
NotAllowed
├── MayNotGive        a street or community gives tasks to its own workers and those below it
└── NotYourTask       another worker's, or another unit's workers'
Invalid
├── TaskUnitRefused   its workers are those of a street or community
└── TaskDueRefused    due before it is given, or in more than a year
"""

from shared.kernel.errors import Invalid, NotAllowed, NotFound
from shared.kernel.ids import TaskId, UnitCode


class UnknownTask(NotFound):
    """None with this id, or not the asker's to see: the answer is the same."""

    def __init__(self, task_id: TaskId) -> None:
        super().__init__(f"there is no task {task_id}", task_id=str(task_id))


class MayNotGive(NotAllowed):
    """A street or community gives tasks to its own workers and those below it."""

    def __init__(self, by: UnitCode, unit: UnitCode) -> None:
        super().__init__(f"{by} gives no tasks to workers of {unit}", by=by, unit=unit)


class NotYourTask(NotAllowed):
    """Another worker's, or another unit's workers'."""

    def __init__(self, task_id: TaskId) -> None:
        super().__init__(f"task {task_id} is somebody else's", task_id=str(task_id))


class TaskUnitRefused(Invalid):
    """Grid workers belong to a street or community."""

    def __init__(self, unit: UnitCode) -> None:
        super().__init__(f"{unit} is no street and no community of the directory", field="unit", unit=unit)


class TaskDueRefused(Invalid):
    """Due before it is given, or in more than a year."""

    def __init__(self) -> None:
        super().__init__("a task is due after it is given, and within a year", field="due_at")
