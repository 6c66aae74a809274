"""受理, many at once: requests that wait at the same moment are registered in one work, with one commit.

Each has its own answer and its own Idempotency-Key; what is wrong with a request is found before it joins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from fastapi import Request
from starlette.responses import Response

from services.intake import handlers
from services.intake.api import views
from services.intake.api.schemas import CaseIn, CaseOut
from services.intake.domain import policy
from services.intake.domain.codes import AccessCode
from services.intake.domain.commands import Register
from services.intake.domain.knowledge import Entry, asked, sure
from services.intake.store import IntakeWork, KeyVault
from services.intake.store.knowledge import closest
from shared.events.envelope import Cause
from shared.http import answers
from shared.http.answers import Answer
from shared.http.app import request_cause
from shared.http.callers import Caller, Role
from shared.http.idempotency import JSON_TYPE, Once
from shared.http.refusals import SameRequestUnderWay
from shared.kernel.errors import Refusal
from shared.kernel.ids import CaseId
from shared.kernel.words import Kind
from shared.service import Flat
from shared.store.work import Store

IDEMPOTENCY = IntakeWork.METADATA.tables["idempotency"]
Known = Mapping[tuple[str, str], Answer]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A request that may be registered, and whose it is."""

    cmd: Register
    examined: policy.Examined = field(repr=False)
    once: Once
    cause: Cause
    entry: Entry | None = None
    """What the knowledge base answers, if it was a question."""

    @property
    def pair(self) -> tuple[str, str] | None:
        """Caller and key, if it is to be done once."""
        return (self.once.caller, self.once.key) if self.once.key is not None else None


async def accept(request: Request, wish: CaseIn, caller: Caller, once: Once) -> Response:
    """Register a request together with whoever else asks just now. Raises the refusal of this one."""
    flat: Flat = request.app.state.flat
    cmd = wish.register(by_unit=caller.may(Role.UNIT), by=caller.subject)
    cause = request_cause(request)
    try:
        examined = policy.examine(cmd, flat.city)
    except Refusal:
        # What was taken once stays taken, also when the city has no such unit or category any more.
        async with flat.store.read() as connection:
            kept = await once.told_before(connection)
        if kept is None:
            raise
        return opened(kept, flat.store.sheet(cause).vault)
    wanted = Wanted(cmd, examined, once, cause, await _known_answer(flat, cmd))
    return await register_one(flat.store, wanted)


def is_plain(wanted: Wanted) -> bool:
    """Whether it is nothing but a case, a contact and a line: the database is asked nothing."""
    return wanted.cmd.linked_case_id is None and not wanted.cmd.attachments and wanted.entry is None


async def register_one(store: Store[IntakeWork], wanted: Wanted) -> Response:
    """Register a request: with others where it only adds rows, else in a work of its own."""
    if is_plain(wanted):
        return await _register_together(store, wanted)
    async with store.work(wanted.cause) as work:
        (outcome,) = await register_all(work, [wanted])
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def _register_together(store: Store[IntakeWork], wanted: Wanted) -> Response:
    work = store.sheet(wanted.cause)
    drawn = handlers.draw_up(work, wanted.cmd, wanted.examined)
    await handlers.admit(work, drawn)
    given = _given(wanted, drawn, work.vault)
    if await store.add(work, gate=answers.gate(IDEMPOTENCY, given) if given else None):
        return _receipt(wanted, drawn)
    assert given is not None  # Without a gate everything is new.
    async with store.read() as connection:
        known = await answers.read(connection, [given.pair])
    outcome = _again(wanted, known.get(given.pair), work.vault)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def register_all(work: IntakeWork, wanted: Sequence[Wanted]) -> list[Response | Exception]:
    """Register all that are new; no two of them with the same key. Answers first: one statement tells
    which keys are new, and waits for whoever is writing one of them elsewhere.
    """
    drawn = [handlers.draw_up(work, one.cmd, one.examined, one.entry) for one in wanted]
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
            outcomes.append(_receipt(one, each))
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
    kept = _receipt_of(one, drawn, AccessCode(sealed))
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


def _receipt(one: Wanted, drawn: handlers.Drawn) -> Response:
    content = _receipt_of(one, drawn, drawn.access_code).model_dump_json()
    return Response(content, 201, headers=dict((JSON_TYPE, ("location", _location(drawn)))))


def opened(kept: Response, vault: KeyVault) -> Response:
    """The kept answer as the citizen reads it."""
    receipt = CaseOut.model_validate_json(bytes(kept.body))
    code = vault.open_code(CaseId(receipt.case_id), receipt.access_code)
    content = receipt.model_copy(update={"access_code": code}).model_dump_json()
    headers = {name: value for name, value in kept.headers.items() if name != "content-length"}
    return Response(content, kept.status_code, headers=headers)


def _receipt_of(one: Wanted, drawn: handlers.Drawn, code: AccessCode) -> CaseOut:
    case = drawn.case
    answer = views.answer(one.entry) if one.entry is not None else None
    return CaseOut(
        case_id=case.case_id, tracking_number=case.tracking_number, access_code=code, answer=answer
    )


async def _known_answer(flat: Flat, cmd: Register) -> Entry | None:
    """即时答复: a question is looked up before it joins the others, so that they do not wait for it."""
    wanted = asked(cmd.text) if cmd.kind is Kind.CONSULT else frozenset()
    if not wanted:
        return None
    today = flat.city.day(flat.clock.now())
    async with flat.store.read() as connection:
        return sure(await closest(connection, wanted, today), flat.city.policy.knowledge)


def _location(drawn: handlers.Drawn) -> str:
    return f"/v1/cases/{drawn.case.tracking_number}"
