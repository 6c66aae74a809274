"""The vault's rows and the record of who read them. Only sealed values and keyed hashes pass through here."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.contact import ContactReading, SealedContact
from services.intake.store.tables import CONTACT_READINGS, CONTACTS
from shared.kernel.ids import CaseId
from shared.store import bulk

ANONYMISE = """
UPDATE contacts SET sealed_name = NULL, sealed_phone = NULL, phone_index = NULL, anonymised_at = $2
WHERE case_id = ANY($1::uuid[]) AND anonymised_at IS NULL RETURNING case_id
"""
COLUMNS = tuple(field.name for field in fields(SealedContact))


class ContactRows:
    """Contacts kept and read in one knock."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._kept: list[SealedContact] = []
        self._readings: list[ContactReading] = []

    def keep(self, contact: SealedContact) -> None:
        self._kept.append(contact)

    async def find(self, key: CaseId) -> SealedContact | None:
        asked = select(CONTACTS).where(CONTACTS.c.case_id == key)
        row = (await self._connection.execute(asked)).mappings().one_or_none()
        return SealedContact(**row) if row else None

    async def anonymise(self, keys: Sequence[CaseId], *, at: datetime) -> frozenset[CaseId]:
        found = await self._connection.exec_driver_sql(ANONYMISE, (list(keys), at))
        return frozenset(CaseId(key) for key in found.scalars())

    def note_readings(self, readings: Iterable[ContactReading]) -> None:
        self._readings.extend(readings)

    def additions(self) -> Iterable[bulk.Insert]:
        """What was kept, as rows."""
        if self._kept:
            yield bulk.Insert(CONTACTS, [_row(contact) for contact in self._kept])

    async def flush(self) -> None:
        """Write what was kept and who read."""
        await bulk.insert(self._connection, CONTACTS, [_row(contact) for contact in self._kept])
        await bulk.insert(self._connection, CONTACT_READINGS, [asdict(one) for one in self._readings])
        self._kept.clear()
        self._readings.clear()


def _row(contact: SealedContact) -> bulk.Row:
    return {name: getattr(contact, name) for name in COLUMNS}
