"""即时答复与不予受理: the desk proposes, router decides; what became of it is read here."""

from uuid import UUID

from fastapi import APIRouter, Response

from services.intake.api.cases import Desk, OpenWork
from services.intake.api.schemas import AnswerIn, DeclineIn, ProposalOut, ProposedOut
from services.intake.domain.commands import ProposeAnswer, ProposeDecline
from services.intake.domain.proposals import Outcome, Proposal, Wish
from services.intake.handlers import consulting
from services.intake.store.proposals import proposals
from shared.http.idempotency import OnceOnly
from shared.http.knock import Reading
from shared.kernel.ids import CaseId, new_id

ROUTES = APIRouter()


@ROUTES.post("/cases/{case_id}/answer", status_code=202, response_model=ProposedOut)
async def answer_case(
    case_id: UUID, wish: AnswerIn, caller: Desk, open_work: OpenWork, once: OnceOnly
) -> Response:
    """即时答复: from the knowledge base or in own words; the citizen is called back all the same."""
    proposal_id = new_id()
    command = ProposeAnswer(proposal_id, CaseId(case_id), caller.subject, wish.entry_id, wish.text)
    async with open_work() as work:

        async def answer() -> ProposedOut:
            await consulting.propose_answer(work, command)
            return ProposedOut(proposal_id=proposal_id, wish=Wish.ANSWER, outcome=Outcome.PENDING)

        return await once(work, status=202, answer=answer)


@ROUTES.post("/cases/{case_id}/decline", status_code=202, response_model=ProposedOut)
async def decline_case(
    case_id: UUID, wish: DeclineIn, caller: Desk, open_work: OpenWork, once: OnceOnly
) -> Response:
    """不予受理, for one of the eight reasons; the citizen reads where to go instead."""
    proposal_id = new_id()
    command = ProposeDecline(proposal_id, CaseId(case_id), caller.subject, wish.reason)
    async with open_work() as work:

        async def answer() -> ProposedOut:
            await consulting.propose_decline(work, command)
            return ProposedOut(proposal_id=proposal_id, wish=Wish.DECLINE, outcome=Outcome.PENDING)

        return await once(work, status=202, answer=answer)


@ROUTES.get("/cases/{case_id}/proposals")
async def list_proposals(case_id: UUID, connection: Reading, _: Desk) -> list[ProposalOut]:
    """What was proposed for a case, the newest first, and what router made of it."""
    return [_shown(one) for one in await proposals(connection, CaseId(case_id))]


def _shown(one: Proposal) -> ProposalOut:
    return ProposalOut(
        proposal_id=one.proposal_id,
        wish=one.wish,
        outcome=one.outcome,
        reason=one.reason,
        entry_id=one.entry_id,
        proposed_by=one.proposed_by,
        proposed_at=one.proposed_at,
        refused_in=one.refused_in,
    )
