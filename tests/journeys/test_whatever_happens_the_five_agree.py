"""people do what comes into their heads → the suite comes to rest → all five say the same of every case.

`JIESU_WALK_SEED=7` repeats a walk, `JIESU_WALK_MOVES=300` makes it longer. Whether its history is sound is
judged last, with that of every journey.
"""

import os

import pytest

from tests.kit.agreement import disagreements
from tests.kit.stage import Stage
from tests.kit.suite import Suite
from tests.kit.walk import Walk

SEEDS = tuple(int(seed) for seed in os.environ.get("JIESU_WALK_SEED", "1 4").split())
MOVES = int(os.environ.get("JIESU_WALK_MOVES", "40"))
UNTIL_REST = 6


async def _walked(suite: Suite, seed: int) -> None:
    """A whole walk, looked at wherever it rests."""
    print(f"JIESU_WALK_SEED={seed}")
    walk = Walk(Stage.on(suite), seed)
    for start in range(0, MOVES, UNTIL_REST):
        await walk.goes(min(UNTIL_REST, MOVES - start))
        found = await disagreements(walk.stage, walk.cases)
        assert not found, "\n".join([*found, "after:", *walk.trail])


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_happens_the_five_agree(flats: Suite, seed: int) -> None:
    await _walked(flats, seed)
