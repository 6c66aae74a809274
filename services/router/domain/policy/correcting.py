"""更正: a person gives the category. It is kept beside what had been suggested, for the next training."""

from datetime import datetime

from services.router.domain.commands import By
from services.router.domain.model import Case, Correction
from shared.kernel.changed import replace
from shared.kernel.ids import CategoryCode


def corrected(case: Case, category: CategoryCode, by: By, *, at: datetime) -> Case:
    """The case with the category somebody at the desk gave it, whether or not it was the one suggested."""
    first = case.suggestions[0] if case.suggestions else None
    correction = Correction(
        category=category,
        suggested=first.category if first else None,
        confidence=first.confidence if first else 0.0,
        by=by.name,
        at=at,
    )
    return replace(case, correction=correction)
