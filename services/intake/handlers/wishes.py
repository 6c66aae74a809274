"""补充 · 催办 · 撤回: what a citizen asks of the own case; router decides what becomes of it."""

from services.intake.domain import policy, wishes
from services.intake.domain.commands import AskUrge, AskWithdrawal, Supplement
from services.intake.domain.model import Case
from services.intake.domain.timeline import Code, Note
from services.intake.handlers.attachments import add_uploads
from services.intake.ports import IntakeWork
from shared.kernel.ids import CaseId, EventId, new_id


async def supplement(work: IntakeWork, cmd: Supplement) -> Case:
    """补充: lay the added files to the case, seal the words, and ask router to lay those to it.

    Raises `EmptySupplement` and what `add_uploads` raises.
    """
    words = wishes.added_words(cmd)
    case = await work.cases.get(cmd.case_id)
    await note_wish(work, cmd.case_id, Code.SUPPLEMENTED)
    await add_uploads(work, cmd.attachments, case, by=cmd.by)
    sealed = work.vault.seal_words(cmd.case_id, words)
    return await work.cases.keep(policy.supplement(case, sealed))


async def ask_urge(work: IntakeWork, cmd: AskUrge) -> Case:
    """催办."""
    case = await work.cases.get(cmd.case_id)
    await note_wish(work, cmd.case_id, Code.URGE_ASKED)
    return await work.cases.keep(policy.ask_urge(case, cmd))


async def ask_withdrawal(work: IntakeWork, cmd: AskWithdrawal) -> Case:
    """撤回."""
    case = await work.cases.get(cmd.case_id)
    await note_wish(work, cmd.case_id, Code.WITHDRAWAL_ASKED)
    return await work.cases.keep(policy.ask_withdrawal(case, cmd))


async def note_wish(work: IntakeWork, case_id: CaseId, wish: Code) -> None:
    """A line that says what was asked, unless it was asked too often. Raises `TooManySupplements`,
    `TooManyWishes`. The case is loaded before, and so locked: of many wishes at once none slips by.
    """
    before = await work.timeline.asked(case_id, wish, since=work.now - wishes.DAY)
    wishes.check(wish, before, at=work.now)
    work.timeline.note(Note(EventId(new_id()), case_id, work.now, wish))
