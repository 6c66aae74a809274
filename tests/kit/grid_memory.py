"""Grid's memory without a database, as far as a terminal's batch needs one; proved against the real one.

A work is a copy: it counts when it is committed, and is as if it had never been when it is not.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.grid.domain.deliberation_errors import UnknownDeliberation
from services.grid.domain.errors import UnknownIncident
from services.grid.domain.incident import Incident, Telling, read_telling
from services.grid.domain.syncing import Receipt
from services.grid.domain.task_errors import UnknownTask
from services.grid.domain.terminal import Terminal
from services.grid.domain.terminal_errors import UnknownTerminal
from shared.city.city import City
from shared.kernel.decision import Decision
from shared.kernel.errors import NotFound
from shared.kernel.ids import IncidentId, ItemId
from tests.kit.city import beijing


@dataclass(slots=True)
class Shelf:
    """One kind of aggregate by its id, and what was said of it."""

    key: str
    unknown: type[NotFound]
    rows: dict[Any, Any] = field(default_factory=dict)
    said: list[tuple[UUID, str]] = field(default_factory=list)

    def copy(self) -> "Shelf":
        return Shelf(self.key, self.unknown, dict(self.rows), list(self.said))

    async def find(self, key: Any) -> Any:
        return self.rows.get(key)

    async def get(self, key: Any) -> Any:
        if key not in self.rows:
            raise self.unknown(key)
        return self.rows[key]

    async def keep(self, decision: Decision[Any]) -> Any:
        state = decision.state
        key = getattr(state, self.key)
        before = self.rows[key].version if key in self.rows else 0
        assert state.version == before
        self.said += [(key, fact.TYPE.removeprefix("jiesu.")) for fact in decision.facts]
        self.rows[key] = replace(state, version=before + len(decision.facts))
        return self.rows[key]

    async def reserved(self, key: Any) -> Any:
        return self.rows.get(key)

    async def reserve(self, keys: Collection[Any]) -> None:
        """Nobody else is here."""

    async def preload(self, keys: Collection[Any]) -> None:
        """All is at hand."""


@dataclass(slots=True)
class Book:
    """Receipts."""

    rows: dict[ItemId, Receipt] = field(default_factory=dict)

    async def of(self, keys: Collection[ItemId]) -> Mapping[ItemId, Receipt]:
        return {key: self.rows[key] for key in keys if key in self.rows}

    def keep(self, receipt: Receipt) -> None:
        assert receipt.item_id not in self.rows
        self.rows[receipt.item_id] = receipt

    async def forget(self, before: datetime, limit: int) -> int:
        old = [key for key, one in self.rows.items() if one.received_at < before][:limit]
        for key in old:
            del self.rows[key]
        return len(old)


class NoPhotos:
    """No terminal here sends any, and nothing names one."""

    async def known(self, unit: str, named: Collection[str]) -> frozenset[str]:
        return frozenset()

    async def lying(self, unit: str, named: Collection[str]) -> tuple[str, ...]:
        assert not named
        return ()

    def use(self, unit: str, named: Collection[str]) -> None:
        assert not named


class OpenSeals:
    """Sealed with nothing: what is said is not what this is about."""

    def seal_telling(self, key: IncidentId, told: Telling) -> str:
        return told.plain().decode()

    def open_telling(self, incident: Incident) -> Telling:
        return read_telling(incident.sealed_words.encode())

    def seal_evidence(self, key: IncidentId, evidence: str) -> str:
        return evidence

    def seal_words(self, place: str, words: str) -> str:
        return words

    def open_evidence(self, incident: Incident) -> str | None:
        return incident.sealed_evidence


@dataclass(slots=True)
class MemoryWork:
    """A `GridWork` in memory."""

    now: datetime
    terminals: Any
    incidents: Any
    receipts: Any
    whistles: Any
    case_leads: Any = None
    visits: Any = field(default_factory=lambda: Shelf("visit_id", NotFound))
    inspections: Any = field(default_factory=lambda: Shelf("inspection_id", NotFound))
    tracks: Any = None
    photos: NoPhotos = field(default_factory=NoPhotos)
    tasks: Any = field(default_factory=lambda: Shelf("task_id", UnknownTask))
    deliberations: Any = field(default_factory=lambda: Shelf("deliberation_id", UnknownDeliberation))
    seals: OpenSeals = field(default_factory=OpenSeals)
    city: City = field(default_factory=beijing)

    @classmethod
    def with_terminals(cls, *terminals: Terminal, at: datetime) -> "MemoryWork":
        shelf = Shelf("terminal_id", UnknownTerminal, {one.terminal_id: one for one in terminals})
        return cls(at, shelf, Shelf("incident_id", UnknownIncident), Book(), Shelf("whistle_id", NotFound))

    def opened(self) -> "MemoryWork":
        """A work whose changes are its own until somebody takes it for the memory."""
        book = Book(dict(self.receipts.rows))
        shelves = (self.terminals.copy(), self.incidents.copy(), book, self.whistles.copy())
        rounds = {"visits": self.visits.copy(), "inspections": self.inspections.copy()}
        given = {"tasks": self.tasks.copy(), "deliberations": self.deliberations.copy()}
        return MemoryWork(self.now, *shelves, city=self.city, **given, **rounds)
