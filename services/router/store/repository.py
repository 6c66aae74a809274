"""Router's aggregates as rows, and the work that opens on them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.errors import UnknownCase, UnknownOrder
from services.router.domain.model import Case, Unit, WorkOrder
from services.router.domain.records import DirectoryVersion, HotspotWork, PublishedList
from services.router.domain.text_model import Opinion
from services.router.domain.words import Words, context, read_words, write_words
from services.router.store import tables
from services.router.store.equipment import Equipment
from services.router.store.readings import ReadingRepository
from shared.city.areas import Area, Areas
from shared.city.city import City
from shared.events.envelope import Cause
from shared.kernel.errors import NotFound
from shared.kernel.ids import CaseId, HotspotId, UnitCode, WorkOrderId
from shared.lifecycle.case import CaseState
from shared.store import bulk
from shared.store.bulk import Row
from shared.store.repository import Repository
from shared.store.work import Work


class CaseRepository(Repository[CaseId, Case]):
    """Cases with their work orders."""

    AGGREGATE = "case"
    MODEL = Case
    TABLE = tables.CASES
    KEY = "case_id"

    async def of_order(self, order_id: WorkOrderId) -> Case:
        """An order never changes its case, so it is looked up before the lock is taken."""
        where = tables.WORK_ORDERS.c.order_id == order_id
        case_id = await self._work.connection.scalar(select(tables.WORK_ORDERS.c.case_id).where(where))
        if case_id is None:
            raise UnknownOrder(order_id)
        return await self.get(CaseId(case_id))

    async def due(self, at: datetime, *, limit: int) -> Sequence[CaseId]:
        c = tables.CASES.c
        found = await self._work.connection.scalars(
            select(c.case_id)
            .where(c.bell_at <= at)
            .order_by(c.bell_at, c.case_id)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        return [CaseId(each) for each in found]

    async def joined_to(self, case_id: CaseId) -> Sequence[CaseId]:
        """并案: the cases that are handled with this one; who were joined to them are theirs. While this one
        is locked nobody else joins.
        """
        c = tables.CASES.c
        query = select(c.case_id).where(c.merged_into == case_id, c.state == CaseState.MERGED)
        written = await self._work.connection.scalars(query)
        # What this knock decided is not written yet.
        ours = [case.case_id for case in self.changed() if case.merged_into == case_id]
        return [*map(CaseId, written), *ours]

    def projections(self, aggregate: Case) -> Iterable[tuple[Table, Row]]:
        return [(tables.WORK_ORDERS, _queue_row(aggregate, order)) for order in aggregate.orders]

    def unknown(self, key: CaseId) -> NotFound:
        return UnknownCase(key)


class UnitRepository(Repository[UnitCode, Unit]):
    """Units as the directory last published them."""

    AGGREGATE = "unit"
    MODEL = Unit
    TABLE = tables.UNITS
    KEY = "code"


class DirectoryVersionRepository(Repository[int, DirectoryVersion]):
    """What was put in, one number after the other."""

    AGGREGATE = "directory"
    MODEL = DirectoryVersion
    TABLE = tables.DIRECTORY_VERSIONS
    KEY = "number"

    async def last(self) -> int:
        """The last number; 0 before the first import."""
        query = select(func.coalesce(func.max(tables.DIRECTORY_VERSIONS.c.number), 0))
        return int((await self._work.connection.execute(query)).scalar_one())


class ListRepository(Repository[str, PublishedList]):
    """Responsibility lists as published."""

    AGGREGATE = "responsibility_list"
    MODEL = PublishedList
    TABLE = tables.RESPONSIBILITY_LISTS
    KEY = "list_version"

    async def any(self) -> bool:
        """Whether one was ever published."""
        query = select(func.count()).select_from(tables.RESPONSIBILITY_LISTS)
        return bool((await self._work.connection.execute(query)).scalar_one())


class HotspotRepository(Repository[HotspotId, HotspotWork]):
    """Hot spots that became work."""

    AGGREGATE = "hotspot"
    MODEL = HotspotWork
    TABLE = tables.HOTSPOTS
    KEY = "hotspot_id"


class RouterWork(Work):
    """One knock at router's desk, equipped to open the citizen's words and to read them."""

    SOURCE = "router"
    METADATA = tables.METADATA
    equipment: Equipment

    def __init__(self, connection: AsyncConnection, *, now: datetime, city: City, cause: Cause) -> None:
        super().__init__(connection, now=now, city=city, cause=cause)
        self.cases = CaseRepository(self)
        self.units = UnitRepository(self)
        self.directory_versions = DirectoryVersionRepository(self)
        self.lists = ListRepository(self)
        self.hotspots = HotspotRepository(self)
        self.readings = ReadingRepository(connection)

    async def alone_with_city(self) -> None:
        """One import at a time: each is checked against what the one before left."""
        await self.connection.exec_driver_sql("LOCK TABLE directory_versions IN SHARE ROW EXCLUSIVE MODE")
        await self.look_again()

    async def put_areas(self, areas: Areas) -> None:
        """These areas and no others."""
        await self.connection.execute(delete(tables.AREAS))
        rows = [{name: getattr(area, name) for name in Area.__slots__} for area in areas.by_code.values()]
        await bulk.insert(self.connection, tables.AREAS, rows)

    def unseal(self, case_id: CaseId, sealed_words: str) -> Words:
        return read_words(self.equipment.ring.open(sealed_words, context=context(case_id)))

    def opinions(self, text: str) -> tuple[Opinion, ...]:
        return self.equipment.model.opinions(text)

    def seal(self, case_id: CaseId, words: Words) -> str:
        return self.equipment.ring.seal(write_words(words), context=context(case_id))


def _queue_row(case: Case, order: WorkOrder) -> Row:
    return {
        "order_id": order.id,
        "case_id": case.case_id,
        "unit": order.unit,
        "assigned_to": order.assigned_to,
        "role": order.role,
        "state": order.state,
        "case_state": case.state,
        "category": case.category,
        "tier": case.tier,
        "place": case.place,
        "mode": case.mode,
        "redo": order.redo,
        "supervised": case.supervised,
        "proactive": case.proactive,
        "dispatched_at": order.dispatched_at,
        "sign_by": order.sign_by,
        "resolve_by": order.resolve_by,
        "remind_at": case.remind_at,
        "signed_at": order.signed_at,
        "resolved_at": order.resolved_at,
        "urged": order.urged,
    }
