"""事件: what a grid worker found on a round, as values. Words and evidence lie sealed."""

import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.grid.domain.lifecycle import IncidentState
from services.grid.domain.model import Spot
from shared.kernel.ids import CaseId, CategoryCode, IncidentId, UnitCode


@dataclass(frozen=True, slots=True)
class Telling:
    """What the worker saw, and where. Leaves this process only sealed."""

    text: str = field(repr=False)
    place: UnitCode
    address: str | None = field(default=None, repr=False)
    spot: Spot | None = field(default=None, repr=False)

    def plain(self) -> bytes:
        """The JSON that is sealed: the shape in which intake reads a citizen's words too."""
        told = {
            "text": self.text,
            "address": self.address,
            "lng": self.spot.lng if self.spot else None,
            "lat": self.spot.lat if self.spot else None,
            "places": [{"unit": self.place, "role": "site"}],
        }
        return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def read_telling(plain: bytes) -> Telling:
    """What `plain` made, as it was."""
    told = json.loads(plain)
    spot = Spot(told["lng"], told["lat"]) if told["lng"] is not None else None
    return Telling(told["text"], UnitCode(told["places"][0]["unit"]), told["address"], spot)


@dataclass(frozen=True, slots=True)
class Incident:
    """An incident: reported once, then handled on the spot or escalated to a case."""

    incident_id: IncidentId
    unit: UnitCode
    """Whose grid worker reported it."""
    worker: str
    """Who that was; stays with grid."""
    category: CategoryCode
    place: UnitCode
    sealed_words: str
    recorded_at: datetime
    """By the terminal's clock: nothing is decided by it."""
    reported_at: datetime
    state: IncidentState = IncidentState.REPORTED
    sealed_evidence: str | None = None
    ended_at: datetime | None = None
    case_id: CaseId | None = None
    """The case it became, once intake has said so."""
    photos: tuple[str, ...] = ()
    """By the hash of what its terminal sent."""
    evidence_photos: tuple[str, ...] = ()
    version: int = 0

    def about(self) -> dict[str, Any]:
        """What every fact about this incident says."""
        return {
            "incident_id": self.incident_id,
            "unit": self.unit,
            "place": self.place,
            "category": self.category,
        }
