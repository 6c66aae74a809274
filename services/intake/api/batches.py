"""批量受理: many requests in one, such as a night's messages of an office; each stands for itself.

Answered with 200 and an outcome for each, in order: the status it would have had alone, and its receipt or
its problem. Not 207: that is WebDAV's own, and tells a client no more than the outcomes do. The batch is no
transaction: what was taken stays taken, and the same batch sent again finishes what was cut off.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated, Any

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from services.intake.api.accepting import accept
from services.intake.api.schemas import CaseIn, CaseOut
from services.intake.domain.errors import MalformedClientId
from shared.http import answers
from shared.http.answers import Answer
from shared.http.auth import allow, charge
from shared.http.callers import Caller, Role
from shared.http.idempotency import Once, OnceOnly, fingerprints_of
from shared.http.problems import problem_of
from shared.http.refusals import IdempotencyKeyReused
from shared.http.wire import Wire
from shared.service import Flat
from shared.store.gathering import MOST

ROUTES = APIRouter()
Office = Annotated[Caller, allow(Role.CLIENT, Role.DISPATCHER, scope="cases:write")]
MOST_ITEMS = 500
_CLIENT_ID = re.compile(r"[\x21-\x7e]{1,200}", re.ASCII)


class BatchIn(Wire):
    """Requests, each as POST /v1/cases takes it."""

    cases: Annotated[list[Any], Field(min_length=1, max_length=MOST_ITEMS)] = Field(
        description="Each as POST /v1/cases takes it; besides, a `client_id` of 1 to 200 visible ASCII "
        "characters: the sender's own, and the item's Idempotency-Key in whichever batch it comes again."
    )


class OutcomeOut(Wire):
    """What became of one item."""

    client_id: str | None
    status: int = Field(description="What POST /v1/cases would have answered.")
    case: CaseOut | None = None
    problem: dict[str, Any] | None = Field(None, description="RFC 9457, where it was not taken.")


class BatchOut(Wire):
    """An outcome for each item, in order."""

    outcomes: list[OutcomeOut]


@ROUTES.post("/cases:batch")
async def register_cases(request: Request, wish: BatchIn, caller: Office, once: OnceOnly) -> BatchOut:
    """批量受理: up to 500; a bad one does not stop the others."""
    await _refuse_another(request, once)
    charge(request, caller, len(wish.cases) - 1)
    outcomes: list[OutcomeOut] = []
    # In parts, so that whoever asks for one thing in the meantime does not wait for all of it.
    for start in range(0, len(wish.cases), MOST):
        part = enumerate(wish.cases[start : start + MOST], start)
        outcomes += await asyncio.gather(*(_outcome(request, caller, once, *item) for item in part))
    return BatchOut(outcomes=outcomes)


async def _refuse_another(request: Request, once: Once) -> None:
    """The same Idempotency-Key is good for the same batch only."""
    if once.key is None:
        return
    flat: Flat = request.app.state.flat
    row = Answer(once.caller, once.key, once.fingerprint, 200)
    async with flat.store.work() as work:
        if await answers.write(work.connection, [row]):
            return
        known = await answers.read(work.connection, [row.pair])
    if row.pair in known and known[row.pair].fingerprint != once.fingerprint:
        raise IdempotencyKeyReused


async def _outcome(request: Request, caller: Caller, once: Once, place: int, item: Any) -> OutcomeOut:
    client_id: str | None = None
    try:
        client_id = _client_id(item)
        own = _once(request, once, place, client_id, item)
        taken = await accept(request, _read(item), caller, own)
    except Exception as error:
        problem = problem_of(error)
        if problem is None:
            raise
        document = problem.document(request.url.path)
        return OutcomeOut(client_id=client_id, status=problem.status, problem=document)
    case = CaseOut.model_validate_json(bytes(taken.body))
    return OutcomeOut(client_id=client_id, status=taken.status_code, case=case)


def _client_id(item: Any) -> str | None:
    """The sender's own name for the item."""
    named = item.get("client_id") if isinstance(item, dict) else None
    if named is None:
        return None
    if not isinstance(named, str) or _CLIENT_ID.fullmatch(named) is None:
        raise MalformedClientId
    return named


def _once(request: Request, batch: Once, place: int, client_id: str | None, item: Any) -> Once:
    """The item's own claim to be done once: by its name, else by its place in a batch with a key."""
    # Not orjson, which knows no number beyond 64 bits: such an item is refused by its model, in its turn.
    fingerprint = fingerprints_of(request).of(json.dumps(item, sort_keys=True).encode())
    if client_id is not None:
        return replace(batch, caller=f"{batch.caller}/item", key=client_id, fingerprint=fingerprint)
    key = f"{place}:{batch.key}" if batch.key is not None else None
    return replace(batch, caller=f"{batch.caller}/batch", key=key, fingerprint=fingerprint)


def _read(item: Any) -> CaseIn:
    if isinstance(item, dict):
        item = {name: value for name, value in item.items() if name != "client_id"}
    try:
        return CaseIn.model_validate(item)
    except ValidationError as error:
        raise RequestValidationError(_located(error)) from None


def _located(error: ValidationError) -> Sequence[Any]:
    """The errors as FastAPI locates them."""
    found = error.errors(include_url=False, include_input=False, include_context=False)
    return [{**one, "loc": ("body", *one["loc"])} for one in found]
