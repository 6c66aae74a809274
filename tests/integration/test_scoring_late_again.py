"""剔除 of what came late, and of what was then adjusted: the case is out of every period, or of none."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.event import listen, remove

from deploy import verifying
from deploy.verifying import verify
from shared.bus.replay import replay
from shared.kernel.words import Ruling
from tests.integration.scoring_desk import Desk, scoring_desk
from tests.integration.scoring_month import AFTER, changes, excludes, message, posts
from tests.kit.case_story import SHANGHAI, Story
from tests.kit.forty_cases import PERIOD, A, B, C

pytestmark = pytest.mark.postgres
SECOND, THIRD = "2026-12", "2027-01"
NAME = "divided"


def in_time() -> Story:
    return Story(NAME).registered().dispatched(A).signed(A)


def late(story: Story) -> list[Any]:
    """A conference divided it in its month: B owes an answer too."""
    return story.ruled(Ruling.DIVIDE, None, B).dispatched(B).heard[-2:]


def later(story: Story) -> list[Any]:
    """It never was B's duty."""
    return story.returned(B).ruled(Ruling.REDIRECT, B, C).heard[-2:]


@pytest.fixture(scope="module")
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Scoring with an excluded case. The tests of this file follow one another through three months."""
    async with scoring_desk(database, tmp_path_factory.mktemp("scoring-keys")) as desk:
        yield desk


async def closes(desk: Desk, period: str) -> str:
    """The hash it is closed with."""
    assert (await posts(desk, f"months/{period}/close", None, who="boss")).status_code == 202
    assert await desk.rings("close_month") == 1
    return str((await desk.reads(f"months/{period}"))["frozen"]["sha256"])


async def response(desk: Desk, unit: str, *, exclusions: str) -> list[int]:
    """How many orders of the unit count in each of the three months."""
    months = (PERIOD, SECOND, THIRD)
    found = [await desk.reads(f"rates/{unit}", period=each, exclusions=exclusions) for each in months]
    return [each["whole"]["response"]["denominator"] for each in found]


async def test_what_is_adjusted_of_a_late_line_is_excluded_with_it(desk: Desk) -> None:
    story = in_time()
    await desk.delivers(story.heard)
    await excludes(desk, NAME)
    desk.clock.until(AFTER)
    await closes(desk, PERIOD)
    await desk.delivers(late(story))
    desk.clock.passes(days=31)
    await closes(desk, SECOND)
    await desk.delivers(later(story))
    # By hand: B's order came late in the second month and was taken away in the third; A's stands.
    assert await response(desk, B, exclusions="ignored") == [0, 1, -1]
    assert await response(desk, A, exclusions="ignored") == [1, 0, 0]
    # The whole case is excluded: nothing of it is in any month.
    for unit in (A, B):
        assert await response(desk, unit, exclusions="applied") == [0, 0, 0]
    asked = {"measure": "response", "period": THIRD, "exclusions": "ignored"}
    (line,) = await desk.pages(f"rates/{B}/cases", **asked)
    assert (line["late_from"], line["excluded"], line["number"]) == (SECOND, True, 1)


async def test_a_month_that_was_closed_before_is_read_and_replayed_as_it_was_closed(
    desk: Desk, database: str
) -> None:
    desk.clock.passes(days=31)
    now = await closes(desk, THIRD)
    then = await closed_as_before(desk)
    assert then != now
    assert await response(desk, B, exclusions="applied") == [0, 0, -1]
    asked = {"measure": "response", "period": THIRD, "exclusions": "applied"}
    assert [line["denominator"] for line in await desk.pages(f"rates/{B}/cases", **asked)] == [-1]
    story = in_time()
    heard = [*story.heard, *late(story), *later(story)]
    await desk.flat.bus.producer().send([message(each) for each in heard])
    await replay(desk.flat.store, desk.flat.bus, since=datetime(2020, 1, 1, tzinfo=SHANGHAI))
    found = await verify(desk.flat, database, lambda _line: None)
    assert [(month.period, month.is_same) for month in found] == [
        (PERIOD, True),
        (SECOND, True),
        (THIRD, True),
    ]
    assert found[-1].replayed == then
    # By the rule of now it comes to what it was closed with by that.
    await changes(desk, f"UPDATE months SET traces_late = true WHERE period = '{THIRD}'")
    assert [month.replayed for month in await verify(desk.flat, database, lambda _line: None)][-1] == now
    await changes(desk, f"UPDATE months SET traces_late = NULL WHERE period = '{THIRD}'")


async def test_a_replay_reads_what_came_late_once(desk: Desk, database: str, monkeypatch: Any) -> None:
    """After an outage there are a million such facts; a replay is of more batches than that."""
    monkeypatch.setattr(verifying, "POLL_LIMIT", 1)
    asked_for: list[str] = []

    def note(*said: Any) -> None:
        asked_for.append(said[2])

    listen(Engine, "before_cursor_execute", note)
    try:
        assert all(month.is_same for month in await verify(desk.flat, database, lambda _line: None))
    finally:
        remove(Engine, "before_cursor_execute", note)
    replayed = [each for each in asked_for if "FROM late_facts" in each]
    # Where they are kept, and where they are known again.
    assert len(replayed) == 2


async def closed_as_before(desk: Desk) -> str:
    """The third month is frozen anew as it was before exclusions traced what had come late."""
    await changes(desk, f"UPDATE months SET traces_late = NULL WHERE period = '{THIRD}'")
    await changes(desk, f"DELETE FROM month_sums WHERE period = '{THIRD}'")
    async with desk.flat.store.work() as work:
        frozen = await work.months.freeze(THIRD)
    told = f'\'{{"sha256": "{frozen.sha256}"}}\''
    await changes(desk, f"UPDATE months SET frozen = frozen || {told} WHERE period = '{THIRD}'")
    published = f"type = 'jiesu.month.closed.v1' AND payload->>'period' = '{THIRD}'"
    await changes(desk, f"UPDATE event_log SET payload = payload::jsonb || {told} WHERE {published}")
    return frozen.sha256
