"""Lives of cases as messages, put on Kafka directly: what a consumer finds at the beginning of the topic."""

from collections.abc import Iterator, Sequence
from uuid import NAMESPACE_OID, UUID, uuid5

import orjson

from shared.bus.port import Bus, Message
from shared.events.envelope import Cause, Envelope
from shared.events.fact import Fact
from shared.events.intake import CaseRegistered
from shared.events.router import CaseClassified
from shared.kernel.ids import CategoryCode, EventId, new_id
from shared.kernel.words import Channel, Kind, Satisfied, Solved, Tier
from shared.sealing.ring import KeyRing
from tests.bench.wishes import TEXTS
from tests.kit.case_story import DONGHUASHI, MORNING, YONGNING, ZHENZHUQUAN, Story

WINDOW = 1000
"""Cases under way at the same time: a batch holds many cases' facts, not one case's whole life."""
STREETS = (ZHENZHUQUAN, YONGNING, DONGHUASHI)
NAMES = uuid5(NAMESPACE_OID, "jiesu.bench")
_CAUSE = Cause("bench", "bench", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")


def life(number: int) -> list[Message]:
    """Eight facts; scoring hears them all."""
    unit = STREETS[number % len(STREETS)]
    story = Story(f"bench {number}", now=MORNING).registered()
    story.says(_classified(story, unit)).dispatched(unit).signed(unit).contacted(unit).resolved(unit)
    story.judged(Solved.YES, (Satisfied.SATISFIED, Satisfied.BASICALLY, Satisfied.NOT)[number % 3])
    return [message(heard.envelope, heard.fact) for heard in story.closed().heard]


def lives(cases: int) -> Iterator[list[Message]]:
    """All of them, a window at a time, step by step through the window: in order for each case."""
    for start in range(0, cases, WINDOW):
        window = [life(number) for number in range(start, min(start + WINDOW, cases))]
        for step in range(max(map(len, window))):
            yield [steps[step] for steps in window if step < len(steps)]


def registrations(cases: int, ring: KeyRing) -> Iterator[list[Message]]:
    """What intake says of new cases, with words that router can open."""
    for start in range(0, cases, WINDOW):
        yield [_registration(number, ring) for number in range(start, min(start + WINDOW, cases))]


async def put(bus: Bus, batches: Iterator[Sequence[Message]]) -> int:
    """Send it all; how many messages there were."""
    producer, total = bus.producer(), 0
    try:
        for batch in batches:
            await producer.send(batch)
            total += len(batch)
        return total
    finally:
        await producer.close()


def message(envelope: Envelope, fact: Fact) -> Message:
    value = fact.model_dump_json().encode()
    return Message(fact.topic().name, envelope.key.encode(), value, envelope.headers())


def _classified(story: Story, unit: str) -> CaseClassified:
    return CaseClassified(
        case_id=story.case_id,
        category=CategoryCode("housing"),
        tier=Tier.GENERAL,
        confidence=0.93,
        place=unit,
        awaiting_dispatcher=False,
        dispatch_by=story.now,
    )


def _registration(number: int, ring: KeyRing) -> Message:
    case_id = uuid5(NAMES, f"registered {number}")
    words = {"text": TEXTS[number % len(TEXTS)], "address": None, "lng": None, "lat": None}
    sealed = ring.seal(orjson.dumps(words), context=f"case:{case_id}")
    fact = CaseRegistered(
        case_id=case_id,
        channel=Channel.APP,
        kind=Kind.COMPLAINT,
        sealed_words=sealed,
        has_phone=True,
    )
    return message(_envelope(fact, case_id), fact)


def _envelope(fact: Fact, case_id: UUID) -> Envelope:
    return Envelope(
        id=EventId(new_id()),
        type=fact.type_name(),
        source=fact.SOURCE,
        subject=str(case_id),
        time=MORNING,
        sequence=1,
        key=fact.key(),
        cause=_CAUSE,
    )
