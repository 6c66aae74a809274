"""Grid's wire shapes."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.grid.domain.commands import Blow
from services.grid.domain.errors import SpotIncomplete
from services.grid.domain.lifecycle import CallState, Step, WhistleState
from services.grid.domain.model import Call, Site, Spot, Whistle
from services.grid.domain.policy.blowing import MOST_DEPARTMENTS
from shared.city.units import Units
from shared.http.wire import Wire
from shared.kernel.ids import CaseId, UnitCode, WhistleId, new_id
from shared.kernel.words import Blower, WhistleKind

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Latitude = Annotated[float, Field(ge=-90, le=90)]
Opener = Callable[[str, str], str]
"""Opens what is sealed, by the place it has."""
UNTOLD = Field(description="Null in the answer to a change and in lists.")


class SpotIn(Wire):
    """Where somebody stands, wgs84. Both or neither; needed where the site has coordinates."""

    lng: Longitude | None = None
    lat: Latitude | None = None

    def to_spot(self, prefix: str = "") -> Spot | None:
        if self.lng is not None and self.lat is not None:
            return Spot(self.lng, self.lat)
        if self.lng is None and self.lat is None:
            return None
        raise SpotIncomplete(prefix + ("lng" if self.lng is None else "lat"))


class SiteIn(SpotIn):
    """Where departments are called to: coordinates (wgs84), the code of a place, or both."""

    unit: Code | None = None

    def to_site(self, prefix: str = "site.") -> Site:
        return Site(self.to_spot(prefix), UnitCode(self.unit) if self.unit else None)


class WhistleIn(Wire):
    """吹哨."""

    kind: WhistleKind
    case_id: UUID | None = Field(None, description="The case it is blown on; the asker's street leads it.")
    site: SiteIn | None = Field(None, description="May be left out on a case whose place is known.")
    reason: Words = Field(description="Stays with grid; the departments read it.")
    departments: list[Code] = Field(
        min_length=1,
        max_length=MOST_DEPARTMENTS,
        description="Codes of departments and utilities, each once.",
    )

    def to_command(self, by: UnitCode, *, from_grid: bool) -> Blow:
        return Blow(
            whistle_id=WhistleId(new_id()),
            by=by,
            kind=self.kind,
            case_id=CaseId(self.case_id) if self.case_id else None,
            site=self.site.to_site() if self.site else None,
            reason=self.reason,
            departments=tuple(UnitCode(code) for code in self.departments),
            from_grid=from_grid,
        )


class ActIn(Wire):
    """What the department did."""

    note: Words | None = Field(None, description="Stays with grid.")


class ScoreIn(Wire):
    """1 (did nothing) to 5 (solved it)."""

    score: int = Field(ge=1, le=5)


class CancelIn(Wire):
    """Why the whistle is taken back."""

    reason: Words = Field(description="Stays with grid.")


class RefuseIn(Wire):
    """Why departments are not called."""

    reason: Words = Field(description="Stays with grid; the blower reads it.")


class SpotOut(Wire):
    lng: float
    lat: float


class SiteOut(Wire):
    spot: SpotOut | None
    unit: str | None


class CallOut(Wire):
    """One department's part."""

    unit: str
    name: str
    state: CallState
    sign_by: datetime
    contact_by: datetime
    report_in_by: datetime
    signed_at: datetime | None
    contacted_at: datetime | None
    reported_in_at: datetime | None = Field(description="When it was there; a terminal may be offline.")
    report_received_at: datetime | None = Field(description="When it was told that it was there.")
    reported_from: SpotOut | None
    distance_m: float | None
    on_site: bool | None = Field(
        description="Within the city's radius of the site; null where none is known."
    )
    acted_at: datetime | None
    note: str | None
    scored_at: datetime | None
    score: int | None
    late: list[Step] = Field(description="The steps that ran over their limit.")

    @classmethod
    def of(cls, call: Call, units: Units) -> "CallOut":
        return cls(**asdict(call) | {"name": name_of(call.unit, units), "late": list(call.late)})


class ApprovalOut(Wire):
    """Who was asked before departments heard of it."""

    by: str
    by_name: str
    asked_at: datetime
    decided_at: datetime | None
    granted: bool | None
    reason: str | None = Field(description="Why not.")


class WhistleOut(Wire):
    """A whistle as it stands; the ETag is its version."""

    whistle_id: UUID
    kind: WhistleKind
    blown_by: str
    blown_by_name: str
    blower: Blower | None = Field(description="As whom: a street, a community, or who walks its grid.")
    approval: ApprovalOut | None = Field(
        description="Null: departments were called at once. While it waits, none of them sees it."
    )
    district: str | None = Field(description="Is told what runs over.")
    case_id: UUID | None
    site: SiteOut
    reason: str
    state: WhistleState
    blown_at: datetime
    ended_at: datetime | None
    cancel_reason: str | None
    version: int
    departments: list[CallOut]

    @classmethod
    def of(cls, whistle: Whistle, units: Units) -> "WhistleOut":
        calls = [CallOut.of(call, units) for call in whistle.departments]
        name = name_of(whistle.blown_by, units)
        shown = asdict(whistle) | {"blown_by_name": name, "departments": calls}
        if whistle.approval is not None:
            shown["approval"] |= {"by_name": name_of(whistle.approval.by, units)}
        return cls(**shown)


def name_of(code: UnitCode, units: Units) -> str:
    """A unit that left the directory is still called something."""
    return units.name_of(code)
