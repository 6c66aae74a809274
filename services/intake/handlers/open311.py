"""Open311: a request is registered as any other, and what the public may see of it is kept beside it."""

from services.intake.domain.open311.request import RequestService, published
from services.intake.handlers.cases import Registered, register
from services.intake.ports import IntakeWork


async def request_service(work: IntakeWork, cmd: RequestService) -> Registered:
    """受理 through Open311; the files that came with it are in the store by now."""
    for one in cmd.attachments:
        await work.attachments.settle(one)
    taken = await register(work, cmd.register())
    work.public_requests.keep(published(taken.case, cmd))
    return taken
