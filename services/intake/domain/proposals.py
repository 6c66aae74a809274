"""提请: what intake asks of router about a case, answer it or decline it, and what became of that. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.intake.domain.model import Case
from shared.events.intake import CaseAnswerProposed, CaseDeclineProposed
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, EventId
from shared.kernel.words import DeclineReason


class Wish(StrEnum):
    """即时答复 · 不予受理: the moves that are asked for, by router's names."""

    ANSWER = "answer"
    DECLINE = "decline"


class Outcome(StrEnum):
    """What router made of it."""

    PENDING = "pending"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Proposal:
    """One asking; the answer's text lies here sealed and goes nowhere else."""

    proposal_id: UUID
    case_id: CaseId
    wish: Wish
    reason: DeclineReason | None
    entry_id: UUID | None
    sealed_answer: str | None
    proposed_by: str | None
    """None: answered at once from the knowledge base."""
    proposed_at: datetime
    outcome: Outcome = Outcome.PENDING
    refused_in: str | None = None
    """The state of the case that made it impossible."""
    asked_by: EventId | None = None
    """The fact that asked router; whatever answers it names that."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as it is shown: in Chinese, and in English where somebody wrote it."""

    text: str
    text_en: str | None = None

    def of(self, language: str) -> str:
        """In the reader's language, or the one there is."""
        return self.text_en if language == "en" and self.text_en else self.text


@dataclass(frozen=True, slots=True)
class Settlement:
    """What router said of something that was proposed; `asked_by` is the fact that proposed it."""

    asked_by: EventId
    wish: Wish
    outcome: Outcome
    refused_in: str | None = None


def propose(case: Case, proposal: Proposal) -> Decision[Case]:
    """Say it to router; whether the case can still be answered or declined is router's to know."""
    if proposal.reason is not None:
        return Decision(case, (CaseDeclineProposed(case_id=case.case_id, reason=proposal.reason),))
    return Decision(case, (CaseAnswerProposed(case_id=case.case_id, entry_id=proposal.entry_id),))
