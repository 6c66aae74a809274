"""匿名化 as rows that can be neither changed nor deleted; and the read for whoever watches over it."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.model import Anonymisation
from services.intake.store.tables import ANONYMISATIONS
from shared.kernel.ids import CaseId
from shared.store import bulk
from shared.store.shape import Shape

SHAPE = Shape(Anonymisation, ANONYMISATIONS)
AGE = tuple_(ANONYMISATIONS.c.at, ANONYMISATIONS.c.case_id)


class AnonymisationRows:
    """What one knock anonymised."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._noted: list[Anonymisation] = []

    def note(self, one: Anonymisation) -> None:
        self._noted.append(one)

    async def flush(self) -> None:
        """Write it down."""
        await bulk.insert(self._connection, ANONYMISATIONS, [asdict(one) for one in self._noted])
        self._noted.clear()


async def anonymisations(
    connection: AsyncConnection, *, case_id: CaseId | None, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Anonymisation]:
    """What was anonymised, the newest first."""
    asked = select(ANONYMISATIONS).order_by(ANONYMISATIONS.c.at.desc(), ANONYMISATIONS.c.case_id.desc())
    if case_id is not None:
        asked = asked.where(ANONYMISATIONS.c.case_id == case_id)
    if after is not None:
        asked = asked.where(after > AGE)
    rows = (await connection.execute(asked.limit(limit))).mappings()
    return [SHAPE.from_row(row) for row in rows]
