"""Open311's requests as strangers see them. What is personal is in neither table that is read here."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.codes import TrackingNumber
from services.intake.domain.open311.request import CLOSED, PublicRequest
from services.intake.store.queries import Leaders, leaders_of
from services.intake.store.tables import CASES, PUBLIC_REQUESTS
from shared.kernel.ids import CaseId, UnitCode
from shared.lifecycle.case import CaseState
from shared.store import bulk


class PublicRequestRows:
    """Requests of one knock, written when it ends."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._kept: list[PublicRequest] = []

    def keep(self, request: PublicRequest) -> None:
        self._kept.append(request)

    async def flush(self) -> None:
        """Write what was kept."""
        await bulk.insert(self._connection, PUBLIC_REQUESTS, [asdict(one) for one in self._kept])
        self._kept.clear()


@dataclass(frozen=True, slots=True)
class ShownRequest:
    """A request and where it stands."""

    tracking_number: TrackingNumber
    service_code: str
    status: CaseState
    status_at: datetime | None
    unit: UnitCode | None
    promised_at: datetime | None
    lat: float | None
    lng: float | None
    requested_at: datetime


@dataclass(frozen=True, slots=True)
class PublicQuestion:
    """Which of the listed requests are asked for; None = all."""

    since: datetime
    until: datetime
    services: Sequence[str] | None = None
    closed: bool | None = None


SHOWN = (
    CASES.c.tracking_number,
    PUBLIC_REQUESTS.c.service_code,
    CASES.c.status,
    CASES.c.status_at,
    CASES.c.unit,
    CASES.c.promised_at,
    CASES.c.merged_into,
    PUBLIC_REQUESTS.c.lat,
    PUBLIC_REQUESTS.c.lng,
    PUBLIC_REQUESTS.c.requested_at,
)


async def numbered(
    connection: AsyncConnection, numbers: Sequence[TrackingNumber], *, limit: int
) -> Sequence[ShownRequest]:
    """The requests with these numbers, listed or not; a number of another channel's case finds nothing."""
    asked = _joined().where(CASES.c.tracking_number.in_(numbers))
    return await _shown(connection, asked.limit(limit))


async def listed(
    connection: AsyncConnection, question: PublicQuestion, *, offset: int, limit: int
) -> Sequence[ShownRequest]:
    """The requests anybody may see, the newest first."""
    at = PUBLIC_REQUESTS.c.requested_at
    asked = _joined().where(PUBLIC_REQUESTS.c.listed, at >= question.since, at <= question.until)
    if question.services is not None:
        asked = asked.where(PUBLIC_REQUESTS.c.service_code.in_(question.services))
    if question.closed is not None:
        over = CASES.c.status.in_(sorted(CLOSED))
        asked = asked.where(over if question.closed else ~over)
    return await _shown(connection, asked.offset(offset).limit(limit))


def _joined() -> Select[Any]:
    joined = PUBLIC_REQUESTS.join(CASES, CASES.c.case_id == PUBLIC_REQUESTS.c.case_id)
    newest = (PUBLIC_REQUESTS.c.requested_at.desc(), PUBLIC_REQUESTS.c.case_id.desc())
    return select(*SHOWN).select_from(joined).order_by(*newest)


async def _shown(connection: AsyncConnection, asked: Select[Any]) -> Sequence[ShownRequest]:
    rows = (await connection.execute(asked)).mappings().all()
    with_others = {CaseId(row["merged_into"]) for row in rows if row["merged_into"] is not None}
    leaders = await leaders_of(connection, with_others) if with_others else {}
    return [_request({str(name): value for name, value in row.items()}, leaders) for row in rows]


def _request(row: dict[str, Any], leaders: Leaders) -> ShownRequest:
    """并案: as in its citizen's timeline, who has the other case handles this one."""
    into = row.pop("merged_into")
    if into is not None:
        row["unit"], row["promised_at"] = leaders.get(into, (None, None))
    return ShownRequest(**{**row, "status": CaseState(row["status"])})
