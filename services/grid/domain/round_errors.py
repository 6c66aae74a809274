"""What grid refuses of a round, by name.

Conflict
└── AlreadyRecorded     the id is another visit or inspection
Invalid
├── PlaceRefused        not the worker's unit nor one below it
├── MinutesRefused · PlanUnknown · FormUnknown
├── AnswerRefused       a question left out, not asked, or answered with something else
├── TrackRefused        a point outside the city, or back in time
└── PeriodRefused       a report over no days, or too many
"""

from uuid import UUID

from shared.kernel.errors import Conflict, Invalid
from shared.kernel.ids import UnitCode


class AlreadyRecorded(Conflict):
    """Recorded long ago, or under this id by somebody else."""

    def __init__(self, key: UUID) -> None:
        super().__init__(f"{key} was recorded before", id=str(key))


class PlaceRefused(Invalid):
    """A worker goes round in the worker's own unit."""

    def __init__(self, place: UnitCode, unit: UnitCode) -> None:
        super().__init__(f"{place} is not {unit} nor one of its communities", field="place", unit=unit)


class MinutesRefused(Invalid):
    """A visit takes a minute to ten hours."""

    def __init__(self, most: int) -> None:
        super().__init__(f"a visit takes 1 to {most} minutes", field="minutes")


class PlanUnknown(Invalid):
    """The city has no such plan."""

    def __init__(self, plan: str) -> None:
        super().__init__(
            "the city has no such plan; GET /v1/inspection-plans lists them", field="plan", plan=plan
        )


class FormUnknown(Invalid):
    """The plan has no such version of its form."""

    def __init__(self, plan: str, version: int) -> None:
        super().__init__(f"{plan} has no form {version}", field="form_version", plan=plan)


class AnswerRefused(Invalid):
    """A question left out, not asked, or answered with something else."""

    def __init__(self, question: str, why: str) -> None:
        super().__init__(f"{question} {why}", field=f"answers.{question}")


class TrackRefused(Invalid):
    """The track is none."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why, field=field)


class PeriodRefused(Invalid):
    """A report covers 1 to 92 days of this age."""

    def __init__(self, most: int) -> None:
        super().__init__(f"a report covers 1 to {most} days, the first before the last", field="last")
