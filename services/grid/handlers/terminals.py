"""终端: given out by code, signed in, taken back."""

from services.grid.domain.policy import terminals
from services.grid.domain.policy.terminals import Invite, Revoke
from services.grid.domain.terminal import Secrets, Terminal, digest
from services.grid.ports import GridWork
from shared.kernel.ids import TerminalId


async def invite_terminal(work: GridWork, cmd: Invite) -> Terminal:
    return await work.terminals.keep(terminals.invite(cmd, units=work.city.units, at=work.now))


async def enrol_terminal(work: GridWork, code: str, secrets: Secrets) -> Terminal:
    terminal = await work.terminals.of_code(digest(code))
    return await work.terminals.keep(terminals.enrol(terminal, secrets, at=work.now))


async def refresh_terminal(
    work: GridWork, terminal_id: TerminalId, family: str, used: str, following: Secrets
) -> Terminal:
    """The terminal with its new tokens; or taken back, which is kept and not refused."""
    terminal = await work.terminals.find(terminal_id)
    return await work.terminals.keep(terminals.refresh(terminal, family, used, following, at=work.now))


async def revoke_terminal(work: GridWork, cmd: Revoke) -> Terminal:
    terminal = await work.terminals.get(cmd.terminal_id)
    return await work.terminals.keep(terminals.revoke(terminal, cmd, units=work.city.units, at=work.now))
