"""诉求 in memory: the aggregate itself, and the whole of one knock at intake."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.codes import TrackingNumber
from services.intake.domain.errors import IncidentUnderWay, NoSuchCase, NumberTaken
from services.intake.domain.file_links import FileLinks
from services.intake.domain.model import ENDED, Case
from services.intake.store import tables
from services.intake.store.anonymisations import AnonymisationRows
from services.intake.store.attachments import AttachmentRows
from services.intake.store.client_keys import ClientKeyRows
from services.intake.store.contacts import ContactRows
from services.intake.store.equipment import Equipment
from services.intake.store.guesses import GuessRows
from services.intake.store.handovers import HandoverRows
from services.intake.store.knowledge import KnowledgeRows
from services.intake.store.likenesses import LikenessRows
from services.intake.store.lookups import LookupRows
from services.intake.store.proposals import ProposalRows
from services.intake.store.public_requests import PublicRequestRows
from services.intake.store.timeline import TimelineRows
from services.intake.store.vault import KeyVault
from shared.city.city import City
from shared.events.envelope import Cause
from shared.files.objects import Objects
from shared.kernel.errors import NotFound, Refusal
from shared.kernel.ids import CaseId, IncidentId
from shared.store.bulk import Insert
from shared.store.repository import Repository
from shared.store.unit_copies import UnitCopyRepository
from shared.store.work import Work

# The states stand in the text, or Postgres would not see that the index of these rows is enough.
ENDED_BEFORE = f"""
SELECT case_id FROM cases
WHERE anonymised_at IS NULL AND status IN ({", ".join(repr(str(state)) for state in sorted(ENDED))})
  AND status_at <= $1
ORDER BY status_at LIMIT $2 FOR UPDATE SKIP LOCKED
"""


class CaseRepository(Repository[CaseId, Case]):
    """诉求."""

    AGGREGATE = "case"
    MODEL = Case
    TABLE = tables.CASES
    KEY = "case_id"

    async def numbered(self, number: TrackingNumber) -> Case | None:
        """Read without a lock: whoever then changes the case loads it again by its id."""
        asked = select(self.TABLE).where(self.TABLE.c.tracking_number == number)
        row = (await self._work.connection.execute(asked)).mappings().one_or_none()
        return self._shape.from_row(row) if row else None

    async def of_phone(self, index: str, *, after: CaseId | None, limit: int) -> Sequence[Case]:
        contacts = tables.CONTACTS.c
        asked = (
            select(self.TABLE)
            .join(tables.CONTACTS, contacts.case_id == self.TABLE.c.case_id)
            .where(contacts.phone_index == index, contacts.confidential.is_(False))
            .order_by(self.TABLE.c.case_id.desc())
            .limit(limit)
        )
        if after is not None:
            asked = asked.where(self.TABLE.c.case_id < after)
        rows = (await self._work.connection.execute(asked)).mappings()
        return [self._shape.from_row(row) for row in rows]

    async def ended(self, *, before: datetime, limit: int) -> Sequence[CaseId]:
        found = await self._work.connection.exec_driver_sql(ENDED_BEFORE, (before, limit))
        return [CaseId(key) for key in found.scalars()]

    async def of_incident(self, key: IncidentId) -> CaseId | None:
        # What this knock has kept is not in the table yet.
        for held in self._held.values():
            if held is not None and held.aggregate.incident_id == key:
                return held.aggregate.case_id
        asked = select(self.TABLE.c.case_id).where(self.TABLE.c.incident_id == key)
        found = (await self._work.connection.execute(asked)).scalar_one_or_none()
        return CaseId(found) if found is not None else None

    async def exists(self, key: CaseId) -> bool:
        asked = select(exists().where(self.TABLE.c.case_id == key))
        return bool((await self._work.connection.execute(asked)).scalar_one())

    def unknown(self, key: CaseId) -> NotFound:
        return NoSuchCase(key)


class UnitCopies(UnitCopyRepository):
    """The directory's units as this service has heard of them."""

    TABLE = tables.UNIT_COPIES


class IntakeWork(Work):
    """受理: one knock; case, vault row, timeline, answer and fact commit together."""

    SOURCE = "intake"
    METADATA = tables.METADATA
    equipment: Equipment

    def __init__(self, connection: AsyncConnection, *, now: datetime, city: City, cause: Cause) -> None:
        super().__init__(connection, now=now, city=city, cause=cause)
        self.cases = CaseRepository(self)
        self.unit_copies = UnitCopies(self)
        self.attachments = AttachmentRows(connection)
        self.handovers = HandoverRows(connection)
        self.timeline = TimelineRows(connection)
        self.contacts = ContactRows(connection)
        self.anonymisations = AnonymisationRows(connection)
        self.knowledge = KnowledgeRows(connection)
        self.proposals = ProposalRows(connection)
        self.likenesses = LikenessRows(connection)
        self.guesses = GuessRows(connection)
        self.lookups = LookupRows(connection)
        self.api_keys = ClientKeyRows(connection)
        self.public_requests = PublicRequestRows(connection)

    @property
    def vault(self) -> KeyVault:
        return self.equipment.vault

    @property
    def tracking_prefix(self) -> str:
        return self.equipment.tracking_prefix

    @property
    def objects(self) -> Objects:
        return self.equipment.objects

    @property
    def links(self) -> FileLinks:
        return self.equipment.links

    async def flush(self) -> None:
        """Rows beside the cases first: facts are logged last, when everything else is in."""
        await self.contacts.flush()
        await self.anonymisations.flush()
        await self.timeline.flush()
        await self.public_requests.flush()
        await self.handovers.flush()
        await self.likenesses.flush()
        await self.proposals.flush()
        await self.lookups.flush()
        try:
            await super().flush()
        except IntegrityError as error:
            if (refusal := self.refusal_of(error)) is not None:
                raise refusal from None
            raise

    def additions(self) -> list[Insert]:
        """What a registration adds, if it is nothing but a case, a contact and a line."""
        return [*self.contacts.additions(), *self.timeline.additions(), *super().additions()]

    def refusal_of(self, error: Exception) -> Refusal | None:
        """A number drawn twice is nobody's fault; an incident told twice at once is found the next time."""
        if "uq_cases_tracking_number" in str(error):
            return NumberTaken()
        return IncidentUnderWay() if "uq_cases_incident_id" in str(error) else None
