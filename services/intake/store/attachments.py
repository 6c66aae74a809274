"""附件 as rows. A row is written before its object and removed after it: no object is ever nobody's."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.attachments import Attachment, AttachmentId, UploadState, Waiting
from services.intake.domain.timeline import Code
from services.intake.store.tables import ATTACHMENTS, CASES, TIMELINE
from shared.files.media import MediaKind
from shared.kernel.ids import CaseId, UnitCode

UPLOAD = ATTACHMENTS.c
HELPING = (Code.ASSIGNED, Code.CO_SIGNED, Code.CO_RESOLVED)
"""Lines that say who works on a case beside its lead."""
CONDEMNED = select(ATTACHMENTS).where(UPLOAD.case_id.is_(None), UPLOAD.state == UploadState.CONDEMNED)
"""What is condemned has no case; said as the index says it, or every row would be read each minute."""


class AttachmentRows:
    """Uploads in one knock; written at once, for what happens outside waits for it."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def add(self, attachment: Attachment) -> None:
        await self._connection.execute(insert(ATTACHMENTS).values(asdict(attachment)))

    async def waiting(self, by: str) -> Waiting:
        # Not what is on its way: else nobody could try again and again while the store is away.
        mine = UPLOAD.uploaded_by == by, UPLOAD.case_id.is_(None), UPLOAD.state == UploadState.KEPT
        asked = select(func.count(), func.min(UPLOAD.created_at)).where(*mine)
        count, since = (await self._connection.execute(asked)).one()
        return Waiting(count, since)

    async def settle(self, key: AttachmentId) -> None:
        kept = update(ATTACHMENTS).where(UPLOAD.attachment_id == key).values(state=UploadState.KEPT)
        await self._connection.execute(kept)

    async def claim(
        self, keys: tuple[AttachmentId, ...], case_id: CaseId, *, by: str
    ) -> frozenset[AttachmentId]:
        claimed = (
            update(ATTACHMENTS)
            .where(UPLOAD.attachment_id.in_(keys), UPLOAD.uploaded_by == by)
            .where(UPLOAD.case_id.is_(None), UPLOAD.state == UploadState.KEPT)
            # It was for telling who may lay it to a case; beside one it would say whose account asked.
            .values(case_id=case_id, uploaded_by="")
            .returning(UPLOAD.attachment_id)
        )
        return frozenset((await self._connection.execute(claimed)).scalars())

    async def laid(self, key: CaseId) -> int:
        asked = select(func.count()).where(UPLOAD.case_id == key)
        return (await self._connection.execute(asked)).scalar_one()

    async def give_up(self, keys: Sequence[CaseId]) -> Mapping[CaseId, int]:
        laid = select(UPLOAD.attachment_id, UPLOAD.case_id).where(UPLOAD.case_id.in_(keys)).with_for_update()
        found = [(AttachmentId(one), CaseId(case)) for one, case in await self._connection.execute(laid)]
        gone = update(ATTACHMENTS).where(UPLOAD.attachment_id.in_([one for one, _ in found]))
        await self._connection.execute(gone.values(case_id=None, state=UploadState.CONDEMNED))
        return Counter(case for _, case in found)

    async def condemn(self, *, before: datetime, limit: int) -> int:
        old = (
            select(UPLOAD.attachment_id)
            .where(
                UPLOAD.case_id.is_(None), UPLOAD.state != UploadState.CONDEMNED, UPLOAD.created_at <= before
            )
            .order_by(UPLOAD.created_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        done = update(ATTACHMENTS).where(UPLOAD.attachment_id.in_(old)).values(state=UploadState.CONDEMNED)
        return (await self._connection.execute(done)).rowcount

    async def abandon(self, keys: tuple[AttachmentId, ...]) -> None:
        mine = UPLOAD.attachment_id.in_(keys), UPLOAD.case_id.is_(None)
        await self._connection.execute(update(ATTACHMENTS).where(*mine).values(state=UploadState.CONDEMNED))

    async def condemned(self, limit: int) -> list[Attachment]:
        asked = CONDEMNED.limit(limit).with_for_update(skip_locked=True)
        return [_attachment(row) for row in (await self._connection.execute(asked)).mappings()]

    async def forget(self, key: AttachmentId) -> None:
        await self._connection.execute(delete(ATTACHMENTS).where(UPLOAD.attachment_id == key))


async def attachment(connection: AsyncConnection, key: AttachmentId) -> Attachment | None:
    """What is known of one whose content is there."""
    asked = select(ATTACHMENTS).where(UPLOAD.attachment_id == key, UPLOAD.state == UploadState.KEPT)
    row = (await connection.execute(asked)).mappings().one_or_none()
    return _attachment(row) if row else None


async def attachments(connection: AsyncConnection, case_id: CaseId) -> list[Attachment]:
    """Those of one case, in the order they came."""
    asked = select(ATTACHMENTS).where(UPLOAD.case_id == case_id).order_by(UPLOAD.attachment_id)
    return [_attachment(row) for row in (await connection.execute(asked)).mappings()]


async def units_of(connection: AsyncConnection, case_id: CaseId) -> frozenset[UnitCode]:
    """Who works on a case, as far as intake has heard: the lead, and since the last dispatch the community
    the work was given to and the co-units that have signed. On a joined case work those who have the other.
    """
    case, line, told = CASES.c, TIMELINE.c, TIMELINE.alias("told").c
    way = select(case.case_id, case.merged_into).where(case.case_id == case_id).cte("way", recursive=True)
    way = way.union(select(case.case_id, case.merged_into).where(case.case_id == way.c.merged_into))
    theirs = select(way.c.case_id).where(way.c.merged_into.is_(None))
    leads = await connection.scalars(select(case.unit).where(case.case_id.in_(theirs)))
    last = select(func.max(told.seq)).where(told.case_id == line.case_id, told.code == Code.DISPATCHED)
    helpers = await connection.scalars(
        select(line.unit).where(
            line.case_id.in_(theirs), line.code.in_(HELPING), line.seq > last.scalar_subquery()
        )
    )
    return frozenset(UnitCode(unit) for unit in (*leads, *helpers) if unit)


def _attachment(row: Any) -> Attachment:
    kind, state = MediaKind(row["kind"]), UploadState(row["state"])
    return Attachment(**{**row, "kind": kind, "state": state})
