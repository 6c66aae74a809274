"""未诉先办: which day is looked at, and when an excess is a new hot spot."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from services.scoring.domain.hotspot import Excess, Hotspot
from services.scoring.domain.policy.season import A_YEAR, ABOUT, Days
from shared.city.policy import Policy
from shared.events import scoring as say
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, HotspotId

SETTLED = timedelta(hours=2)
"""A day is looked at so long after it ended: what was reported before midnight is classified by then."""
RECOUNTED = 14
"""So many days are counted again each time: a case may be given another category later."""
ONE_DAY = timedelta(days=1)


def next_day(looked: date | None, longest: int, now: datetime) -> date | None:
    """The oldest day not looked at, of those that the longest window still tells of; `now` is local."""
    finished = (now - SETTLED).date() - ONE_DAY
    oldest = finished - timedelta(days=longest - 1)
    day = max(oldest, looked + ONE_DAY) if looked else finished
    return day if day <= finished else None


def counted_from(day: date, looked: date | None, days: Days) -> date:
    """From which day on requests are counted for this day: what was not yet, and the last days once more."""
    if looked is None:
        return days.first - A_YEAR - ABOUT
    return min(day - timedelta(days=RECOUNTED - 1), looked + ONE_DAY)


def keep_on(hotspot: Hotspot, day: date) -> Decision[Hotspot]:
    """It is still one: nothing new to say."""
    return Decision(replace(hotspot, last_day=max(day, hotspot.last_day)))


def detected(
    hotspot_id: HotspotId,
    excess: Excess,
    case_ids: Sequence[CaseId],
    looked_at: int,
    policy: Policy,
    day: date,
    *,
    at: datetime,
) -> Decision[Hotspot]:
    """热点: a new one, with its evidence."""
    hotspot = Hotspot(
        hotspot_id=hotspot_id,
        unit=excess.unit,
        category=excess.category,
        day=day,
        detected_at=at,
        excess=excess,
        looked_at=looked_at,
        policy_version=policy.version,
        case_ids=tuple(case_ids),
        last_day=day,
    )
    return Decision(hotspot, (_fact(hotspot, policy),))


def _fact(hotspot: Hotspot, policy: Policy) -> say.HotspotDetected:
    excess = hotspot.excess
    return say.HotspotDetected(
        hotspot_id=hotspot.hotspot_id,
        category=hotspot.category,
        unit=hotspot.unit,
        day=hotspot.day,
        days=excess.days,
        cases=excess.cases,
        expected=round(excess.expected, 2),
        p_value=excess.p_value,
        q_value=excess.q_value,
        false_alarms=str(policy.hotspots.false_alarms),
        policy_version=policy.version,
        case_ids=hotspot.case_ids,
    )


def taken_up(hotspot: Hotspot, case_id: CaseId) -> Decision[Hotspot]:
    """Router made it work."""
    return Decision(replace(hotspot, work_case_id=case_id))
