"""天堂河小区: a year in fast motion. What comes back again and again becomes a hot spot, work nobody had to
ask for, and a topic with a plan; afterwards there is less of it.

A year can pass only where the play drives the clock. Two days of each week stand for all seven.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from deploy.demo.clock import PlayClock, next_morning
from deploy.demo.people import (
    Dispatcher,
    NobodyAnswers,
    NotInTime,
    PhoneCaller,
    Refused,
    Supervisor,
    Town,
    Unit,
    eventually,
)

TITLE = "天堂河小区一年"
ESTATE, STREET, WATER = "大兴区天宫院街道天堂河小区", "110115010", "D110115-SWJ"
HOT = "drain"
MATTERS = {
    "drain": "天堂河小区{number}号楼门前下水道堵了，污水往外冒，请尽快疏通。",
    "parking": "天堂河小区{number}号楼前车辆乱停，车位被占，早上出不去，请管一管。",
    "roof_leak": "天堂河小区{number}号楼外墙渗水，屋里墙面返潮，请修一修。",
}
PROBLEMS = {"drain": "老管线反复堵塞，污水外溢", "parking": "车位不足，车辆乱停"}
USUAL, RAINY, BETTER = 40, 2, 10
"""Weeks: as it always was, with heavy rain, and after the project."""
WEEKS = USUAL + RAINY + BETTER
TOLD_EVERY = 4
STEPS = WEEKS // TOLD_EVERY + 6
ONE_DAY, MIDWEEK = timedelta(days=1), timedelta(days=3)
NIGHT = timedelta(hours=18)
"""From ten in the morning to four the next: by then the day before is counted."""
SEEN_WITHIN = 180.0
FEW, MANY = 300, 400


@dataclass(frozen=True, slots=True)
class YearEnding:
    """What a year came to."""

    cases: dict[str, int]
    """How many of each category were registered, called back and closed."""
    hotspot: str
    """Where it was seen."""
    counted: int
    expected: float
    days: int
    q_value: float
    work_case_id: str
    work_state: str
    is_proactive: bool
    theme: str
    lead: str
    tasks_done: int
    per_day_before: float
    per_day_after: float
    volume: float
    """Times as many a day as before, and the interval that chance alone explains."""
    volume_low: float
    volume_high: float


@dataclass(frozen=True, slots=True)
class Year:
    """How it was played: where it ended, or what went elsewhere; neither where no year could pass."""

    ending: YearEnding | None = None
    problems: tuple[str, ...] = ()


NOT_PLAYED = Year()


async def play_year(town: Town, clock: PlayClock, tell: Callable[[str], None]) -> Year:
    """A year of one estate. It moves the clock alone: nobody else may be playing."""
    if not clock.is_driven:
        return NOT_PLAYED
    clock.joins()
    try:
        ending = await _Estate(town, clock, tell).lives()
    except (NotInTime, NobodyAnswers, Refused) as trouble:
        return Year(problems=(f"{TITLE}: {trouble}",))
    finally:
        clock.leaves()
    return Year(ending, tuple(f"{TITLE}: {each}" for each in _differences(ending)))


def _differences(ending: YearEnding) -> Iterator[str]:
    """In what it is another year than the one that is told of."""
    if not FEW <= (many := sum(ending.cases.values())) <= MANY:
        yield f"{FEW} to {MANY} orders were expected, there were {many}"
    if ending.work_state != "closed" or not ending.is_proactive:
        yield f"the hot spot's work is {ending.work_state}, proactive: {ending.is_proactive}"
    if ending.volume_high >= 1:
        many_times = f"{ending.volume:.2f} times as many, up to {ending.volume_high:.2f}"
        yield f"fewer orders were expected afterwards: {many_times}"


def loads(week: int) -> tuple[dict[str, int], dict[str, int]]:
    """What is told of on the two days of a week, by matter."""
    if week < USUAL:
        return {"drain": 1, "parking": 1, "roof_leak": 1}, {"drain": 1, "parking": 2, "roof_leak": 1}
    if week < USUAL + RAINY:
        return {"drain": 10, "parking": 1, "roof_leak": 1}, {"drain": 10, "parking": 1, "roof_leak": 1}
    return {"parking": 1, "roof_leak": 1}, {"drain": week % 2}


@dataclass(slots=True)
class _Estate:
    """The people of one year."""

    town: Town
    clock: PlayClock
    tell: Callable[[str], None]
    done: Counter[str] = field(default_factory=Counter)
    numbered: int = 0

    @property
    def street(self) -> Unit:
        return self.town.unit(STREET)

    @property
    def office(self) -> Dispatcher:
        return self.town.dispatcher()

    @property
    def caller(self) -> PhoneCaller:
        return self.town.caller("caller-year")

    @property
    def supervisor(self) -> Supervisor:
        return self.town.supervisor()

    async def lives(self) -> YearEnding:
        began = next_morning(self.clock.now() + ONE_DAY)
        for week in range(USUAL + RAINY):
            await self._week(week, began)
        spot, work = await self._is_seen()
        topic = await self._becomes_a_topic()
        for week in range(USUAL + RAINY, WEEKS):
            await self._week(week, began)
        effect = await self._is_judged(topic)
        return _ending(dict(self.done), spot, work, topic, effect["whole"])

    async def _week(self, week: int, began: datetime) -> None:
        for load, later in zip(loads(week), (timedelta(), MIDWEEK), strict=True):
            await self.clock.until(began + timedelta(weeks=week) + later)
            await self._day(load)
        if (week + 1) % TOLD_EVERY == 0:
            self.tell(f"第 {week + 1} 周，累计 {sum(self.done.values())} 件")

    async def _day(self, load: dict[str, int]) -> None:
        """Reported, taken in hand and done on one day, and called back on it."""
        wishes = [self._wish(matter) for matter, many in load.items() for _ in range(many)]
        if not wishes:
            return
        cases = await self.office.hands_in_batch(wishes)
        await asyncio.gather(*(self._is_handled(case_id) for case_id in cases))
        await self._are_called_back(set(cases))
        self.done.update(load)

    def _wish(self, matter: str) -> dict[str, Any]:
        self.numbered += 1
        return {
            "channel": "hotline",
            "kind": "complaint",
            "text": MATTERS[matter].format(number=self.numbered % 12 + 1),
            "category": matter,
            "place": {"address": ESTATE},
            "contact": {"name": "居民", "phone": f"1380002{self.numbered:04}"},
        }

    async def _is_handled(self, case_id: str) -> None:
        order = await eventually(lambda: self.street.order_of(case_id), what=f"an order for case {case_id}")
        order_id = str(order["order_id"]) if order else ""
        await self.street.signs(order_id)
        await self.street.resolves(order_id, "已派人到场处理，照片 2 张")

    async def _are_called_back(self, waiting: set[str]) -> None:
        while waiting:
            taken = await eventually(lambda: self.caller.reserves(50), what="callbacks of the estate")
            for callback in taken:
                is_half = callback["case_id"][-1] in "05"
                await self.caller.writes_down(
                    callback["callback_id"],
                    solved="partly" if is_half else "yes",
                    satisfied="basically" if is_half else "satisfied",
                )
            waiting -= {callback["case_id"] for callback in taken}

    async def _is_seen(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """热点 → 未诉先办: scoring sees it, router makes it work, the street does it."""
        await self.clock.until(self.clock.now() + NIGHT)
        spot = await eventually(
            lambda: self.supervisor.hotspot(STREET, HOT),
            until=lambda seen: seen and seen["work_case_id"],
            within=SEEN_WITHIN,
            what="a hot spot that became work",
        )
        assert spot is not None
        self.tell(f"热点：{spot['name']}{spot['zh']}，{spot['days']} 天 {spot['cases']} 件")
        case_id = str(spot["work_case_id"])
        await self.clock.until(self.clock.now() + timedelta(hours=6))
        await self._is_handled(case_id)
        work = await eventually(
            lambda: self.office.case(case_id), until=lambda case: case["state"] == "closed", what="归档"
        )
        self.tell("未诉先办：街道巡查疏通，归档")
        return spot, work

    async def _becomes_a_topic(self) -> dict[str, Any]:
        """每月一题: chosen by what comes back most, planned and carried out by the department that leads."""
        found = [each["category"] for each in await self.supervisor.candidates(STREET)]
        problems = {code: PROBLEMS[code] for code in found if code in PROBLEMS}
        topic = await self.supervisor.chooses_topic(STREET, "老旧小区排水与停车", problems, WATER)
        self.tell("每月一题：选题")
        lead, key, today = self.town.lead_of_topic(WATER), str(topic["topic_id"]), self.clock.now().date()
        tasks = [
            {"number": 1, "title": "更换天堂河小区排水管线", "unit": WATER, "due": _on(today, 20)},
            {"number": 2, "title": "施划停车位，设临时停车点", "unit": STREET, "due": _on(today, 25)},
        ]
        await lead.plans(key, _on(today, 1), tasks)
        self.tell("每月一题：任务、责任、时限清单")
        await self.clock.until(self.clock.now() + timedelta(hours=30))
        for number in range(1, len(tasks) + 1):
            topic = await lead.finishes(key, number, "已完成并公示")
        self.tell("每月一题：项目完成")
        return topic

    async def _is_judged(self, topic: dict[str, Any]) -> dict[str, Any]:
        """What came of it, when the last days are counted."""
        key, last = str(topic["topic_id"]), self.clock.now().date().isoformat()
        await self.clock.until(self.clock.now() + ONE_DAY)
        effect = await eventually(
            lambda: self.supervisor.effect(key),
            until=lambda seen: seen["whole"]["after"]["last"] >= last,
            within=SEEN_WITHIN,
            what="the days after the project, counted",
        )
        await self.supervisor.closes_topic(key, "转入日常巡查")
        self.tell("每月一题：前后对比，结题")
        return effect


def _ending(
    cases: dict[str, int],
    spot: dict[str, Any],
    work: dict[str, Any],
    topic: dict[str, Any],
    whole: dict[str, Any],
) -> YearEnding:
    return YearEnding(
        cases=cases,
        hotspot=spot["name"],
        counted=spot["cases"],
        expected=spot["expected"],
        days=spot["days"],
        q_value=spot["q_value"],
        work_case_id=work["case_id"],
        work_state=work["state"],
        is_proactive=work["proactive"],
        theme=topic["theme"],
        lead=topic["lead"],
        tasks_done=sum(each["done"] is not None for each in topic["tasks"]),
        per_day_before=whole["before"]["per_day"],
        per_day_after=whole["after"]["per_day"],
        volume=whole["volume"]["estimate"],
        volume_low=whole["volume"]["low"],
        volume_high=whole["volume"]["high"],
    )


def _on(today: date, days: int) -> str:
    return (today + timedelta(days=days)).isoformat()
