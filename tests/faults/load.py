"""Citizens who report at the same time and repeat what was not answered, while something is broken."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from tests.kit.people import Receipt, eventually
from tests.kit.stage import Stage


@dataclass(slots=True)
class Load:
    """Reports under way. Each has a key of its own, under which its citizen repeats it until answered."""

    stage: Stage
    wanted: int
    at_once: int
    receipts: list[Receipt] = field(default_factory=list)
    _left: int = 0

    async def run(self) -> None:
        """Report until everybody holds a receipt."""
        self._left = self.wanted
        async with asyncio.TaskGroup() as citizens:
            for _ in range(self.at_once):
                citizens.create_task(self._citizen())

    async def answered(self, count: int) -> None:
        """Come back when so many hold a receipt."""

        async def so_many() -> bool:
            return len(self.receipts) >= count

        await eventually(so_many, what=f"{count} receipts")

    async def _citizen(self) -> None:
        while self._left > 0:
            self._left -= 1
            self.receipts.append(await self.stage.reported())


@asynccontextmanager
async def load(stage: Stage, *, wanted: int, at_once: int = 10) -> AsyncIterator[Load]:
    """The block breaks things meanwhile; it ends when everybody holds a receipt."""
    citizens = Load(stage, wanted, at_once)
    running = asyncio.create_task(citizens.run())
    try:
        yield citizens
        await running
    finally:
        running.cancel()
        await asyncio.wait([running])
    assert len({receipt.case_id for receipt in citizens.receipts}) == wanted
