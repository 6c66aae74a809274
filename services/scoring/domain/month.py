"""月结: a period that is being closed, or closed with the hash of what was frozen."""

from dataclasses import dataclass
from datetime import datetime

from services.scoring.domain.lifecycle import MonthState


@dataclass(frozen=True, slots=True)
class Frozen:
    """What a closed period's ledger comes to."""

    lines: int
    cases: int
    exclusions: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Month:
    """One period on its way to being closed; a period nobody asked to close has none."""

    period: str
    state: MonthState
    asked_by: str
    asked_at: datetime
    policy_version: str
    closed_at: datetime | None = None
    frozen: Frozen | None = None
    version: int = 0
