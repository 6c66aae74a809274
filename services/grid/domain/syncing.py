"""同步: what a terminal did offline, as numbered items, and what became of each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from services.grid.domain import commands as do
from services.grid.domain import deliberation_commands
from services.grid.domain.deliberation import Deliberation
from services.grid.domain.incident import Incident
from services.grid.domain.model import Whistle
from services.grid.domain.rounds import RecordInspection, RecordTrack, RecordVisit
from services.grid.domain.task import ReportTask, Task
from shared.kernel.ids import ItemId, TerminalId

Command = (
    do.ReportIncident
    | do.HandleIncident
    | do.EscalateIncident
    | do.ReportIn
    | ReportTask
    | deliberation_commands.ReportTask
    | RecordVisit
    | RecordInspection
    | RecordTrack
)
Subject = Incident | Whistle | Task | Deliberation
"""What an item changes and others change too."""


class Outcome(StrEnum):
    """What became of an item."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    CONFLICT = "conflict"
    """Right in itself, but not as things stand now; the worker decides anew."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing a worker did, under the terminal's own id and number."""

    index: int
    """Where it stands in the batch."""
    item_id: ItemId
    sequence: int
    kind: str
    recorded_at: datetime
    """By the terminal's clock."""
    fingerprint: bytes
    command: Command | None = None
    """None: what was sent cannot be read, and `problem` says why."""
    base_version: int | None = None
    """Of what it changes, as the worker saw it; None: whatever it is."""
    problem: Mapping[str, Any] | None = field(default=None, repr=False)
    behind: timedelta = timedelta()
    """How much the terminal's clock is behind ours, as far as it is known."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was answered to an item for good; kept for thirty days."""

    item_id: ItemId
    terminal_id: TerminalId
    worker: str
    sequence: int
    kind: str
    recorded_at: datetime
    received_at: datetime
    fingerprint: bytes
    outcome: Outcome
    problem: Mapping[str, Any] | None = field(default=None, repr=False)
    subject_version: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The answer to one item of a batch."""

    item: Item
    outcome: Outcome
    first: Outcome | None = None
    """Of a duplicate: what became of it the first time."""
    problem: Mapping[str, Any] | None = None
    subject_version: int | None = None
    current: Subject | None = None
    """Of a conflict, at first and again: how things stand."""
