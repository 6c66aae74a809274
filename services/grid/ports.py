"""What grid's handlers need from memory."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from services.grid.domain.case_lead import CaseLead
from services.grid.domain.conference import Conference, Division
from services.grid.domain.deliberation import Deliberation
from services.grid.domain.foundations import Foundations
from services.grid.domain.incident import Incident, Telling
from services.grid.domain.micro_project import MicroProject
from services.grid.domain.model import Whistle
from services.grid.domain.photo import Photo
from services.grid.domain.rounds import Inspection, Track, Visit
from services.grid.domain.syncing import Receipt
from services.grid.domain.task import Task
from services.grid.domain.terminal import Terminal
from shared.city.city import City
from shared.city.unit_copies import UnitCopies
from shared.events.grid_rounds import TrackRecorded
from shared.kernel.decision import Decision
from shared.kernel.ids import (
    CaseId,
    DeliberationId,
    EventId,
    IncidentId,
    InspectionId,
    ItemId,
    MicroProjectId,
    TaskId,
    TerminalId,
    UnitCode,
    VisitId,
    WhistleId,
)


class Whistles(Protocol):
    async def get(self, key: WhistleId) -> Whistle:
        """Raises `UnknownWhistle`."""

    async def keep(self, decision: Decision[Whistle]) -> Whistle: ...

    async def due(self, at: datetime, limit: int) -> Sequence[Whistle]:
        """Open whistles of which a step is over its limit and not told yet, the longest waiting first."""

    async def find(self, key: WhistleId) -> Whistle | None: ...

    async def preload(self, keys: Collection[WhistleId]) -> None:
        """Load and lock many at once."""


class CaseLeads(Protocol):
    async def find(self, key: CaseId) -> CaseLead | None: ...

    async def keep(self, decision: Decision[CaseLead]) -> CaseLead: ...


class Incidents(Protocol):
    async def get(self, key: IncidentId) -> Incident:
        """Raises `UnknownIncident`."""

    async def find(self, key: IncidentId) -> Incident | None: ...

    async def reserved(self, key: IncidentId) -> Incident | None:
        """The incident of this id; who else reports under it waits until the knock ends."""

    async def reserve(self, keys: Collection[IncidentId]) -> None:
        """The same for many at once."""

    async def keep(self, decision: Decision[Incident]) -> Incident: ...


class Deliberations(Protocol):
    async def get(self, key: DeliberationId) -> Deliberation:
        """Raises `UnknownDeliberation`."""

    async def find(self, key: DeliberationId) -> Deliberation | None: ...

    async def preload(self, keys: Collection[DeliberationId]) -> None:
        """Load and lock many at once."""

    async def keep(self, decision: Decision[Deliberation]) -> Deliberation: ...


class MicroProjects(Protocol):
    async def get(self, key: MicroProjectId) -> MicroProject:
        """Raises `UnknownMicroProject`."""

    async def keep(self, decision: Decision[MicroProject]) -> MicroProject: ...


class FoundationStates(Protocol):
    async def of(self, key: UnitCode) -> Foundations:
        """A community's; of one that ticked nothing yet, nothing."""

    async def keep(self, decision: Decision[Foundations]) -> Foundations: ...


class Conferences(Protocol):
    async def keep(self, decision: Decision[Conference]) -> Conference: ...


class Divisions(Protocol):
    """What was asked of router with conferences, each under the fact that asked."""

    async def find(self, key: EventId) -> Division | None: ...

    async def keep(self, decision: Decision[Division]) -> Division: ...


class Terminals(Protocol):
    async def get(self, key: TerminalId) -> Terminal:
        """Raises `UnknownTerminal`."""

    async def find(self, key: TerminalId) -> Terminal | None: ...

    async def of_code(self, code_sha256: bytes) -> Terminal | None:
        """The terminal a one-time code was made for."""

    async def keep(self, decision: Decision[Terminal]) -> Terminal: ...


class Tasks(Protocol):
    async def get(self, key: TaskId) -> Task:
        """Raises `UnknownTask`."""

    async def find(self, key: TaskId) -> Task | None: ...

    async def preload(self, keys: Collection[TaskId]) -> None:
        """Load and lock many at once."""

    async def keep(self, decision: Decision[Task]) -> Task: ...


