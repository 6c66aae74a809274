"""All stories side by side on one stage, and what came of each."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from deploy.demo.clock import PlayClock
from deploy.demo.ending import Ending, differences
from deploy.demo.people import NobodyAnswers, NotInTime, Refused, Town
from deploy.demo.rates import UnitRates, rates_of
from deploy.demo.scene import Scene
from deploy.demo.stories.story import Ends, Story, WentElsewhere

LOCAL = ZoneInfo("Asia/Shanghai")
MORNING = time(9, 30)
"""When the stories begin, where it can be chosen: ten hours later citizens may still be rung."""
ONE_STEP_FOR_RATES = 1
Tell = Callable[[str, str], None]
"""Told for each step: the story's title, and what was done."""


@dataclass(frozen=True, slots=True)
class Played:
    """One story: how its cases ended, and what went elsewhere."""

    story: Story
    endings: tuple[Ending, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Play:
    """The whole play at its end."""

    played: tuple[Played, ...]
    rates: tuple[UnitRates, ...]
    problems: tuple[str, ...]
    """What is wrong with the numbers, beside what is wrong with a story."""

    @property
    def is_well(self) -> bool:
        return not self.problems and not any(each.problems for each in self.played)


async def play_all(town: Town, clock: PlayClock, stories: Sequence[Story], tell: Tell) -> Play:
    """Play every story; one that goes wrong does not keep the others from their ends."""
    await clock.until(_next_morning(clock.now()))
    for _ in stories:
        clock.joins()
    played = await asyncio.gather(*(_play_one(town, clock, story, tell) for story in stories))
    endings = [ending for each in played for ending in each.endings]
    try:
        rates = tuple(await rates_of(town.operator(), endings))
    except (NotInTime, NobodyAnswers, Refused) as trouble:
        return Play(tuple(played), (), (str(trouble),))
    tell("三率", "读取三率，逐件核对")
    return Play(tuple(played), rates, ())


async def _play_one(town: Town, clock: PlayClock, story: Story, tell: Tell) -> Played:
    scene = Scene(town, clock, lambda told: tell(story.title, told), clock.now())
    try:
        ends: Ends = await story.play(scene)
    except (WentElsewhere, NotInTime, NobodyAnswers, Refused) as trouble:
        return Played(story, (), (f"{story.title}: {trouble}",))
    finally:
        clock.leaves()
    problems = tuple(
        f"{ending.title}: {difference}"
        for ending, expected in ends
        for difference in differences(ending, expected, is_driven=clock.is_driven)
    )
    return Played(story, tuple(ending for ending, _ in ends), problems)


def _next_morning(now: datetime) -> datetime:
    here = now.astimezone(LOCAL)
    morning = datetime.combine(here.date(), MORNING, tzinfo=LOCAL)
    return morning if morning >= here else morning + timedelta(days=1)
