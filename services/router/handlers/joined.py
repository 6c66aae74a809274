"""并案 undone: what was joined to a case that came to nothing goes on alone, in the same knock."""

from services.router.domain.model import Case
from services.router.domain.policy import opening
from services.router.ports import RouterWork
from shared.kernel.ids import CaseId
from shared.lifecycle.case import CaseState

CAME_TO_NOTHING = frozenset({CaseState.WITHDRAWN, CaseState.DECLINED})


async def preload_with_joined(work: RouterWork, case_id: CaseId) -> None:
    """For a door that holds no case yet: the case and those joined to it, locked in key order."""
    await work.cases.preload([case_id, *await work.cases.joined_to(case_id)])


async def let_joined_go(work: RouterWork, gone: Case) -> Case:
    """The case as given. Who is called back already, or was, is let be.

    Asked for under the case's own lock: who joined while it was waited for is among them.
    """
    if gone.state not in CAME_TO_NOTHING:
        return gone
    joined = await work.cases.joined_to(gone.case_id)
    await work.cases.preload(joined)
    for case_id in sorted(set(joined)):
        case = await work.cases.get(case_id)
        if case.state is CaseState.MERGED and case.merged_into == gone.case_id:
            await work.cases.keep(opening.unmerge(case, gone, work.city, at=work.now))
    return gone
