"""未诉先办: yesterday is looked at once, and router's answer noted."""

from datetime import date, timedelta

from services.scoring.domain.policy import alarms, hotspots
from services.scoring.domain.policy.season import Days, season_of
from services.scoring.ports import ScoringWork
from shared.kernel.ids import CaseId, HotspotId, new_id


async def seek_hotspots(work: ScoringWork) -> int:
    """Look at the next finished day; answers how many days that were."""
    policy = work.city.policy
    looked = await work.daily.looked()
    day = alarms.next_day(looked, policy.hotspots.longest, work.now.astimezone(policy.zone))
    if day is None:
        return 0
    days = Days.before(day, policy.hotspots)
    await work.daily.count(alarms.counted_from(day, looked, days), day)
    # Without a whole baseline nothing is expected, and everything would be more than that.
    since = await work.daily.since()
    many = await _look(work, day, days) if since is not None and since <= days.first else 0
    await work.daily.note(day, many)
    return 1


async def _look(work: ScoringWork, day: date, days: Days) -> int:
    """Raise what is new, keep on what goes on; answers how many there are."""
    rules = work.city.policy.hotspots
    totals = await work.daily.totals(days)
    seasons = {code: season_of(found, days, work.city.calendar) for code, found in totals.items()}
    levels = await work.daily.levels(days, seasons)
    known = await work.hotspots.going_on(day - timedelta(days=rules.quiet_days))
    found = hotspots.detect(levels, seasons, rules, known.keys())
    for excess in found.still:
        going_on = await work.hotspots.get(known[excess.place])
        await work.hotspots.keep(alarms.keep_on(going_on, day))
    looked_at = sum(level.units for level in levels) * len(seasons)
    new = hotspots.without_wider(found, work.city.units)
    for excess in new:
        evidence = await work.daily.newest(excess, day)
        hotspot_id = HotspotId(new_id())
        made = alarms.detected(hotspot_id, excess, evidence, looked_at, work.city.policy, day, at=work.now)
        await work.hotspots.keep(made)
    return len(new) + len(found.still)


async def note_taken_up(work: ScoringWork, hotspot_id: HotspotId, case_id: CaseId) -> None:
    """Router made it a case. A ledger made again knows of no hot spots: that is none of its business."""
    known = await work.hotspots.find(hotspot_id)
    if known is not None:
        await work.hotspots.keep(alarms.taken_up(known, case_id))
