"""The wire shapes of what a clerk looks up for a caller."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from services.intake.api.schemas import UnitOut
from services.intake.domain.lookups import Act, Check, LookupPurpose, Refused
from shared.http.wire import Wire
from shared.kernel.words import Channel, Kind
from shared.lifecycle.case import CaseState

Phone = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class CallerIn(Wire):
    """Whose cases are wanted, and what for."""

    phone: Phone = Field(description="As the citizen stated it: with its extension, if it had one.")
    purpose: LookupPurpose


class CallerCaseOut(Wire):
    """A case of the caller's: what tells it from the others, and where it stands; nothing that was said."""

    case_id: UUID
    tracking_number: str
    channel: Channel
    kind: Kind
    status: CaseState
    unit: UnitOut | None = Field(description="The unit that owes an answer.")
    promised_at: datetime | None = Field(description="When the answer is due.")
    registered_at: datetime


class CodeIn(Wire):
    """Whom a new code is for, why, and how the clerk made sure of it."""

    phone: Phone = Field(description="The caller's; it must be the case's.")
    purpose: Literal[LookupPurpose.LOST_CODE, LookupPurpose.CODE_KNOWN]
    checked: Check = Field(description="For a confidential case it must be `called_back`.")


class NewCodeOut(Wire):
    """What the caller is told."""

    tracking_number: str
    access_code: str | None = Field(
        description="Told once. Null when the request is sent again: if it never arrived, give another."
    )


class LookupOut(Wire):
    """One line of the audit: which clerk looked, what for, and what was shown."""

    lookup_id: UUID
    clerk: str
    act: Act
    purpose: LookupPurpose
    at: datetime
    case_ids: list[UUID] = Field(description="The cases shown; or the one a code was asked for.")
    checked: Check | None
    refused: Refused | None = Field(description="Why no code was given.")
