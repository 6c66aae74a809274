"""提请: what intake proposes; what cannot be is refused by a fact."""

from datetime import datetime

from services.router.domain import commands as do
from services.router.domain.errors import MergeIntoItself, UnfitMergeTarget
from services.router.domain.model import Case
from services.router.domain.policy import opening
from services.router.domain.policy.citizen import refuse
from shared.events.intake import INTAKE
from shared.kernel.decision import Decision
from shared.lifecycle.machine import MoveNotAllowed

BY_INTAKE = do.By(INTAKE)
KEPT_BY_INTAKE = "见受理答复"
"""An answer's text stays where the citizen reads it."""


def answer(case: Case, cmd: do.AnswerProposed, *, at: datetime) -> Decision[Case]:
    """即时答复, by the knowledge base or intake's desk."""
    asked = do.Answer(case_id=case.case_id, by=BY_INTAKE, text=KEPT_BY_INTAKE)
    try:
        return opening.answer(case, asked, at=at)
    except MoveNotAllowed as refusal:
        return refuse(case, refusal.move, cmd.asked_by)


def decline(case: Case, cmd: do.DeclineProposed, *, at: datetime) -> Decision[Case]:
    """不予受理, by intake's desk."""
    asked = do.Decline(case_id=case.case_id, by=BY_INTAKE, reason=cmd.reason)
    try:
        return opening.decline(case, asked, at=at)
    except MoveNotAllowed as refusal:
        return refuse(case, refusal.move, cmd.asked_by)


def merge(case: Case, into: Case | None, cmd: do.MergeProposed, *, at: datetime) -> Decision[Case]:
    """并案 that was proposed; one that cannot be, or not any more, is refused by a fact."""
    if into is None:
        return refuse(case, cmd.wish, cmd.asked_by)
    asked = do.Merge(case_id=case.case_id, into_case_id=into.case_id, by=BY_INTAKE)
    try:
        return opening.merge(case, into, asked, at=at)
    except (MoveNotAllowed, UnfitMergeTarget, MergeIntoItself):
        return refuse(case, cmd.wish, cmd.asked_by)
