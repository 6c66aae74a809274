"""What the handlers need of the store."""

from datetime import datetime
from typing import Protocol

from services.scoring.domain.model import Entry, Whistle
from shared.city.unit_copies import UnitCopy
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, WhistleId


class Entries(Protocol):
    """The ledger's entries."""

    async def find(self, key: CaseId) -> Entry | None: ...

    async def keep(self, decision: Decision[Entry]) -> Entry: ...


class Whistles(Protocol):
    """The whistles blown."""

    async def find(self, key: WhistleId) -> Whistle | None: ...

    async def get(self, key: WhistleId) -> Whistle: ...

    async def keep(self, decision: Decision[Whistle]) -> Whistle: ...


class UnitCopies(Protocol):
    """The directory's units as router tells them."""

    async def learn(self, told: UnitCopy) -> None:
        """Take it down, unless something newer is known."""


class ScoringWork(Protocol):
    """One knock at scoring."""

    now: datetime

    @property
    def entries(self) -> Entries: ...

    @property
    def whistles(self) -> Whistles: ...

    @property
    def unit_copies(self) -> UnitCopies: ...
