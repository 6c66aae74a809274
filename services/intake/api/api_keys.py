"""接入密钥: ops give client apps their keys, see them without their secrets, and take them back."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from pydantic import AwareDatetime, Field, StringConstraints

from services.intake import handlers
from services.intake.api.cases import OpenWork
from services.intake.domain.api_keys import ClientKey, IssueKey, RevokeKey
from services.intake.store.client_keys import keys
from shared.http.api_keys import make_api_key
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.knock import Reading
from shared.http.paging import Asked, Page
from shared.http.wire import LAST, Text, Wire

ROUTES = APIRouter()
Ops = Annotated[Caller, allow(Role.OPS)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{1,63}$")]
Scope = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,32}:[a-z0-9_]{1,32}$")]


class ApiKeyIn(Wire):
    """A key wanted for a client."""

    name: Name = Field(description="The client; two of its keys may be good at one time.")
    scopes: Annotated[tuple[Scope, ...], Field(max_length=20)] = ("cases:write",)
    expires_at: Annotated[AwareDatetime, Field(lt=LAST)] | None = Field(
        None, description="Null: until it is revoked."
    )
    rate_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] | None = Field(
        None, description="Requests a minute, together for all keys of the client; null: as everybody."
    )


class ApiKeyOut(Wire):
    """A key, without its secret."""

    id: str
    name: str
    scopes: list[str]
    rate_per_minute: int | None
    created_at: datetime
    made_by: str
    expires_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None


class NewApiKeyOut(ApiKeyOut):
    """A key just made."""

    text: str = Field(description="What the client sends as X-Api-Key. Shown once, kept nowhere.")


@ROUTES.post("/api-keys", status_code=201)
async def issue_api_key(wanted: ApiKeyIn, caller: Ops, open_work: OpenWork) -> NewApiKeyOut:
    """Make a key. Never repeatable by key: an answer that was lost is a key to be revoked."""
    scopes = frozenset(wanted.scopes)
    text, made = make_api_key(wanted.name, scopes=scopes, expires_at=wanted.expires_at)
    command = IssueKey(
        id=made.key_id,
        secret_sha256=made.secret_sha256,
        name=wanted.name,
        scopes=scopes,
        expires_at=wanted.expires_at,
        rate_per_minute=wanted.rate_per_minute,
        by=caller.subject,
    )
    async with open_work() as work:
        key = await handlers.issue_key(work, command)
    return NewApiKeyOut(**_members(key), text=text)


@ROUTES.get("/api-keys")
async def list_api_keys(
    connection: Reading,
    _: Ops,
    asked: Asked,
    name: Annotated[Text | None, Query(max_length=64, description="One client's.")] = None,
) -> Page[ApiKeyOut]:
    """Keys, the newest first, with who made and revoked them."""
    rows = await keys(connection, name=name, after=_after(asked.after), limit=asked.fetch)
    return asked.page(rows, position=_place, item=lambda key: ApiKeyOut(**_members(key)))


@ROUTES.delete("/api-keys/{key_id}", status_code=204)
async def revoke_api_key(
    key_id: Annotated[Text, Path(max_length=64)], caller: Ops, open_work: OpenWork
) -> Response:
    """Take a key back: it is refused within half a minute, everywhere."""
    async with open_work() as work:
        await handlers.revoke_key(work, RevokeKey(key_id, caller.subject))
    return Response(status_code=204)


def _members(key: ClientKey) -> dict[str, object]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "rate_per_minute": key.rate_per_minute,
        "created_at": key.created_at,
        "made_by": key.made_by,
        "expires_at": key.expires_at,
        "revoked_at": key.revoked_at,
        "revoked_by": key.revoked_by,
    }


def _place(key: ClientKey) -> tuple[datetime, str]:
    return key.created_at, key.id


def _after(position: tuple[object, ...] | None) -> tuple[datetime, str] | None:
    match position:
        case (datetime() as at, str(key_id)):
            return at, key_id
    return None
