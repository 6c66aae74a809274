"""What grid's handlers need from memory."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from services.grid.domain.case_lead import CaseLead
from services.grid.domain.model import Whistle
from shared.city.city import City
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, WhistleId


class Whistles(Protocol):
    async def get(self, key: WhistleId) -> Whistle:
        """Raises `UnknownWhistle`."""

    async def keep(self, decision: Decision[Whistle]) -> Whistle: ...

    async def due(self, at: datetime, limit: int) -> Sequence[Whistle]:
        """Open whistles of which a step is over its limit and not told yet, the longest waiting first."""


class CaseLeads(Protocol):
    async def find(self, key: CaseId) -> CaseLead | None: ...

    async def keep(self, decision: Decision[CaseLead]) -> CaseLead: ...


class GridWork(Protocol):
    now: datetime
    city: City

    @property
    def whistles(self) -> Whistles: ...

    @property
    def case_leads(self) -> CaseLeads: ...
