"""未诉先办: a hot spot, and the figures it rests on."""

from dataclasses import dataclass
from datetime import date, datetime

from shared.kernel.ids import CaseId, CategoryCode, HotspotId, UnitCode
from shared.kernel.words import UnitLevel

Place = tuple[UnitCode, CategoryCode]
"""Which series: where, and of what."""


@dataclass(frozen=True, slots=True)
class Excess:
    """More requests of a category in a place than were expected there."""

    unit: UnitCode
    category: CategoryCode
    level: UnitLevel
    days: int
    """Over how many of the last days; of the policy's windows the clearest one."""
    cases: int
    expected: float
    level_per_day: float
    """What an average day of the baseline brings."""
    season: float
    """The time of the year, by the year before; 1 where there is none."""
    tide: float
    """How much more than expected came from the rest of the city; at least 1."""
    dispersion: float
    """Variance by mean of the days: 1 would be Poisson's."""
    p_value: float
    q_value: float = 1.0

    @property
    def place(self) -> Place:
        return self.unit, self.category

    @property
    def surplus(self) -> float:
        return self.cases - self.expected


@dataclass(frozen=True, slots=True)
class Hotspot:
    """热点: an excess, from the day it was seen until it has been quiet for a while."""

    hotspot_id: HotspotId
    unit: UnitCode
    category: CategoryCode
    day: date
    """The last day that was counted when it was detected."""
    detected_at: datetime
    excess: Excess
    looked_at: int
    """How many series were looked at that day, streets' and communities' together."""
    policy_version: str
    case_ids: tuple[CaseId, ...]
    last_day: date
    """The last day on which it still was one."""
    work_case_id: CaseId | None = None
    """The proactive case it became."""
    version: int = 0
