"""The city's history for a training: cases whose category a person gave, or that stood until they closed."""

from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Text, and_, case, func, or_, select

from services.router.domain.errors import WordsUnreadable
from services.router.domain.training import Labelled
from services.router.store import tables
from services.router.store.openings import Purpose, note_opening
from services.router.store.repository import RouterWork
from shared.kernel.ids import CaseId
from shared.lifecycle.case import CaseState
from shared.sealing.ring import SealBroken

MOST_CASES = 20_000
"""The newest count: a city's words change, and a training must end."""


@dataclass(frozen=True, slots=True)
class _Row:
    case_id: UUID
    sealed_words: str
    category: str


async def history(work: RouterWork, *, by: str, most: int = MOST_CASES) -> tuple[Labelled, ...]:
    """The words of labelled cases, the newest first. That they were opened, for what and by whom, is kept.

    Words whose key was destroyed, or that are no words any more, teach nothing and are passed over.
    """
    rows = await _labelled(work, most)
    if not rows:
        return ()
    await note_opening(work.connection, Purpose.TRAINING, by=by, cases=len(rows), at=work.now)
    return tuple(_opened(work, rows))


async def _labelled(work: RouterWork, most: int) -> list[_Row]:
    c = tables.CASES.c
    given = func.jsonb_extract_path_text(c.correction, "category", type_=Text)
    # What units returned as a wrong category and nobody gave another by hand is not known to be right; what
    # was answered or merged at the desk, no unit ever had under its category.
    stood = and_(
        c.state == CaseState.CLOSED,
        c.category.is_not(None),
        c.started_at.is_not(None),
        func.jsonb_array_length(c.returned_by) == 0,
    )
    # Router wrote these words itself, and they name their category.
    spots = select(tables.HOTSPOTS.c.case_id)
    label = case((given.is_not(None), given), else_=c.category)
    query = (
        select(c.case_id, c.sealed_words, label)
        .where(or_(given.is_not(None), stood), c.case_id.not_in(spots))
        .order_by(c.case_id.desc())
        .limit(most)
    )
    return [_Row(*row) for row in await work.connection.execute(query)]


def _opened(work: RouterWork, rows: list[_Row]) -> Iterator[Labelled]:
    for row in rows:
        try:
            words = work.unseal(CaseId(row.case_id), row.sealed_words)
        except (SealBroken, WordsUnreadable):
            continue
        yield Labelled(words.text, row.category, own=False)
