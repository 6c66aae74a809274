"""未诉先办: outbreaks made up by a seed: how many are found, how late, and how many alarms are false.

No service runs: the rules that scoring's timer applies are given a city's daily counts, day after day. A year
of them lies before the first day, so the season is known; surges of the whole city are no hot spots.
"""

import statistics
import time
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from services.scoring.domain.hotspot import Place
from services.scoring.domain.policy.hotspots import detect
from services.scoring.domain.policy.season import Days, season_of
from tests.bench.figures import Figure
from tests.bench.options import bounded, ending_well, parser, say, show
from tests.kit.city import beijing
from tests.kit.outbreaks import MadeUp, Outbreak, break_out, code, level_of, make_up

FIRST = date(2024, 9, 2)
HISTORY = 364 + 70
LASTS = 10
"""Days an outbreak lasts; found later, it is missed."""
STRENGTHS = (3.0, 5.0, 10.0)
"""Times the deviation of a usual day, added to each day: ×√(mean), three requests at least."""
BEIJING = 349
"""Streets; alarms are told for so many."""


@dataclass(frozen=True, slots=True)
class Alarm:
    unit: str
    category: str
    day: int


def run_outbreaks(*, seed: int, streets: int, weeks: int, many: int) -> dict[str, Any]:
    """Every day's hot spots over some weeks, against what was put in."""
    began = time.perf_counter()
    rules = beijing().policy.hotspots
    made, strengths = _city(seed, streets, weeks * 7, many)
    alarms = _alarms(made, weeks * 7, rules.quiet_days)
    found = {strength: [_delay(each, alarms) for each in some] for strength, some in strengths.items()}
    false = [alarm for alarm in alarms if not any(_explains(each, alarm) for each in made.outbreaks)]
    return {
        "seed": seed,
        "streets": streets,
        "series": made.counts.shape[0] * made.counts.shape[1],
        "requests_per_day": round(float(made.counts[:, :, -weeks * 7 :].sum()) / (weeks * 7)),
        "weeks": weeks,
        "outbreaks": {str(strength): _told(delays) for strength, delays in found.items()},
        "alarms": len(alarms),
        "false": len(false),
        "false_per_week_of_349_streets": round(len(false) / weeks * BEIJING / streets, 2),
        "seconds": round(time.perf_counter() - began, 1),
    }


def _city(seed: int, streets: int, days: int, many: int) -> tuple[MadeUp, dict[float, list[Outbreak]]]:
    categories = len(beijing().categories.by_code)
    made, chance = make_up(
        seed,
        units=streets,
        categories=categories,
        days=HISTORY + days,
        per_day=25_000_000 / 365 * streets / BEIJING,
        first=FIRST,
    )
    usual = made.counts[:, :, :HISTORY].mean(axis=2)
    places = chance.choice(streets * categories, many * len(STRENGTHS), replace=False)
    strengths: dict[float, list[Outbreak]] = {strength: [] for strength in STRENGTHS}
    for number, place in enumerate(places):
        strength = STRENGTHS[number % len(STRENGTHS)]
        unit, category = divmod(int(place), categories)
        start = HISTORY + int(chance.integers(0, days - LASTS))
        extra = max(3.0, strength * float(np.sqrt(usual[unit, category])))
        strengths[strength].append(Outbreak(unit, category, start, LASTS, extra))
    break_out(made, chance, [each for some in strengths.values() for each in some])
    return made, strengths


def _alarms(made: MadeUp, days: int, quiet: int) -> list[Alarm]:
    """New hot spots by day; one that goes on is no new one."""
    city = beijing()
    rules = city.policy.hotspots
    counted = {code(category): made.totals(category) for category in range(made.counts.shape[1])}
    last: dict[Place, int] = {}
    alarms: list[Alarm] = []
    for number in range(HISTORY, HISTORY + days):
        of_day = Days.before(made.day(number), rules)
        seasons = {each: season_of(totals, of_day, city.calendar) for each, totals in counted.items()}
        known = {place for place, seen in last.items() if number - seen <= quiet}
        found = detect([level_of(made, number, of_day, seasons, rules)], seasons, rules, known)
        alarms += [Alarm(excess.unit, excess.category, number) for excess in found.new]
        last.update({excess.place: number for excess in (*found.new, *found.still)})
        say(f"day {number - HISTORY + 1} of {days}: {len(alarms)} alarms")
    return alarms


def _explains(outbreak: Outbreak, alarm: Alarm) -> bool:
    """Whether the alarm is about it: in its days, or while a window still reaches back to them."""
    is_there = (f"U{outbreak.unit:04d}", code(outbreak.category)) == (alarm.unit, alarm.category)
    return is_there and 0 <= alarm.day - outbreak.start < LASTS + 7


def _delay(outbreak: Outbreak, alarms: list[Alarm]) -> int | None:
    """Days from its first day to the one whose night raised the alarm; None: missed."""
    about = (each for each in alarms if _explains(outbreak, each) and each.day < outbreak.start + LASTS)
    return min((each.day - outbreak.start for each in about), default=None)


def _told(delays: list[int | None]) -> dict[str, Any]:
    found = sorted(delay for delay in delays if delay is not None)
    return {
        "put_in": len(delays),
        "found": len(found),
        "recall": round(len(found) / len(delays), 3) if delays else None,
        "delay_median": statistics.median(found) if found else None,
        "delay_p90": found[int(0.9 * (len(found) - 1))] if found else None,
    }


def figures(found: dict[str, Any]) -> list[Figure]:
    """What stands in the table."""
    told = [
        Figure(
            f"outbreaks of {strength} deviations a day",
            f"{each['found']} of {each['put_in']} found, day {each['delay_median']} (median), "
            f"{each['delay_p90']} (p90)",
        )
        for strength, each in found["outbreaks"].items()
        if each["put_in"]
    ]
    said = f"{found['false']} in {found['weeks']} weeks of {found['series']:,} series; "
    alarms = f"{said}{found['false_per_week_of_349_streets']} a week in {BEIJING} streets"
    return [*told, Figure("false alarms", alarms)]


def main() -> None:
    options = parser("outbreaks", __doc__, bus=False)
    options.add_argument("--seed", type=int, default=7)
    options.add_argument("--streets", type=bounded(349, 10), default=120)
    options.add_argument("--weeks", type=bounded(26, 3), default=8)
    options.add_argument("--many", type=bounded(500, 0), default=60, help="outbreaks of each strength")
    asked = options.parse_args()
    found = run_outbreaks(seed=asked.seed, streets=asked.streets, weeks=asked.weeks, many=asked.many)
    show(found, figures(found), as_json=asked.json)


if __name__ == "__main__":
    ending_well(main)
