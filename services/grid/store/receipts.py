"""What was answered to items of terminals, as rows: looked up many at once, written many at once."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.syncing import Receipt
from services.grid.store.tables import SYNC_ITEMS
from shared.kernel.ids import ItemId
from shared.store import bulk
from shared.store.locks import lock_names
from shared.store.shape import Shape

RECEIPTS = Shape(Receipt, SYNC_ITEMS)


class ReceiptRows:
    """The `Receipts` of the ports."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._fresh: list[Receipt] = []

    async def of(self, keys: Collection[ItemId]) -> Mapping[ItemId, Receipt]:
        # The same item from two devices of one worker at once: the second waits and finds the first's answer.
        await lock_names(self._connection, [f"items:{key}" for key in keys])
        query = select(SYNC_ITEMS).where(SYNC_ITEMS.c.item_id.in_(keys))
        rows = (await self._connection.execute(query)).mappings()
        found = (RECEIPTS.from_row(row) for row in rows)
        return {receipt.item_id: receipt for receipt in found}

    def keep(self, receipt: Receipt) -> None:
        self._fresh.append(receipt)

    async def flush(self) -> None:
        """Write what was kept."""
        rows = [RECEIPTS.to_row(receipt) for receipt in self._fresh]
        self._fresh.clear()
        await bulk.insert(self._connection, SYNC_ITEMS, rows)

    async def forget(self, before: datetime, limit: int) -> int:
        old = select(SYNC_ITEMS.c.item_id).where(SYNC_ITEMS.c.received_at < before).limit(limit)
        gone = await self._connection.execute(delete(SYNC_ITEMS).where(SYNC_ITEMS.c.item_id.in_(old)))
        return gone.rowcount
