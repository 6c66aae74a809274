"""a whole life on the bus → every fact of it sent again → nothing anywhere has changed."""

from shared.bus.port import Message
from shared.events.topics import CASE
from tests.kit.evidence import at_rest
from tests.kit.people import Receipt
from tests.kit.stage import Stage
from tests.kit.suite import Suite

LOOKS = (
    "SELECT * FROM intake.cases WHERE case_id = $1",
    "SELECT * FROM intake.timeline WHERE case_id = $1 ORDER BY seq",
    "SELECT * FROM router.cases WHERE case_id = $1",
    "SELECT * FROM grid.case_leads WHERE case_id = $1",
    "SELECT * FROM survey.surveys WHERE case_id = $1",
    "SELECT * FROM scoring.entries WHERE case_id = $1",
    "SELECT * FROM scoring.score_lines WHERE case_id = $1 ORDER BY measure, because",
)


async def test_delivered_twice_counts_once(either_stage: Stage) -> None:
    stage = either_stage
    held = await stage.reported()
    await stage.resolved(held)
    await stage.called_back(held, solved="partly", satisfied="basically")
    await stage.state(held, "closed")
    assert not await at_rest(stage.suite)
    before = await _everything(stage.suite, held)
    facts = [
        Message(record.topic, record.key, record.value, record.headers)
        async for record in stage.suite.bus.read(CASE.name)
        if record.key == held.case_id.encode()
    ]
    assert len(facts) >= 10
    producer = stage.suite.bus.producer()
    await producer.send(facts)
    # Out of turn as well: an old fact alone, long after the newer ones.
    await producer.send([facts[1], facts[0], facts[len(facts) // 2]])
    await producer.close()
    assert not await at_rest(stage.suite)
    assert await _everything(stage.suite, held) == before


async def _everything(suite: Suite, held: Receipt) -> list[list[tuple[object, ...]]]:
    return [[tuple(row) for row in await suite.rows(look, held.case_id)] for look in LOOKS]
