"""What the handlers need of the store."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from services.scoring.domain.divisions import Divisions
from services.scoring.domain.exclusion import Exclusion
from services.scoring.domain.hotspot import Excess, Hotspot, Place
from services.scoring.domain.model import Entry, Stamp, Whistle
from services.scoring.domain.month import Frozen, Month
from services.scoring.domain.policy.closing import Closable
from services.scoring.domain.policy.hotspots import Level
from services.scoring.domain.policy.rates import Sum
from services.scoring.domain.policy.season import Days, Season
from services.scoring.domain.topic import Topic
from shared.city.city import City
from shared.city.unit_copies import UnitCopies
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, CategoryCode, ExclusionId, HotspotId, TopicId, UnitCode, WhistleId


class Books(Protocol):
    """Which periods are settled."""

    async def opened(self, said: Stamp) -> str:
        """The earliest period that this fact can change."""

    def count(self, subject: UUID, said: Stamp, opened: str) -> None:
        """Take down that a fact came after the close of the period it was said for."""

    async def require_open(self, period: str) -> None:
        """Raises `PeriodClosed`."""

    async def shut(self) -> None:
        """Keep everybody else from writing into the past until this knock ends."""


class Entries(Protocol):
    """The ledger's entries."""

    async def find(self, key: CaseId) -> Entry | None: ...

    async def keep(self, decision: Decision[Entry]) -> Entry: ...

    async def counts_in(self, case_id: CaseId, period: str) -> bool: ...


class Whistles(Protocol):
    """The whistles blown."""

    async def find(self, key: WhistleId) -> Whistle | None: ...

    async def get(self, key: WhistleId) -> Whistle: ...

    async def keep(self, decision: Decision[Whistle]) -> Whistle: ...


class Exclusions(Protocol):
    """剔除."""

    async def get(self, key: ExclusionId) -> Exclusion:
        """Raises `UnknownExclusion`."""

    async def keep(self, decision: Decision[Exclusion]) -> Exclusion: ...

    async def about(self, case_id: CaseId, period: str) -> ExclusionId | None:
        """The exclusion of a case in a period; nobody else asks for one until this knock ends."""


class Months(Protocol):
    """月结."""

    async def find(self, key: str) -> Month | None: ...

    async def keep(self, decision: Decision[Month]) -> Month: ...

    async def closing(self) -> Month | None:
        """The oldest period whose close was asked for and not made."""

    async def closable(self, period: str) -> Closable:
        """What closing the period asks of the ledger."""

    async def freeze(self, period: str) -> Frozen:
        """Write down what the period's lines add up to, and their hash."""

    async def keep_divisions(self, divisions: Divisions) -> str:
        """Write down what a month is read by; its hash."""

    async def sums(self, period: str) -> list[Sum]:
        """What was written down of a period."""


class Topics(Protocol):
    """每月一题."""

    async def get(self, key: TopicId) -> Topic:
        """Raises `UnknownTopic`."""

    async def keep(self, decision: Decision[Topic]) -> Topic: ...

    async def of_month(self, period: str, unit: UnitCode) -> TopicId | None:
        """The topic of a month in this unit; nobody else chooses one until this knock ends."""


class DailyCounts(Protocol):
    """日计数: requests by day, category and place."""

    async def looked(self) -> date | None:
        """The last day that was looked at."""

    async def since(self) -> date | None:
        """The first day that anything was counted of."""

    async def count(self, first: date, last: date) -> None:
        """Count these days, or count them again."""

    async def totals(self, days: Days) -> dict[CategoryCode, dict[date, int]]:
        """The whole city's requests by category and day: of these days, and of those a year ago."""

    async def levels(self, days: Days, seasons: Mapping[CategoryCode, Season]) -> list[Level]:
        """Streets and communities, with the series that have enough requests."""

    async def newest(self, excess: Excess, day: date) -> list[CaseId]:
        """The newest of the requests that were counted."""

    async def note(self, day: date, found: int) -> None:
        """The day was looked at."""


class Hotspots(Protocol):
    """热点."""

    async def find(self, key: HotspotId) -> Hotspot | None: ...

    async def keep(self, decision: Decision[Hotspot]) -> Hotspot: ...

    async def get(self, key: HotspotId) -> Hotspot: ...

    async def going_on(self, since: date) -> dict[Place, HotspotId]:
        """Those that were still one on this day or later."""


class ScoringWork(Protocol):
    """One knock at scoring."""

    now: datetime
    city: City

    @property
    def books(self) -> Books: ...

    @property
    def entries(self) -> Entries: ...

    @property
    def whistles(self) -> Whistles: ...

    @property
    def unit_copies(self) -> UnitCopies: ...

    @property
    def exclusions(self) -> Exclusions: ...

    @property
    def months(self) -> Months: ...

    @property
    def daily(self) -> DailyCounts: ...

    @property
    def hotspots(self) -> Hotspots: ...

    @property
    def topics(self) -> Topics: ...
