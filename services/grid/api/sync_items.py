"""The wire shapes of what a terminal did. What cannot be read is put aside alone: the others count."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi.exceptions import RequestValidationError
from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    WrapValidator,
)
from pydantic_core import core_schema

from services.grid.api.deliberation_schemas import Number as TaskNumber
from services.grid.api.incident_schemas import PlaceIn
from services.grid.api.schemas import Code, Latitude, Longitude, SpotIn, Words
from services.grid.domain import commands as do
from services.grid.domain import deliberation_commands
from services.grid.domain.model import Spot
from services.grid.domain.photo import MOST_PHOTOS
from services.grid.domain.policy.rounds import LONGEST_TRACK, LONGEST_VISIT
from services.grid.domain.rounds import (
    Answer,
    Doer,
    Fix,
    RecordInspection,
    RecordTrack,
    RecordVisit,
)
from services.grid.domain.syncing import Command
from services.grid.domain.task import ReportTask
from services.grid.domain.terminal import Terminal
from shared.events.fact import FIRST, LAST
from shared.http.problems import problem_of
from shared.http.wire import Wire
from shared.kernel.errors import Refusal
from shared.kernel.ids import (
    CategoryCode,
    DeliberationId,
    IncidentId,
    InspectionId,
    TaskId,
    TrackId,
    UnitCode,
    VisitId,
    WhistleId,
)
from shared.kernel.words import VisitKind

PATH = "/v1/terminal/sync"
Number = Annotated[int, Field(ge=1, le=2**53)]
Photos = Annotated[
    list[Annotated[str, StringConstraints(pattern="^[0-9a-f]{64}$")]],
    Field(max_length=MOST_PHOTOS, description="SHA-256 of each file as it was sent to /v1/terminal/photos."),
]
Clock = Annotated[AwareDatetime, AfterValidator(lambda when: min(max(when, FIRST), LAST))]
"""By a terminal's clock, which begins at 1970 when its battery was empty: as far as facts tell times."""
Version = Annotated[int, Field(ge=0, le=2**53)]


@dataclass(frozen=True, slots=True)
class Sender:
    """The terminal that sends, and what its commands need to know besides."""

    terminal: Terminal
    radius_m: float
    behind: timedelta
    """How much its clock is behind ours."""

    def doer(self, item: "ItemIn") -> Doer:
        return Doer(self.terminal.worker, self.terminal.unit, item.recorded_at, self.behind)


class ItemIn(Wire):
    """What every item says."""

    id: UUID = Field(
        description="The terminal's own, a UUIDv7; of what is reported it is the id from then on."
    )
    sequence: Number = Field(description="1, 2, 3 … in the order in which the worker did things.")
    recorded_at: Clock = Field(description="By the terminal's clock.")

    def said(self) -> bytes:
        """What it is known again by: not its number, for what is left over may be numbered anew; nor what it
        leaves out, for a later release may know of more that can be left out.
        """
        return self.model_dump_json(exclude={"sequence", "base_version"}, exclude_defaults=True).encode()


class IncidentItem(ItemIn):
    """上报."""

    kind: Literal["incident"]
    category: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    text: Words
    place: PlaceIn
    photos: Photos = Field(default_factory=list)

    def to_command(self, sender: Sender) -> Command:
        return do.ReportIncident(
            incident_id=IncidentId(self.id),
            by=sender.terminal.unit,
            worker=sender.terminal.worker,
            category=CategoryCode(self.category),
            text=self.text,
            address=self.place.address,
            site=self.place.to_site("place."),
            recorded_at=self.recorded_at,
            photos=tuple(self.photos),
            behind=sender.behind,
        )


class HandleItem(ItemIn):
    """就地处置."""

    kind: Literal["incident_handle"]
    incident_id: UUID
    base_version: Version | None = Field(None, description="As the worker saw it; left out: whatever it is.")
    evidence: Words
    photos: Photos = Field(default_factory=list)

    def to_command(self, sender: Sender) -> Command:
        by, photos = sender.terminal.unit, tuple(self.photos)
        return do.HandleIncident(IncidentId(self.incident_id), by, self.evidence, photos)


class EscalateItem(ItemIn):
    """上报街社."""

    kind: Literal["incident_escalate"]
    incident_id: UUID
    base_version: Version | None = None

    def to_command(self, sender: Sender) -> Command:
        return do.EscalateIncident(IncidentId(self.incident_id), sender.terminal.unit)


class CheckInItem(ItemIn, SpotIn):
    """报到: the worker's department stands on the site."""

    kind: Literal["check_in"]
    whistle_id: UUID
    base_version: Version | None = None

    def to_command(self, sender: Sender) -> Command:
        return do.ReportIn(
            WhistleId(self.whistle_id),
            sender.terminal.unit,
            sender.terminal.unit,
            self.to_spot(),
            sender.radius_m,
            sender.doer(self),
        )


