"""剔除: a case that is not to count in one period, who asked for it, and who decided."""

from dataclasses import dataclass
from datetime import datetime

from services.scoring.domain.lifecycle import ExclusionState
from shared.kernel.ids import CaseId, ExclusionId, UnitCode
from shared.kernel.words import DeclineReason


@dataclass(frozen=True, slots=True)
class Signature:
    """Who did it, when, and what they noted; the note stays here."""

    by: str
    at: datetime
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One reviewer's word."""

    signature: Signature
    upheld: bool


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One case, one period, one of the eight reasons."""

    exclusion_id: ExclusionId
    case_id: CaseId
    period: str
    reason: DeclineReason
    evidence: tuple[str, ...]
    """SHA-256 of each document, in hex: what was shown can be proved, and need not be kept here."""
    unit: UnitCode | None
    """Whose staff asked; None: a supervisor."""
    asked: Signature
    state: ExclusionState = ExclusionState.ASKED
    reviews: tuple[Verdict, ...] = ()
    appeal: Signature | None = None
    appeal_evidence: tuple[str, ...] = ()
    appeal_verdict: Verdict | None = None
    version: int = 0

    @property
    def hands(self) -> frozenset[str]:
        """Everybody who had a hand in it."""
        hands = {self.asked.by, *(review.signature.by for review in self.reviews)}
        return frozenset(hands | ({self.appeal.by} if self.appeal else set()))
