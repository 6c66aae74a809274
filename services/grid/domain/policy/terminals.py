"""终端: who may give one out, how its tokens follow each other, and how it is taken back."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from services.grid.domain.terminal import RevokeReason, Secrets, Terminal, TerminalState, digest
from services.grid.domain.terminal_errors import (
    CodeRefused,
    NotYourTerminal,
    TerminalRevoked,
    TerminalSignedOut,
    TerminalUnitRefused,
    UnknownTerminal,
)
from shared.city.units import Units
from shared.kernel.decision import Decision
from shared.kernel.ids import TerminalId, UnitCode

CODE_FOR = timedelta(hours=24)
ACCESS_FOR = timedelta(minutes=15)
REFRESH_FOR = timedelta(days=30)
"""How long a device may be silent; after that it is enrolled anew. No published rule was found: ours."""
LATE_FOR = timedelta(minutes=1)
"""How long a copy of a device's own request may still be on its way when the device has gone on (ours)."""


@dataclass(frozen=True, slots=True)
class Invite:
    """Make a one-time code for a named worker. `by` is None for ops, who serve every unit."""

    terminal_id: TerminalId
    by: UnitCode | None
    maker: str
    worker: str
    unit: UnitCode
    name: str
    code: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Revoke:
    """Take a terminal back; `wipe` when it is out of the worker's hands."""

    terminal_id: TerminalId
    by: UnitCode | None
    revoker: str
    reason: RevokeReason
    wipe: bool


def invite(cmd: Invite, *, units: Units, at: datetime) -> Decision[Terminal]:
    """The terminal that is to be, waiting for its code."""
    if cmd.unit not in units:
        raise TerminalUnitRefused(cmd.unit)
    if cmd.by is not None and not units.oversees(cmd.by, cmd.unit):
        raise NotYourTerminal(cmd.by, cmd.unit)
    terminal = Terminal(
        terminal_id=cmd.terminal_id,
        worker=cmd.worker,
        unit=cmd.unit,
        name=cmd.name,
        made_at=at,
        made_by=cmd.maker,
        code_sha256=digest(cmd.code),
        code_until=at + CODE_FOR,
    )
    return Decision(terminal)


def enrol(terminal: Terminal | None, secrets: Secrets, *, at: datetime) -> Decision[Terminal]:
    """注册: the code is used up, the device has its first tokens."""
    usable = terminal is not None and terminal.state is TerminalState.INVITED and at <= terminal.code_until
    if terminal is None or not usable:
        raise CodeRefused
    enrolled = replace(
        terminal,
        state=TerminalState.ENROLLED,
        enrolled_at=at,
        seen_at=at,
        family_sha256=digest(secrets.family),
    )
    return Decision(_supplied(enrolled, secrets, at))


def refresh(
    terminal: Terminal | None, family: str, used: str, following: Secrets, *, at: datetime
) -> Decision[Terminal]:
    """New tokens for old ones. An old token after its successor was used takes the device back.

    The token before the last is taken as long as nobody used the last: the answer that brought it was lost.
    For a minute after that it is refused and no more: the network may deliver what the device sent twice.
    """
    if terminal is None or not terminal.knows_family(family):
        raise TerminalSignedOut
    require_good(terminal)
    if not terminal.knows_refresh(used):
        if _is_late_copy(terminal, used, at=at):
            raise TerminalSignedOut
        return Decision(_revoked(terminal, "grid", RevokeReason.TOKEN_REUSED, wipe=False, at=at))
    if terminal.refresh_until is None or at > terminal.refresh_until:
        raise TerminalSignedOut
    before = terminal if terminal.spare_sha256 == digest(used) else _spare_over(terminal, at)
    return Decision(_supplied(replace(before, spare_sha256=digest(used), seen_at=at), following, at))


def require_access(terminal: Terminal | None, secret: str, *, at: datetime) -> Terminal:
    """The terminal, if this access token is its own and not over."""
    if terminal is None or not terminal.knows_access(secret):
        # A device that was taken back keeps the hash of its last token: it is told so, and a guess is not.
        raise TerminalSignedOut
    require_good(terminal)
    if terminal.access_until is None or at > terminal.access_until:
        raise TerminalSignedOut
    return terminal


def require_good(terminal: Terminal) -> None:
    """Raise `TerminalRevoked` for one that was taken back."""
    if terminal.state is TerminalState.REVOKED:
        raise TerminalRevoked(wipe=terminal.wipe)


def see(terminal: Terminal, *, at: datetime) -> Terminal:
    """The device used its newest token: the one before is over."""
    return replace(_spare_over(terminal, at), seen_at=at)


def count(terminal: Terminal, last: int) -> Terminal:
    """The number of the last thing that was answered for good."""
    return replace(terminal, last_sequence=last)


def revoke(terminal: Terminal, cmd: Revoke, *, units: Units, at: datetime) -> Decision[Terminal]:
    """收回. Again changes nothing, but a device that turns out to be lost may still be told to forget."""
    require_sight(terminal, cmd.by, units)
    if terminal.state is TerminalState.REVOKED:
        return Decision(replace(terminal, wipe=terminal.wipe or cmd.wipe))
    return Decision(_revoked(terminal, cmd.revoker, cmd.reason, wipe=cmd.wipe, at=at))


def require_sight(terminal: Terminal, unit: UnitCode | None, units: Units) -> None:
    """The worker's unit, those above it, and ops (None); to others there is no such terminal."""
    if unit is not None and not units.oversees(unit, terminal.unit):
        raise UnknownTerminal(terminal.terminal_id)


def _spare_over(terminal: Terminal, at: datetime) -> Terminal:
    if terminal.spare_sha256 is None:
        return terminal
    return replace(terminal, spare_sha256=None, replaced_sha256=terminal.spare_sha256, replaced_at=at)


def _is_late_copy(terminal: Terminal, used: str, *, at: datetime) -> bool:
    over_at = terminal.replaced_at
    return over_at is not None and at <= over_at + LATE_FOR and terminal.knows_replaced(used)


def _revoked(terminal: Terminal, by: str, reason: RevokeReason, *, wipe: bool, at: datetime) -> Terminal:
    return replace(
        terminal,
        state=TerminalState.REVOKED,
        revoked_at=at,
        revoked_by=by,
        revoke_reason=reason,
        wipe=wipe,
    )


def _supplied(terminal: Terminal, secrets: Secrets, at: datetime) -> Terminal:
    return replace(
        terminal,
        access_sha256=digest(secrets.access),
        access_until=at + ACCESS_FOR,
        refresh_sha256=digest(secrets.refresh),
        refresh_until=at + REFRESH_FOR,
    )
