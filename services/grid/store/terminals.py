"""Terminals as rows: kept, looked up by code and by token, listed."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from services.grid.domain.terminal import Terminal, TerminalState
from services.grid.domain.terminal_errors import UnknownTerminal
from services.grid.store.tables import TERMINALS
from shared.kernel.errors import NotFound
from shared.kernel.ids import TerminalId, UnitCode
from shared.store.among import among
from shared.store.repository import Repository


class TerminalRepository(Repository[TerminalId, Terminal]):
    AGGREGATE = "terminal"
    MODEL = Terminal
    TABLE = TERMINALS
    KEY = "terminal_id"

    async def of_code(self, code_sha256: bytes) -> Terminal | None:
        """The terminal a code was made for, locked: of two devices with one code the second finds it used."""
        query = select(TERMINALS.c.terminal_id).where(TERMINALS.c.code_sha256 == code_sha256)
        key = (await self._work.connection.execute(query)).scalar_one_or_none()
        return None if key is None else await self.find(TerminalId(key))

    def unknown(self, key: TerminalId) -> NotFound:
        return UnknownTerminal(key)


async def terminal(connection: AsyncConnection, terminal_id: TerminalId) -> Terminal | None:
    """One terminal as it stands, not locked."""
    query = select(TERMINALS).where(TERMINALS.c.terminal_id == terminal_id)
    rows = await _read(connection, query)
    return rows[0] if rows else None


async def terminals(
    connection: AsyncConnection,
    *,
    units: Collection[UnitCode] | None,
    state: TerminalState | None,
    after: TerminalId | None,
    limit: int,
) -> Sequence[Terminal]:
    """Terminals of these units (None: of all), the newest first: their ids are ordered by time."""
    query = select(TERMINALS).order_by(TERMINALS.c.terminal_id.desc()).limit(limit)
    if units is not None:
        query = query.where(among(TERMINALS.c.unit, units))
    if state is not None:
        query = query.where(TERMINALS.c.state == state)
    if after is not None:
        query = query.where(TERMINALS.c.terminal_id < after)
    return await _read(connection, query)


async def _read(connection: AsyncConnection, query: Select[Any]) -> list[Terminal]:
    rows = (await connection.execute(query)).mappings()
    return [TerminalRepository.read(row) for row in rows]
