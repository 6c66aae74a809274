"""What the desk needs of a work; the store's `RouterWork` is one."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from services.router.domain.model import Case, Unit
from services.router.domain.records import DirectoryVersion, HotspotWork, PublishedList
from services.router.domain.text_model import Opinion
from services.router.domain.words import Words
from shared.city.areas import Areas
from shared.city.city import City
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, HotspotId, UnitCode, WorkOrderId


class Cases(Protocol):
    """Cases under lock."""

    async def find(self, key: CaseId) -> Case | None: ...

    async def get(self, key: CaseId) -> Case:
        """Raises `UnknownCase`."""

    async def of_order(self, order_id: WorkOrderId) -> Case:
        """The case an order belongs to. Raises `UnknownOrder`."""

    async def preload(self, keys: Iterable[CaseId]) -> None:
        """Lock several in key order."""

    async def due(self, at: datetime, *, limit: int) -> Sequence[CaseId]:
        """Cases whose bell has rung, locked; those another replica has in hand are left to it."""

    async def joined_to(self, case_id: CaseId) -> Sequence[CaseId]:
        """并案: the cases that are handled with this one; complete while this one is locked."""

    async def keep(self, decision: Decision[Case]) -> Case: ...


class DirectoryUnits(Protocol):
    """Units as published."""

    async def find(self, key: UnitCode) -> Unit | None: ...

    async def preload(self, keys: Iterable[UnitCode]) -> None: ...

    async def keep(self, decision: Decision[Unit]) -> Unit: ...


class DirectoryVersions(Protocol):
    """What was put in, by number."""

    async def last(self) -> int: ...

    async def keep(self, decision: Decision[DirectoryVersion]) -> DirectoryVersion: ...


class PublishedLists(Protocol):
    """Responsibility lists as published."""

    async def any(self) -> bool: ...

    async def find(self, key: str) -> PublishedList | None: ...

    async def keep(self, decision: Decision[PublishedList]) -> PublishedList: ...


class HotspotWorks(Protocol):
    """Hot spots that became work."""

    async def find(self, key: HotspotId) -> HotspotWork | None: ...

    async def keep(self, decision: Decision[HotspotWork]) -> HotspotWork: ...


class Readings(Protocol):
    async def note(
        self, case_id: CaseId, order_id: WorkOrderId, unit: UnitCode, by: str, *, at: datetime
    ) -> None:
        """Write down for ever that this unit's clerk was about to be shown this citizen's contact."""


class RouterWork(Protocol):
    """One knock."""

    now: datetime
    city: City

    @property
    def cases(self) -> Cases: ...

    @property
    def units(self) -> DirectoryUnits: ...

    @property
    def directory_versions(self) -> DirectoryVersions: ...

    @property
    def lists(self) -> PublishedLists: ...

    @property
    def hotspots(self) -> HotspotWorks: ...

    @property
    def readings(self) -> Readings: ...

    async def alone_with_city(self) -> None:
        """Nobody else changes directory or lists until this knock ends; `city` is as they left it."""

    async def put_areas(self, areas: Areas) -> None:
        """These areas and no others."""

    def unseal(self, case_id: CaseId, sealed_words: str) -> Words:
        """The citizen's words. Raises `SealBroken`, `WordsUnreadable`."""

    def opinions(self, text: str) -> tuple[Opinion, ...]:
        """What the text model thinks of a text, the surest first; nothing where there is none."""

    def seal(self, case_id: CaseId, words: Words) -> str:
        """Words of the desk or a unit, bound to the case they are for."""