class Photos(Protocol):
    async def announce(self, photo: Photo) -> Photo:
        """Take it down; one of the same unit and hash stays as it is, and is the answer."""

    async def settle(self, unit: UnitCode, sha256: str) -> None: ...

    async def known(self, unit: UnitCode, named: Collection[str]) -> frozenset[str]:
        """Those of the named that a unit's terminals have sent; they stay until the work ends."""

    async def lying(self, unit: UnitCode, named: Sequence[str]) -> tuple[str, ...]:
        """Names in the store of those of the named that a unit's terminals have sent, in this order."""

    def use(self, unit: UnitCode, named: Collection[str]) -> None:
        """Something names them: they are not given up any more."""

    async def condemn(self, *, before: datetime, limit: int) -> int:
        """Give up the unused ones sent before an instant; how many."""

    async def condemned(self, limit: int) -> Sequence[Photo]: ...

    async def forget(self, photo: Photo) -> None: ...


class Objects(Protocol):
    async def remove(self, name: str) -> None:
        """Remove a file, also when it is gone already. Raises `ObjectsAway`."""


class Visits(Protocol):
    async def find(self, key: VisitId) -> Visit | None: ...

    async def preload(self, keys: Collection[VisitId]) -> None:
        """Load many at once."""

    async def keep(self, decision: Decision[Visit]) -> Visit: ...


class Inspections(Protocol):
    async def find(self, key: InspectionId) -> Inspection | None: ...

    async def preload(self, keys: Collection[InspectionId]) -> None:
        """Load many at once."""

    async def keep(self, decision: Decision[Inspection]) -> Inspection: ...


class Tracks(Protocol):
    def keep(self, track: Track, said: TrackRecorded) -> None: ...


class Receipts(Protocol):
    async def of(self, keys: Collection[ItemId]) -> Mapping[ItemId, Receipt]:
        """What was answered to items before; who sends the same id at this moment waits."""

    def keep(self, receipt: Receipt) -> None: ...

    async def forget(self, before: datetime, limit: int) -> int:
        """Drop the oldest ones; how many."""


class Changes(Protocol):
    """What terminals are told of; noted with whatever changes."""

    async def forget(self, before: datetime, limit: int) -> int:
        """Drop what is over and did not change since, the oldest first; how many."""


class Seals(Protocol):
    """What grid workers say lies sealed, each value bound to its incident."""

    def seal_telling(self, key: IncidentId, told: Telling) -> str: ...

    def open_telling(self, incident: Incident) -> Telling:
        """Raises `SealBroken`."""

    def seal_evidence(self, key: IncidentId, evidence: str) -> str: ...

    def open_evidence(self, incident: Incident) -> str | None:
        """None while there is none. Raises `SealBroken`."""

    def seal_words(self, place: str, words: str) -> str:
        """Words of a deliberation or conference, bound to the place they have in it."""


class GridWork(Protocol):
    now: datetime
    city: City

    @property
    def whistles(self) -> Whistles: ...

    @property
    def case_leads(self) -> CaseLeads: ...

    @property
    def incidents(self) -> Incidents: ...

    @property
    def deliberations(self) -> Deliberations: ...

    @property
    def micro_projects(self) -> MicroProjects: ...

    @property
    def foundations(self) -> FoundationStates: ...

    @property
    def conferences(self) -> Conferences: ...

    @property
    def divisions(self) -> Divisions: ...

    @property
    def said_last(self) -> EventId: ...

    @property
    def terminals(self) -> Terminals: ...

    @property
    def tasks(self) -> Tasks: ...

    @property
    def photos(self) -> Photos: ...

    @property
    def objects(self) -> Objects: ...

    @property
    def visits(self) -> Visits: ...

    @property
    def inspections(self) -> Inspections: ...

    @property
    def tracks(self) -> Tracks: ...

    @property
    def receipts(self) -> Receipts: ...

    @property
    def changes(self) -> Changes: ...

    @property
    def seals(self) -> Seals: ...

    @property
    def unit_copies(self) -> UnitCopies: ...
