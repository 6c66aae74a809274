"""提请 as rows: what was asked of router, and what became of it."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.proposals import Outcome, Proposal, Settlement, Wish
from services.intake.store.tables import PROPOSALS
from shared.kernel.ids import CaseId
from shared.store import bulk
from shared.store.shape import Shape

SHAPE = Shape(Proposal, PROPOSALS)
MOST_PROPOSALS = 100
SETTLE = """
UPDATE proposals SET outcome = $3, refused_in = $4
WHERE case_id = $1 AND wish = $2 AND asked_by = $5 AND outcome = 'pending'
"""


FORGET = """
UPDATE proposals SET sealed_answer = NULL
WHERE case_id = ANY($1::uuid[]) AND entry_id IS NULL AND sealed_answer IS NOT NULL
"""


class ProposalRows:
    """Proposals of one knock."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._kept: list[Proposal] = []
        self._settled: list[tuple[CaseId, Settlement]] = []

    def keep(self, proposal: Proposal) -> None:
        self._kept.append(proposal)

    def settle(self, key: CaseId, settlement: Settlement) -> None:
        self._settled.append((key, settlement))

    async def forget_words(self, keys: Sequence[CaseId]) -> None:
        await self._connection.exec_driver_sql(FORGET, (list(keys),))

    async def shown(self, key: CaseId) -> Proposal | None:
        c = PROPOSALS.c
        is_done = c.outcome == Outcome.DONE
        # What the desk wrote may come too late, when units work on the case by now: router says whether.
        at_once = (c.outcome == Outcome.PENDING) & c.proposed_by.is_(None)
        wanted = select(PROPOSALS).where(c.case_id == key, c.wish == Wish.ANSWER, is_done | at_once)
        best = wanted.order_by(is_done.desc(), c.proposal_id.desc()).limit(1)
        found = await self._connection.execute(best)
        row = found.mappings().one_or_none()
        return SHAPE.from_row(row) if row else None

    async def flush(self) -> None:
        """New ones first: a fact may settle what was asked a moment ago."""
        await bulk.insert(self._connection, PROPOSALS, [asdict(one) for one in self._kept])
        for key, one in self._settled:
            await self._connection.exec_driver_sql(SETTLE, _settled(key, one))
        self._kept.clear()
        self._settled.clear()


async def proposals(connection: AsyncConnection, case_id: CaseId) -> Sequence[Proposal]:
    """What was proposed for a case, the newest first."""
    asked = select(PROPOSALS).where(PROPOSALS.c.case_id == case_id)
    found = await connection.execute(asked.order_by(PROPOSALS.c.proposal_id.desc()).limit(MOST_PROPOSALS))
    return [SHAPE.from_row(row) for row in found.mappings()]


def _settled(key: CaseId, one: Settlement) -> tuple[object, ...]:
    return key, one.wish, one.outcome, one.refused_in, one.asked_by
