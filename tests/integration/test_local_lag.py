"""What `jiesu status` counts: what a service hears, also where it never kept a place."""

import pytest

from deploy.commands.topics import create_topics
from deploy.local.look import count_lag
from deploy.local.marks import ProcessMark
from deploy.local.state import RunFile
from deploy.local.suite import SUITE
from shared.bus.embedded import EmbeddedBus
from shared.bus.port import Message
from shared.events.topics import CASE, SCORE

pytestmark = pytest.mark.postgres


async def test_a_service_that_died_before_it_kept_a_place_is_behind_by_all_it_hears(database: str) -> None:
    await create_topics("embedded", None, database, ())
    bus = EmbeddedBus(database)
    sent = [(CASE, 3), (SCORE, 2)]
    batch = [Message(topic.name, b"%d" % n, b"{}", ()) for topic, count in sent for n in range(count)]
    await bus.producer().send(batch)
    await bus.close()
    heard = {flat.name: flat.heard() for flat in SUITE}
    run = RunFile(ProcessMark(1, 0.0, ()), "ready", "embedded", "a test's own", heard=heard)
    behind = await count_lag(run, database)
    assert behind == {"intake": 3, "router": 5, "grid": 3, "survey": 3, "scoring": 3}
