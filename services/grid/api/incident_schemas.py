"""The wire shapes of incidents."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.grid.api.schemas import Code, SiteIn, SpotOut, Words, name_of
from services.grid.domain.commands import ReportIncident
from services.grid.domain.incident import Incident, Telling
from services.grid.domain.lifecycle import IncidentState
from shared.city.units import Units
from shared.http.wire import Wire, taken
from shared.kernel.ids import CategoryCode, IncidentId, UnitCode, new_id


class PlaceIn(SiteIn):
    """Where it is: coordinates (wgs84), the code of a place, or both; and how people call it."""

    address: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] | None = (
        None
    )


class IncidentIn(Wire):
    """上报."""

    incident_id: UUID | None = Field(
        None, description="The terminal's own, a UUIDv7: sent again it is the same incident."
    )
    category: Annotated[str, StringConstraints(min_length=1, max_length=64)]
    text: Words = Field(description="Lies sealed; leaves grid sealed, and only when it is escalated.")
    place: PlaceIn
    recorded_at: datetime | None = Field(
        None, description="When the worker wrote it down, by the terminal's clock; left out: now."
    )

    def to_command(self, *, by: UnitCode, worker: str) -> ReportIncident:
        return ReportIncident(
            incident_id=IncidentId(self.incident_id or new_id()),
            by=by,
            worker=worker,
            category=CategoryCode(self.category),
            text=self.text,
            address=self.place.address,
            site=self.place.to_site("place."),
            recorded_at=self.recorded_at,
        )


class EvidenceIn(Wire):
    """What was done on the spot."""

    evidence: Words = Field(description="Stays with grid, sealed.")


class PlaceOut(Wire):
    """Where it is; `unit` is the asker's own where none was stated."""

    unit: Code
    unit_name: str
    address: str | None
    spot: SpotOut | None


class IncidentOut(Wire):
    """An incident without what was said of it: kept answers hold no words. The ETag is its version."""

    incident_id: UUID
    unit: str
    unit_name: str
    category: str
    recorded_at: datetime
    reported_at: datetime
    state: IncidentState
    ended_at: datetime | None
    case_id: UUID | None = Field(description="The case it became; null until intake has registered it.")
    photos: list[str] = Field(description="Hashes; GET …/photos/{sha256} shows one.")
    evidence_photos: list[str]
    version: int

    @classmethod
    def of(cls, incident: Incident, units: Units) -> "IncidentOut":
        return taken(cls, incident, unit_name=name_of(incident.unit, units))


class IncidentWithWordsOut(IncidentOut):
    """An incident with what the worker told."""

    text: str
    place: PlaceOut
    evidence: str | None

    @classmethod
    def told(
        cls, incident: Incident, told: Telling, evidence: str | None, units: Units
    ) -> "IncidentWithWordsOut":
        spot = SpotOut(lng=told.spot.lng, lat=told.spot.lat) if told.spot else None
        name = name_of(told.place, units)
        place = PlaceOut(unit=told.place, unit_name=name, address=told.address, spot=spot)
        more = {"text": told.text, "place": place, "evidence": evidence}
        return taken(cls, incident, unit_name=name_of(incident.unit, units), **more)
