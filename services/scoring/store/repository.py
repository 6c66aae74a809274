"""Scoring's aggregates as rows, and the work that opens on them."""

from collections.abc import Iterable
from dataclasses import fields
from datetime import datetime

from sqlalchemy import Table
from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.lifecycle import WhistleOutcome
from services.scoring.domain.model import Department, Entry, Whistle
from services.scoring.domain.policy.lines import Line, Rules, lines_of
from services.scoring.store import tables
from shared.city.city import City
from shared.events.envelope import Cause
from shared.kernel.ids import CaseId, WhistleId
from shared.store.bulk import Row
from shared.store.repository import Repository
from shared.store.unit_copies import UnitCopyRepository
from shared.store.work import Work

_LINE = tuple(each.name for each in fields(Line))


class EntryRepository(Repository[CaseId, Entry]):
    """The ledger."""

    AGGREGATE = "entry"
    MODEL = Entry
    TABLE = tables.ENTRIES
    KEY = "case_id"

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._rules = Rules.of_policy(work.city.policy)
        self._written: dict[CaseId, frozenset[Line]] = {}

    async def preload(self, keys: Iterable[CaseId]) -> None:
        """The same, and which lines are written already: most facts change none of them."""
        wanted = [key for key in keys if key not in self._held]
        await super().preload(wanted)
        for key in wanted:
            if held := self._held[key]:
                self._written[key] = frozenset(lines_of(held.aggregate, self._rules))

    def projections(self, aggregate: Entry) -> Iterable[tuple[Table, Row]]:
        lines = frozenset(lines_of(aggregate, self._rules))
        changed = lines - self._written.get(aggregate.case_id, frozenset())
        self._written[aggregate.case_id] = lines
        return [(tables.SCORE_LINES, _line_row(line)) for line in changed]


class WhistleRepository(Repository[WhistleId, Whistle]):
    """The whistles blown."""

    AGGREGATE = "whistle"
    MODEL = Whistle
    TABLE = tables.WHISTLES
    KEY = "whistle_id"

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self._periods = Rules.of_policy(work.city.policy).periods

    def projections(self, aggregate: Whistle) -> Iterable[tuple[Table, Row]]:
        period = self._periods.label(aggregate.blown.at)
        return [
            (tables.DEPARTMENT_LINES, _department_row(aggregate, department, period))
            for department in aggregate.departments
        ]


class UnitCopies(UnitCopyRepository):
    """The directory's units as this service has heard of them."""

    TABLE = tables.UNIT_COPIES


class ScoringWork(Work):
    """One knock at scoring."""

    SOURCE = "scoring"
    METADATA = tables.METADATA

    def __init__(self, connection: AsyncConnection, *, now: datetime, city: City, cause: Cause) -> None:
        super().__init__(connection, now=now, city=city, cause=cause)
        self.entries = EntryRepository(self)
        self.whistles = WhistleRepository(self)
        self.unit_copies = UnitCopies(self)


def _line_row(line: Line) -> Row:
    return {name: getattr(line, name) for name in _LINE}


def _department_row(whistle: Whistle, department: Department, period: str) -> Row:
    return {
        "whistle_id": whistle.whistle_id,
        "unit": department.unit,
        "case_id": whistle.case_id,
        "kind": whistle.kind,
        "blown_by": whistle.blown_by,
        "at": whistle.blown.at,
        "period": period,
        "counts": whistle.outcome is not WhistleOutcome.CANCELLED,
        "signed_in_time": department.signed_in_time,
        "reported_in_time": department.reported_in_time,
        "score": department.score,
    }
