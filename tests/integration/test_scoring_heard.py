"""月结 beside a lag: what lies on the bus unheard would be late, so the close waits, or somebody insists."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from services.scoring.consumer import SUBSCRIPTIONS
from shared.bus.embedded import EmbeddedBus
from shared.bus.subscriber import Subscriber
from shared.bus.subscriptions import Subscriptions
from tests.integration.scoring_desk import Desk, scoring_desk
from tests.integration.scoring_month import AFTER, message, posts
from tests.kit.case_story import Story
from tests.kit.forty_cases import PERIOD, A
from tests.kit.people import eventually

pytestmark = pytest.mark.postgres
CLOSE = f"months/{PERIOD}/close"


@pytest.fixture(scope="module")
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    """Scoring with a case, when its month can be closed. The tests of this file follow one another."""
    async with scoring_desk(database, tmp_path_factory.mktemp("scoring-keys")) as desk:
        await desk.delivers(Story("heard").registered().dispatched(A).signed(A).heard)
        desk.clock.until(AFTER)
        yield desk


async def says(desk: Desk, story: Story) -> None:
    """Router says it, and scoring has not heard it yet."""
    await desk.flat.bus.producer().send([message(each) for each in story.heard])


async def hears(desk: Desk) -> None:
    """Scoring has finished everything that lies on the bus."""
    topics = Subscriptions(SUBSCRIPTIONS).topics
    consumer = await desk.flat.bus.consumer("scoring", topics, instance="1")

    async def is_ours() -> bool:
        return len(consumer.assigned()) == len(await desk.flat.bus.lag("scoring", topics))

    await eventually(is_ours, what="all partitions are ours")
    await consumer.commit({each: await consumer.high_water(each) for each in consumer.assigned()})
    await consumer.close()


async def preview(desk: Desk) -> tuple[str | None, Any]:
    month = await desk.reads(f"months/{PERIOD}")
    assert month["can_be_closed"] is (month["hindrance"] is None)
    return month["hindrance"], month["unheard"]


async def test_a_month_is_not_closed_while_what_was_said_for_it_lies_unheard(desk: Desk) -> None:
    assert await preview(desk) == (None, {"records": 0, "since": None})
    story = Story("unheard").registered().dispatched(A)
    await says(desk, story)
    hindrance, unheard = await preview(desk)
    assert (hindrance, unheard["records"]) == ("ledger_behind", len(story.heard))
    assert unheard["since"].startswith(story.heard[0].envelope.time.isoformat()[:16])
    before = await desk.counts()
    refused = await posts(desk, CLOSE, None, who="boss")
    answer = refused.json()
    assert (refused.status_code, answer["reason"], answer["records"]) == (409, "ledger_behind", 2)
    assert await desk.counts() == before


async def test_what_was_said_since_the_period_settled_holds_no_close_up(desk: Desk) -> None:
    """Something always lies on the bus of a city at work."""
    await hears(desk)
    await says(desk, Story("of now", now=AFTER + timedelta(minutes=1)).registered())
    hindrance, unheard = await preview(desk)
    assert (hindrance, unheard["records"]) == (None, 1)


async def test_where_the_bus_cannot_be_asked_somebody_must_insist(desk: Desk) -> None:
    away = EmbeddedBus("postgresql://nobody@127.0.0.1:1/nowhere")
    desk.flat.subscriber = Subscriber(desk.flat.store, away, SUBSCRIPTIONS)
    assert await preview(desk) == ("ledger_unknown", None)
    refused = await posts(desk, CLOSE, None, who="boss")
    assert (refused.status_code, refused.json()["reason"]) == (503, "ledger_unknown")
    assert int(refused.headers["Retry-After"]) > 0
    insisted = await posts(desk, f"{CLOSE}?insist=true", None, who="boss")
    assert insisted.status_code == 202, insisted.text
    (said,) = await desk.said(PERIOD)
    assert (said["type"], said["payload"]["insisted"]) == ("jiesu.month.close_asked.v1", True)
    assert (await desk.reads(f"months/{PERIOD}"))["unheard"] is None
