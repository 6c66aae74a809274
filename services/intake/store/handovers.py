"""移交 as rows: there from the knock that registers the case until the copy is an attachment."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.attachments import AttachmentId, Handover
from services.intake.store.tables import HANDOVERS
from shared.store import bulk
from shared.store.shape import Shape

SHAPE = Shape(Handover, HANDOVERS)
H = HANDOVERS.c


class HandoverRows:
    """The `Handovers` of the ports."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._noted: list[Handover] = []

    def note(self, one: Handover) -> None:
        self._noted.append(one)

    async def flush(self) -> None:
        """Write them down."""
        if self._noted:
            await bulk.insert(self._connection, HANDOVERS, [asdict(one) for one in self._noted])
            self._noted.clear()

    async def waiting(self, limit: int) -> Sequence[Handover]:
        asked = select(HANDOVERS).order_by(H.attachment_id).limit(limit).with_for_update(skip_locked=True)
        return [SHAPE.from_row(row) for row in (await self._connection.execute(asked)).mappings()]

    async def forget(self, key: AttachmentId) -> None:
        await self._connection.execute(delete(HANDOVERS).where(H.attachment_id == key))
