"""咨询: the knowledge base kept and asked; answering and declining proposed to router."""

from collections.abc import Iterable
from dataclasses import replace

from services.intake.domain import knowledge, proposals
from services.intake.domain.commands import KeepEntry, ProposeAnswer, ProposeDecline
from services.intake.domain.knowledge import Entry
from services.intake.domain.model import Case
from services.intake.domain.proposals import Answer, Proposal, Wish
from services.intake.ports import IntakeWork
from shared.kernel.ids import CaseId


async def keep_entry(work: IntakeWork, cmd: KeepEntry) -> Entry:
    """Write an entry, new or instead of what it was."""
    entry = knowledge.written(cmd, work.city, at=work.now)
    await work.knowledge.keep(entry)
    return entry


async def add_entries(work: IntakeWork, commands: Iterable[KeepEntry]) -> int:
    """Write those that are not there; what people changed since stays. How many were new."""
    entries = [knowledge.written(cmd, work.city, at=work.now) for cmd in commands]
    return sum([await work.knowledge.add(entry) for entry in entries])


async def propose_answer(work: IntakeWork, cmd: ProposeAnswer) -> Case:
    """即时答复 from an entry or in the desk's own words. Raises `AnswerFromWhere`, `NoSuchEntry`."""
    case = await work.cases.get(cmd.case_id)
    entry = await work.knowledge.find(cmd.entry_id) if cmd.entry_id is not None else None
    answer = knowledge.answered(cmd, entry, on=work.city.day(work.now))
    sealed = work.vault.seal_answer(cmd.proposal_id, answer)
    proposal = Proposal(
        cmd.proposal_id, cmd.case_id, Wish.ANSWER, None, cmd.entry_id, sealed, cmd.by, work.now
    )
    return await _propose(work, case, proposal)


async def propose_decline(work: IntakeWork, cmd: ProposeDecline) -> Case:
    """不予受理, for one of the eight reasons; where to go instead stands in the policy."""
    case = await work.cases.get(cmd.case_id)
    proposal = Proposal(cmd.proposal_id, cmd.case_id, Wish.DECLINE, cmd.reason, None, None, cmd.by, work.now)
    return await _propose(work, case, proposal)


async def shown_answer(work: IntakeWork, case_id: CaseId) -> Answer | None:
    """What the citizen may read as the answer."""
    found = await work.proposals.shown(case_id)
    if found is None or found.sealed_answer is None:
        return None
    return work.vault.open_answer(found.proposal_id, found.sealed_answer)


async def _propose(work: IntakeWork, case: Case, proposal: Proposal) -> Case:
    kept = await work.cases.keep(proposals.propose(case, proposal))
    work.proposals.keep(replace(proposal, asked_by=work.said_last))
    return kept
