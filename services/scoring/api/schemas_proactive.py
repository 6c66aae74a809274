"""What goes out about hot spots."""

from datetime import date, datetime
from uuid import UUID

from pydantic import Field

from shared.http.wire import Wire
from shared.kernel.words import UnitLevel


class BecauseView(Wire):
    """What the expectation is made of."""

    level_per_day: float = Field(description="An average day of the baseline.")
    season: float = Field(description="The time of the year, by the year before; 1 where there is none.")
    tide: float = Field(description="How much more than expected came from the rest of the city; at least 1.")
    dispersion: float = Field(description="Variance by mean of the days; 1 would be Poisson's.")


class HotspotView(Wire):
    """热点: more requests of a category in a place than chance explains."""

    hotspot_id: UUID
    unit: str
    name: str
    level: UnitLevel
    category: str
    zh: str
    en: str
    day: date = Field(description="The last day that was counted when it was detected.")
    last_day: date = Field(description="The last day on which it still was one.")
    detected_at: datetime
    days: int = Field(description="Over how many days up to `day`; the clearest of the policy's windows.")
    cases: int
    expected: float
    p_value: float = Field(description="Of this series alone, all windows regarded.")
    q_value: float = Field(description="Over all series of its level (Benjamini and Hochberg).")
    looked_at: int = Field(description="How many series were looked at that day, of both levels.")
    because: BecauseView
    policy_version: str
    case_ids: list[UUID] | None = Field(description="The newest of the requests; null for other units.")
    work_case_id: UUID | None = Field(description="The proactive case it became; null for other units.")
