"""微项目: a small work that units, Party members and volunteers claim, and what can be asked of it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.grid.domain.lifecycle import MicroProjectState
from shared.kernel.ids import DeliberationId, MicroProjectId, UnitCode
from shared.kernel.words import Giver


@dataclass(frozen=True, slots=True)
class MicroProject:
    """One small work, all its words sealed."""

    project_id: MicroProjectId
    unit: UnitCode
    deliberation_id: DeliberationId | None
    sealed_words: str
    offered_at: datetime
    state: MicroProjectState = MicroProjectState.OFFERED
    giver: Giver | None = None
    claimed_by: UnitCode | None = None
    """The unit that took it on; for people, where they reported in (双报到)."""
    sealed_claim: str | None = None
    """Who they are."""
    claimed_at: datetime | None = None
    sealed_report: str | None = None
    ended_at: datetime | None = None
    version: int = 0

    def about(self, **more: Any) -> dict[str, Any]:
        """What every fact about this project says."""
        return {
            "project_id": self.project_id,
            "unit": self.unit,
            "deliberation_id": self.deliberation_id,
            **more,
        }


@dataclass(frozen=True, slots=True)
class Offer:
    """A small work waits for somebody."""

    project_id: MicroProjectId
    by: UnitCode
    unit: UnitCode
    deliberation_id: DeliberationId | None
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OnMicroProject:
    """A command to change one that was offered."""

    project_id: MicroProjectId
    by: UnitCode


@dataclass(frozen=True, slots=True)
class Claim(OnMicroProject):
    """认领."""

    giver: Giver
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Release(OnMicroProject):
    """Give it back."""


@dataclass(frozen=True, slots=True)
class Report(OnMicroProject):
    """Done."""

    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Withdraw(OnMicroProject):
    """Not needed any more."""


def place_of(project_id: MicroProjectId, part: str) -> str:
    """What a sealed value is bound to."""
    return f"micro_project.{part}:{project_id}"
