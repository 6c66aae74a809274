"""受理, many at once: requests that wait at the same moment are registered in one work, with one commit.

Each has its own answer and its own Idempotency-Key; what is wrong with a request is found before it joins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import Request
from starlette.responses import Response

from services.intake import handlers
from services.intake.api.schemas import CaseIn, CaseOut
from services.intake.domain import policy
from services.intake.domain.codes import AccessCode
from services.intake.domain.commands import Register
from services.intake.store import IntakeWork, KeyVault
from shared.events.envelope import Cause
from shared.http import answers
from shared.http.answers import Answer
from shared.http.app import request_cause
from shared.http.callers import Caller, Role
from shared.http.idempotency import JSON_TYPE, Once
from shared.http.refusals import SameRequestUnderWay
from shared.kernel.ids import CaseId
from shared.service import Flat
from shared.store.gathering import Gathering

Known = Mapping[tuple[str, str], Answer]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that may be registered, and whose it is."""

    cmd: Register
    examined: policy.Examined = field(repr=False)
    once: Once
    cause: Cause

    @property
    def pair(self) -> tuple[str, str] | None:
        """Caller and key, if it is to be done once."""
        return (self.once.caller, self.once.key) if self.once.key is not None else None


async def accept(request: Request, wish: CaseIn, caller: Caller, once: Once) -> Response:
    """Register a request together with whoever else asks just now. Raises the refusal of this one."""
    flat: Flat = request.app.state.flat
    cmd = wish.register(by_unit=caller.may(Role.UNIT), by=caller.subject)
    wanted = Wanted(cmd, policy.examine(cmd, flat.city), once, request_cause(request))
    gathering: Gathering[IntakeWork, Wanted, Response] | None = flat.gathering
    # A linked case or an upload must be looked for, and a wrong one would hold the others up: it goes alone.
    if gathering is None or cmd.linked_case_id is not None or cmd.attachments:
        async with flat.store.work(wanted.cause) as work:
            return await register_one(work, wanted)
    return await gathering.join(wanted, apart=wanted.pair)


async def register_one(work: IntakeWork, wanted: Wanted) -> Response:
    """One request, in a work of its own or of others."""
    (outcome,) = await register_all(work, [wanted])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def register_all(work: IntakeWork, wanted: Sequence[Wanted]) -> list[Response | Exception]:
    """Register all that are new; no two of them with the same key. Answers first: one statement tells
    which keys are new, and waits for whoever is writing one of them elsewhere.
    """
    drawn = [handlers.draw_up(work, one.cmd, one.examined) for one in wanted]
    given = [_given(one, each, work.vault) for one, each in zip(wanted, drawn, strict=True)]
    known = await _known(work, [answer for answer in given if answer is not None])
    outcomes: list[Response | Exception] = []
    for one, each in zip(wanted, drawn, strict=True):
        if one.pair in known:
            outcomes.append(_again(one, known[one.pair], work.vault))
        else:
            work.cause = one.cause
            await handlers.claim_uploads(work, one.cmd.attachments, each.case.case_id, by=one.cmd.by)
            await handlers.admit(work, each)
            outcomes.append(_receipt(each))
    return outcomes


async def _known(work: IntakeWork, given: Sequence[Answer]) -> dict[tuple[str, str], Answer | None]:
    """The answers that were given to these keys before; the others are kept now."""
    if not given:
        return {}
    new = await answers.write(work.connection, given)
    old = [answer.pair for answer in given if answer.pair not in new]
    found = await answers.read(work.connection, old) if old else {}
    return {pair: found.get(pair) for pair in old}


def _given(one: Wanted, drawn: handlers.Drawn, vault: KeyVault) -> Answer | None:
    """The answer as it is kept for ever: with the code sealed, for it is shown to its citizen only."""
    if one.once.key is None:
        return None
    case = drawn.case
    sealed = vault.seal_code(case.case_id, drawn.access_code)
    kept = CaseOut(case_id=case.case_id, tracking_number=case.tracking_number, access_code=sealed)
    return one.once.given(201, kept, {"location": _location(drawn)})


def _again(one: Wanted, known: Answer | None, vault: KeyVault) -> Response | Exception:
    """The answer given before, or why there is none for this request."""
    if known is None:
        return SameRequestUnderWay()
    try:
        kept = one.once.replayed(known)
    except Exception as refusal:
        return refusal
    return opened(kept, vault)


def _receipt(drawn: handlers.Drawn) -> Response:
    case = drawn.case
    content = _shown(case.case_id, case.tracking_number, drawn.access_code)
    return Response(content, 201, headers=dict((JSON_TYPE, ("location", _location(drawn)))))


def opened(kept: Response, vault: KeyVault) -> Response:
    """The kept answer as the citizen reads it."""
    receipt = CaseOut.model_validate_json(bytes(kept.body))
    code = vault.open_code(CaseId(receipt.case_id), receipt.access_code)
    content = _shown(CaseId(receipt.case_id), receipt.tracking_number, code)
    headers = {name: value for name, value in kept.headers.items() if name != "content-length"}
    return Response(content, kept.status_code, headers=headers)


def _shown(case_id: CaseId, number: str, code: AccessCode) -> bytes:
    return CaseOut(case_id=case_id, tracking_number=number, access_code=code).model_dump_json().encode()


def _location(drawn: handlers.Drawn) -> str:
    return f"/v1/cases/{drawn.case.tracking_number}"
