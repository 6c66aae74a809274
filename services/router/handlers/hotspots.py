"""未诉先办: a hot spot becomes work, once however often it is told."""

from services.router.domain import commands as do
from services.router.domain.policy import proactive
from services.router.ports import RouterWork
from shared.kernel.ids import CaseId, new_id


async def take_up_hotspot(work: RouterWork, cmd: do.TakeUpHotspot) -> None:
    """Seal what is to be gone into; intake registers it under the id given here."""
    if await work.hotspots.find(cmd.hotspot_id) is not None:
        return
    case_id = CaseId(new_id())
    sealed = work.seal(case_id, proactive.words_of(cmd, work.city))
    await work.hotspots.keep(proactive.take_up(cmd, case_id, sealed, at=work.now))