class TaskItem(ItemIn):
    """任务上报."""

    kind: Literal["task_report"]
    task_id: UUID
    base_version: Version | None = None
    done: bool
    words: Words
    photos: Photos = Field(default_factory=list)

    def to_command(self, sender: Sender) -> Command:
        by, photos = sender.doer(self), tuple(self.photos)
        return ReportTask(TaskId(self.task_id), by, self.done, self.words, photos)


class DeliberationTaskItem(ItemIn):
    """办: a task that residents decided on is done."""

    kind: Literal["deliberation_task_report"]
    deliberation_id: UUID
    task: TaskNumber
    base_version: Version | None = Field(
        None, description="Of the deliberation, which pledges and its other tasks change too."
    )
    evidence: Words

    def to_command(self, sender: Sender) -> Command:
        key, by = DeliberationId(self.deliberation_id), sender.terminal.unit
        return deliberation_commands.ReportTask(key, by, self.task, self.evidence, sender.doer(self))


class VisitItem(ItemIn):
    """走访."""

    kind: Literal["visit"]
    place: Code | None = Field(None, description="Left out: the worker's unit.")
    visited: VisitKind
    minutes: Annotated[int, Field(ge=1, le=LONGEST_VISIT)]

    def to_command(self, sender: Sender) -> Command:
        place = UnitCode(self.place) if self.place else None
        return RecordVisit(VisitId(self.id), sender.doer(self), place, self.visited, self.minutes)


class InspectionItem(ItemIn):
    """矛盾纠纷排查; `GET /v1/inspection-plans` lists the questions."""

    kind: Literal["inspection"]
    place: Code | None = None
    plan: Code
    form_version: Number
    answers: dict[Code, Code] = Field(max_length=50, description="A choice for each question.")

    def to_command(self, sender: Sender) -> Command:
        return RecordInspection(
            inspection_id=InspectionId(self.id),
            by=sender.doer(self),
            place=UnitCode(self.place) if self.place else None,
            plan=self.plan,
            form_version=self.form_version,
            answers=tuple(Answer(question, choice) for question, choice in self.answers.items()),
        )


class TrackItem(ItemIn):
    """轨迹; `recorded_at` is the time of its last point."""

    kind: Literal["track"]
    points: list[tuple[Longitude, Latitude, Annotated[int, Field(ge=0, le=90_000)]]] = Field(
        min_length=2,
        max_length=LONGEST_TRACK,
        description="Longitude, latitude (wgs84), seconds since the first point.",
    )

    def to_command(self, sender: Sender) -> Command:
        fixes = tuple(Fix(Spot(lng, lat), seconds) for lng, lat, seconds in self.points)
        return RecordTrack(TrackId(self.id), sender.doer(self), fixes)


Known = (
    IncidentItem
    | HandleItem
    | EscalateItem
    | CheckInItem
    | TaskItem
    | DeliberationTaskItem
    | VisitItem
    | InspectionItem
    | TrackItem
)


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that says something else than any of ours: as far as it can be read, and why not."""

    known: ItemIn | None
    """None: not even its id, number and time can be read."""
    sent: bytes
    problem: Mapping[str, Any]


_HEAD = TypeAdapter(ItemIn)


def read(value: Any, handler: core_schema.ValidatorFunctionWrapHandler) -> Known | Unreadable:
    """The item, or what is left of it."""
    try:
        item: Known = handler(value)
    except ValidationError as error:
        # Not orjson, which knows no number beyond 64 bits: all the others would fall with such an item.
        sent = json.dumps(value, sort_keys=True, default=str).encode()
        return Unreadable(_head(value), sent, _problem(error, value))
    return item


Sent = Annotated[Annotated[Known, Field(discriminator="kind")], WrapValidator(read)]
"""An item as it was sent; `read` makes an `Unreadable` of one that is none."""


def write_down(refusal: Refusal) -> dict[str, object]:
    """The problem document of a refusal of an item."""
    problem = problem_of(refusal)
    assert problem is not None
    return problem.document(PATH)


def _head(value: Any) -> ItemIn | None:
    if not isinstance(value, dict):
        return None
    try:
        return _HEAD.validate_python({name: value.get(name) for name in ItemIn.model_fields})
    except ValidationError:
        return None


def _problem(error: ValidationError, value: Any) -> dict[str, object]:
    kind = value.get("kind") if isinstance(value, dict) else None
    found = error.errors(include_input=False, include_url=False, include_context=False)
    # Pydantic puts the kind in front of the field; whoever sent the item knows it.
    bare = [{**one, "loc": one["loc"][1:] if one["loc"][:1] == (kind,) else one["loc"]} for one in found]
    problem = problem_of(RequestValidationError(bare))
    assert problem is not None
    return problem.document(PATH)
