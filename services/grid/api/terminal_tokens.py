"""The secrets of terminals as texts, and the desk that knows a terminal by its access token.

`jt_<terminal>_<secret>` opens the terminal's routes for a quarter of an hour, and
`jr_<terminal>_<family>_<secret>` gets the next pair. The row is looked at with each request, so that taking a
terminal back works at once: that is why the token says nothing itself.
"""

import re
import secrets
from dataclasses import dataclass
from uuid import UUID

from services.grid.domain.policy.terminals import require_access
from services.grid.domain.terminal import Secrets
from services.grid.domain.terminal_errors import TerminalSignedOut
from services.grid.store import GridWork
from services.grid.store.terminals import terminal
from shared.http.callers import Caller
from shared.kernel.clock import Clock
from shared.kernel.ids import TerminalId
from shared.store.work import Store

PREFIX = "jt_"
_ACCESS = re.compile(r"jt_([0-9a-f]{32})_([0-9a-f]{48})", re.ASCII)
_REFRESH = re.compile(r"jr_([0-9a-f]{32})_([0-9a-f]{32})_([0-9a-f]{48})", re.ASCII)
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none is taken for another when a code is typed."""


@dataclass(frozen=True, slots=True)
class TerminalDesk:
    """Recognises terminals. They are in no role: only the terminals' own routes are open to them."""

    store: Store[GridWork]
    clock: Clock

    async def recognise(self, token: str) -> Caller:
        """The terminal as a caller. Raises `TerminalSignedOut`, `TerminalRevoked`."""
        written = _ACCESS.fullmatch(token)
        if written is None:
            raise TerminalSignedOut
        async with self.store.read() as connection:
            found = await terminal(connection, TerminalId(UUID(written[1])))
        known = require_access(found, written[2], at=self.clock.now())
        return Caller(str(known.terminal_id), frozenset(), known.unit, kind="terminal")


def new_secrets(family: str | None = None) -> Secrets:
    """The next pair; of the same family, unless it is the first."""
    return Secrets(secrets.token_hex(24), secrets.token_hex(24), family or secrets.token_hex(16))


def new_code() -> str:
    """A one-time code: 80 bits, to be typed or shown as a picture."""
    return "".join(secrets.choice(_LETTERS) for _ in range(16))


def spelled(code: str) -> str:
    """The code in groups, as people read it."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def typed(code: str) -> str:
    """The code as it was made, however it was typed."""
    plain = code.upper().replace("-", "").replace(" ", "")
    return plain.translate(str.maketrans("OIL", "011"))


def access_text(terminal_id: TerminalId, made: Secrets) -> str:
    return f"{PREFIX}{terminal_id.hex}_{made.access}"


def refresh_text(terminal_id: TerminalId, made: Secrets) -> str:
    return f"jr_{terminal_id.hex}_{made.family}_{made.refresh}"


def read_refresh(text: str) -> tuple[TerminalId, str, str]:
    """Terminal, family and secret of a refresh token. Raises `TerminalSignedOut`."""
    written = _REFRESH.fullmatch(text)
    if written is None:
        raise TerminalSignedOut
    return TerminalId(UUID(written[1])), written[2], written[3]
