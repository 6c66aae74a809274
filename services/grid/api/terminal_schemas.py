"""The wire shapes of terminals."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.grid.api.schemas import Code, name_of
from services.grid.domain.terminal import RevokeReason, Terminal, TerminalState
from shared.city.units import Units
from shared.http.wire import Wire, taken

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
Token = Annotated[str, StringConstraints(min_length=1, max_length=200)]


class TerminalIn(Wire):
    """A terminal wanted for a worker."""

    worker: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] = Field(
        description="Who carries it: the subject of the worker's own sign-in."
    )
    unit: Code = Field(description="The worker's unit: the asker's own or one below it.")
    name: Name = Field(description="What the unit calls the device.")


class EnrolIn(Wire):
    """注册."""

    code: Annotated[str, StringConstraints(min_length=1, max_length=40)] = Field(
        description="The one-time code; dashes and case do not matter."
    )


class RefreshIn(Wire):
    """The refresh token of the last answer."""

    refresh_token: Token


class RevokeIn(Wire):
    """收回."""

    reason: RevokeReason = RevokeReason.OTHER
    wipe: bool = Field(False, description="Tell the device to forget everything when it asks next.")


class TerminalOut(Wire):
    """A terminal, without its secrets."""

    terminal_id: UUID
    worker: str
    unit: str
    unit_name: str
    name: str
    state: TerminalState
    made_at: datetime
    made_by: str
    code_until: datetime
    enrolled_at: datetime | None
    seen_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    revoke_reason: RevokeReason | None
    wipe: bool

    @classmethod
    def of(cls, terminal: Terminal, units: Units) -> "TerminalOut":
        return taken(cls, terminal, unit_name=name_of(terminal.unit, units))


class InvitedTerminalOut(TerminalOut):
    """A terminal that waits for its code."""

    code: str = Field(description="Shown once, kept nowhere; good for one device and one day.")

    @classmethod
    def with_code(cls, terminal: Terminal, code: str, units: Units) -> "InvitedTerminalOut":
        return taken(cls, terminal, unit_name=name_of(terminal.unit, units), code=code)


class TokensOut(Wire):
    """What a device is given; each refresh token is good for one refresh."""

    terminal_id: UUID
    worker: str
    unit: str
    unit_name: str
    access_token: str = Field(description="Sent as a bearer token to `/v1/terminal/…`; good for 15 minutes.")
    access_until: datetime
    refresh_token: str = Field(description="Good for 30 days, and for one refresh.")
    refresh_until: datetime
    next_sequence: int = Field(description="The number of the next thing the device does.")
