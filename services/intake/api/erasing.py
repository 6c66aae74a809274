"""删除个人信息: a citizen wishes to be forgotten now, and not when the policy's days are over."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Response

from services.intake import handlers
from services.intake.api import views
from services.intake.api.cases import OpenWork
from services.intake.api.schemas import AnonymisationOut, ErasureIn
from services.intake.domain.commands import Erase
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.idempotency import OnceOnly
from shared.kernel.ids import CaseId

ROUTES = APIRouter()
# It cannot be taken back, and nobody can be called afterwards: not for whoever happens to pick up the phone.
Supervisor = Annotated[Caller, allow(Role.SUPERVISOR)]


@ROUTES.post("/cases/{case_id}/anonymise", status_code=201, response_model=AnonymisationOut)
async def anonymise_case(
    case_id: UUID, wish: ErasureIn, caller: Supervisor, open_work: OpenWork, once: OnceOnly
) -> Response:
    """匿名化 now, at the citizen's wish, of a case that has ended: name, phone, words and files are removed
    as the clock would remove them. The timeline says so, and ops see who did it.
    """
    command = Erase(CaseId(case_id), caller.subject, wish.checked)
    async with open_work() as work:

        async def erase() -> AnonymisationOut:
            return views.anonymisation(await handlers.erase(work, command))

        return await once(work, status=201, answer=erase)
