"""Row ⇄ aggregate, and the work that holds grid's repositories."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Table, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.case_lead import CaseLead
from services.grid.domain.errors import UnknownIncident, UnknownWhistle
from services.grid.domain.incident import Incident
from services.grid.domain.lifecycle import WhistleState
from services.grid.domain.model import Whistle
from services.grid.store import tables
from services.grid.store.changes import Changes, Shown
from services.grid.store.conferences import ConferenceRepository, DivisionRepository
from services.grid.store.deliberations import DeliberationRepository
from services.grid.store.equipment import Equipment
from services.grid.store.foundations import FoundationsRepository
from services.grid.store.micro_projects import MicroProjectRepository
from services.grid.store.photos import PhotoRows
from services.grid.store.receipts import ReceiptRows
from services.grid.store.rounds import InspectionRepository, TrackRows, VisitRepository
from services.grid.store.seals import WordSeals
from services.grid.store.tasks import TaskRepository
from services.grid.store.terminals import TerminalRepository
from shared.city.city import City
from shared.events.envelope import Cause
from shared.files.objects import Objects
from shared.kernel.errors import NotFound
from shared.kernel.ids import CaseId, IncidentId, WhistleId
from shared.store.bulk import Row
from shared.store.locks import lock_names
from shared.store.repository import Knock, Repository
from shared.store.unit_copies import UnitCopyRepository
from shared.store.work import Work


class WhistleRepository(Repository[WhistleId, Whistle]):
    AGGREGATE = "whistle"
    MODEL = Whistle
    TABLE = tables.WHISTLES
    KEY = "whistle_id"

    async def due(self, at: datetime, limit: int) -> Sequence[Whistle]:
        """Whistles of which a step ran over, the longest waiting first. Locked in key order by `preload`."""
        calls = tables.WHISTLE_CALLS.c
        longest = func.min(calls.due_at)
        query = select(calls.whistle_id).where(calls.due_at < at).group_by(calls.whistle_id)
        rows = await self._work.connection.execute(query.order_by(longest, calls.whistle_id).limit(limit))
        keys = [WhistleId(key) for key in rows.scalars()]
        await self.preload(keys)
        return [await self.get(key) for key in keys]

    def projections(self, aggregate: Whistle) -> Iterable[tuple[Table, Row]]:
        is_open = aggregate.state is WhistleState.OPEN
        for call in aggregate.departments if aggregate.is_heard else ():
            yield (
                tables.WHISTLE_CALLS,
                {
                    "whistle_id": aggregate.whistle_id,
                    "unit": call.unit,
                    "state": call.state,
                    "due_at": call.due_at if is_open else None,
                },
            )

    def shown(self) -> Iterable[Shown]:
        """Changed whistles, to the terminals of whoever has to do with them."""
        for whistle in self.changed():
            yield Shown("whistle", whistle.whistle_id, whistle.parties)

    def unknown(self, key: WhistleId) -> NotFound:
        return UnknownWhistle(key)


class CaseLeadRepository(Repository[CaseId, CaseLead]):
    AGGREGATE = "case_lead"
    MODEL = CaseLead
    TABLE = tables.CASE_LEADS
    KEY = "case_id"

    def shown(self) -> Iterable[Shown]:
        """Cases that changed hands, to the terminals of their lead and of whom it passed them to."""
        for lead in self.changed():
            yield Shown("case", lead.case_id, tuple(u for u in (lead.unit, lead.assigned_to) if u))


class IncidentRepository(Repository[IncidentId, Incident]):
    AGGREGATE = "incident"
    MODEL = Incident
    TABLE = tables.INCIDENTS
    KEY = "incident_id"

    def __init__(self, work: Knock) -> None:
        super().__init__(work)
        self._reserved: set[IncidentId] = set()

    async def reserved(self, key: IncidentId) -> Incident | None:
        await self.reserve([key])
        return await self.find(key)

    async def reserve(self, keys: Collection[IncidentId]) -> None:
        # There is no row to lock before the first report: the id itself is locked.
        fresh = [key for key in keys if key not in self._reserved]
        await lock_names(self._work.connection, [f"incidents:{key}" for key in fresh])
        self._reserved.update(fresh)
        await self.preload(fresh)

    def shown(self) -> Iterable[Shown]:
        """Changed incidents, to the terminals of the unit that reported them."""
        for incident in self.changed():
            yield Shown("incident", incident.incident_id, (incident.unit,))

    def unknown(self, key: IncidentId) -> NotFound:
        return UnknownIncident(key)


class UnitCopies(UnitCopyRepository):
    """The directory's units as this service has heard of them."""

    TABLE = tables.UNIT_COPIES


class GridWork(Work):
    SOURCE = "grid"
    METADATA = tables.METADATA
    equipment: Equipment

    def __init__(self, connection: AsyncConnection, *, now: datetime, city: City, cause: Cause) -> None:
        super().__init__(connection, now=now, city=city, cause=cause)
        self.whistles = WhistleRepository(self)
        self.case_leads = CaseLeadRepository(self)
        self.incidents = IncidentRepository(self)
        self.unit_copies = UnitCopies(self)
        self.deliberations = DeliberationRepository(self)
        self.micro_projects = MicroProjectRepository(self)
        self.foundations = FoundationsRepository(self)
        self.conferences = ConferenceRepository(self)
        self.divisions = DivisionRepository(self)
        self.tasks = TaskRepository(self)
        self.terminals = TerminalRepository(self)
        self.visits = VisitRepository(self)
        self.inspections = InspectionRepository(self)
        self.tracks = TrackRows(self)
        self.receipts = ReceiptRows(connection)
        self.photos = PhotoRows(connection)
        self.changes = Changes(connection, now=now)

    async def flush(self) -> None:
        """Aggregates and facts; then what terminals are told of them, what was answered, tracks."""
        told = (self.whistles, self.incidents, self.case_leads, self.tasks, self.deliberations)
        shown = [one for repository in told for one in repository.shown()]
        await super().flush()
        await self.changes.note(shown)
        await self.receipts.flush()
        await self.photos.flush()
        await self.tracks.flush()

    @property
    def seals(self) -> WordSeals:
        return self.equipment.seals

    @property
    def objects(self) -> Objects:
        return self.equipment.objects
