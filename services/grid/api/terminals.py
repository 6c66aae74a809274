"""终端: units and ops give terminals out, see them, and take them back; devices sign in."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.grid import handlers
from services.grid.api.desk import OpenWork, below, unit_of
from services.grid.api.schemas import name_of
from services.grid.api.terminal_schemas import (
    EnrolIn,
    InvitedTerminalOut,
    RefreshIn,
    RevokeIn,
    TerminalIn,
    TerminalOut,
    TokensOut,
)
from services.grid.api.terminal_tokens import (
    access_text,
    new_code,
    new_secrets,
    read_refresh,
    refresh_text,
    spelled,
    typed,
)
from services.grid.domain.policy.terminals import Invite, Revoke, require_good
from services.grid.domain.terminal import Secrets, Terminal, TerminalState
from services.grid.store import terminals as rows
from shared.city.units import Units
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.knock import InCity, Reading
from shared.http.paging import Asked, Page
from shared.kernel.ids import TerminalId, UnitCode, new_id

ROUTES = APIRouter()
Giver = Annotated[Caller, allow(Role.UNIT, Role.OPS)]


@ROUTES.post("/terminals", status_code=201)
async def invite_terminal(body: TerminalIn, giver: Giver, open_work: OpenWork) -> InvitedTerminalOut:
    """Make a one-time code. Never repeatable by key: an answer that was lost is a code to be revoked."""
    code = new_code()
    command = Invite(
        terminal_id=TerminalId(new_id()),
        by=_reach(giver),
        maker=giver.subject,
        worker=body.worker,
        unit=UnitCode(body.unit),
        name=body.name,
        code=code,
    )
    async with open_work() as work:
        made = await handlers.invite_terminal(work, command)
    return InvitedTerminalOut.with_code(made, spelled(code), work.city.units)


@ROUTES.get("/terminals")
async def list_terminals(
    connection: Reading,
    giver: Giver,
    city: InCity,
    asked: Asked,
    state: Annotated[TerminalState | None, Query()] = None,
) -> Page[TerminalOut]:
    """Terminals of the asker's unit and those below it, for ops of all; newest first."""
    after = None if asked.after is None else TerminalId(UUID(str(asked.after[0])))
    units = below(_reach(giver), city.units)
    found = await rows.terminals(connection, units=units, state=state, after=after, limit=asked.fetch)
    return asked.page(
        found, position=lambda row: (row.terminal_id,), item=lambda row: TerminalOut.of(row, city.units)
    )


@ROUTES.post("/terminals/{terminal_id}/revoke")
async def revoke_terminal(
    terminal_id: UUID, body: RevokeIn, giver: Giver, open_work: OpenWork
) -> TerminalOut:
    """收回: from the next request on the device is refused, and told to forget everything if it is lost."""
    command = Revoke(TerminalId(terminal_id), _reach(giver), giver.subject, body.reason, body.wipe)
    async with open_work() as work:
        taken = await handlers.revoke_terminal(work, command)
    return TerminalOut.of(taken, work.city.units)


@ROUTES.post("/terminal/enrol")
async def enrol_terminal(body: EnrolIn, open_work: OpenWork) -> TokensOut:
    """注册: a device uses its code up and has its first tokens."""
    made = new_secrets()
    async with open_work() as work:
        terminal = await handlers.enrol_terminal(work, typed(body.code), made)
    return _tokens(terminal, made, work.city.units)


@ROUTES.post("/terminal/refresh")
async def refresh_terminal(body: RefreshIn, open_work: OpenWork) -> TokensOut:
    """The next tokens. The token before is taken again only while the new ones were never used."""
    terminal_id, family, used = read_refresh(body.refresh_token)
    made = new_secrets(family)
    async with open_work() as work:
        terminal = await handlers.refresh_terminal(work, terminal_id, family, used, made)
    # An old token took the terminal back: that is kept, and told only then.
    require_good(terminal)
    return _tokens(terminal, made, work.city.units)


def _reach(giver: Caller) -> UnitCode | None:
    """Whose terminals somebody has to do with: None for ops."""
    return None if giver.may(Role.OPS) else unit_of(giver)


def _tokens(terminal: Terminal, made: Secrets, units: Units) -> TokensOut:
    assert terminal.access_until is not None
    assert terminal.refresh_until is not None
    return TokensOut(
        terminal_id=terminal.terminal_id,
        worker=terminal.worker,
        unit=terminal.unit,
        unit_name=name_of(terminal.unit, units),
        access_token=access_text(terminal.terminal_id, made),
        access_until=terminal.access_until,
        refresh_token=refresh_text(terminal.terminal_id, made),
        refresh_until=terminal.refresh_until,
        next_sequence=terminal.last_sequence + 1,
    )
