"""All stories side by side on one stage, and what came of each."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from deploy.demo.clock import PlayClock, next_morning
from deploy.demo.ending import Ending, differences
from deploy.demo.people import NobodyAnswers, NotInTime, Refused, Town
from deploy.demo.rates import UnitRates, rates_of
from deploy.demo.scene import Scene
from deploy.demo.stories.story import Ends, Story, WentElsewhere
from deploy.demo.year import NOT_PLAYED, Year, play_year
from deploy.demo.year import TITLE as YEAR_TITLE

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
    year: Year = NOT_PLAYED

    @property
    def is_well(self) -> bool:
        told = (*self.problems, *self.year.problems)
        return not told and not any(each.problems for each in self.played)


async def play_all(town: Town, clock: PlayClock, stories: Sequence[Story], tell: Tell) -> Play:
    """Play every story; one that goes wrong does not keep the others from their ends."""
    await clock.until(next_morning(clock.now()))
    for _ in stories:
        clock.joins()
    played = await asyncio.gather(*(_play_one(town, clock, story, tell) for story in stories))
    endings = [ending for each in played for ending in each.endings]
    try:
        rates = tuple(await rates_of(town.operator(), endings))
    except (NotInTime, NobodyAnswers, Refused) as trouble:
        return Play(tuple(played), (), (str(trouble),))
    tell("三率", "读取三率，逐件核对")
    # Last: a year that passes would let every deadline of the others pass too.
    year = await play_year(town, clock, lambda told: tell(YEAR_TITLE, told))
    return Play(tuple(played), rates, (), year)


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
