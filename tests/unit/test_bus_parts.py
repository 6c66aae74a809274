"""The bus's pure parts: partitioning, sharing, fates, the watchdog."""

import random
from types import SimpleNamespace
from uuid import UUID, uuid4

import asyncpg
import pytest
import sqlalchemy.exc

from shared.bus import shards
from shared.bus.dead_letter_copies import copy_of, dead_letter_topics
from shared.bus.embedded import Redelivery, membership
from shared.bus.fates import Fate, fate_of, reason_of
from shared.bus.parking import key_of
from shared.bus.partitioning import murmur2, partition_of
from shared.bus.port import BusBusy, Partition, PartitionLost, Record
from shared.bus.subscriptions import Subscriptions, on
from shared.bus.watchdog import Watchdog
from shared.events.envelope import Heard, Undecodable
from shared.events.intake import CaseRegistered
from shared.events.router import CaseMerged, CaseUrged
from shared.events.topics import CASE, GRID
from shared.kernel.errors import Conflict, Invalid, NotFound, Stale, TooMany, Unavailable
from tests.kit.facts import a_fact, an_envelope

# From Kafka's own UtilsTest.
JAVA = {
    b"21": -973932308,
    b"foobar": -790332482,
    b"a-little-bit-long-string": -985981536,
    b"a-little-bit-longer-string": -1486304829,
    b"lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8": -58897971,
    b"abc": 479470107,
}


@pytest.mark.parametrize(("key", "hashed"), JAVA.items())
def test_murmur2_agrees_with_java(key: bytes, hashed: int) -> None:
    assert murmur2(key) == hashed % 2**32
    assert partition_of(key, 12) == (hashed & 0x7FFFFFFF) % 12


@pytest.mark.parametrize("relays", range(1, 20))
def test_shares_of_shards_cover_them_all(relays: int) -> None:
    assert shards.fair_share(16, relays) * relays >= 16
    assert shards.fair_share(16, relays) <= 16


@pytest.mark.parametrize("count", [1, 2, 3, 5, 13])
def test_members_divide_the_partitions_without_gap_or_overlap(count: int) -> None:
    members = [membership.Member(str(n), uuid4(), frozenset({"a", "b"})) for n in range(count)]
    partitions = [Partition(topic, number) for topic in ("a", "b") for number in range(12)]
    shares = [membership.fair_share(member.incarnation, members, partitions) for member in members]
    assert frozenset().union(*shares) == frozenset(partitions)
    assert sum(map(len, shares)) == len(partitions)


def test_a_topic_is_dealt_only_to_those_who_read_it() -> None:
    reads, reads_not = (membership.Member(n, uuid4(), frozenset(t)) for n, t in (("1", {"a"}), ("2", {"b"})))
    partitions = [Partition("a", number) for number in range(4)]
    assert membership.fair_share(reads.incarnation, [reads, reads_not], partitions) == frozenset(partitions)


def test_a_redelivery_is_the_same_for_the_same_seed() -> None:
    one, other = Redelivery(seed=3, chance=0.5), Redelivery(seed=3, chance=0.5)
    steps = [one.step_back() for _ in range(50)]
    assert steps == [other.step_back() for _ in range(50)]
    assert 0 in steps
    assert max(steps) > 0


def _said_by_the_driver(error: asyncpg.PostgresError) -> sqlalchemy.exc.DBAPIError:
    return sqlalchemy.exc.DBAPIError("SELECT", None, error)


BUSY: list[BaseException] = [
    BusBusy("away"),
    PartitionLost("gone"),
    ConnectionResetError(),
    TimeoutError(),
    Unavailable("later"),
    TooMany("slowly", retry_after=1),
    Stale("moved"),
    asyncpg.ConnectionDoesNotExistError(),
    asyncpg.DeadlockDetectedError(),
    asyncpg.DiskFullError(),
    _said_by_the_driver(asyncpg.SerializationError()),
    _said_by_the_driver(asyncpg.LockNotAvailableError()),
    _said_by_the_driver(asyncpg.AdminShutdownError()),
    _said_by_the_driver(asyncpg.QueryCanceledError()),
    sqlalchemy.exc.TimeoutError(),
]
BAD: list[BaseException] = [
    Undecodable("no"),
    Conflict("no"),
    NotFound("no"),
    Invalid("no"),
    asyncpg.DataError(),
    _said_by_the_driver(asyncpg.CharacterNotInRepertoireError()),
    _said_by_the_driver(asyncpg.NumericValueOutOfRangeError()),
    _said_by_the_driver(asyncpg.ProgramLimitExceededError()),
]
BUGS: list[BaseException] = [
    KeyError("x"),
    AssertionError(),
    _said_by_the_driver(asyncpg.UniqueViolationError()),
    _said_by_the_driver(asyncpg.UndefinedTableError()),
]


@pytest.mark.parametrize(
    ("error", "fate"),
    [*((e, Fate.BUSY) for e in BUSY), *((e, Fate.BAD) for e in BAD), *((e, Fate.BUG) for e in BUGS)],
    ids=lambda value: type(value).__name__ if isinstance(value, BaseException) else value.value,
)
def test_what_goes_wrong_has_one_of_three_fates(error: BaseException, fate: Fate) -> None:
    assert fate_of(error) is fate


def test_a_reason_names_the_refusal() -> None:
    assert reason_of(NotFound("there is no case 7")) == "not_found: there is no case 7"
    too_large = _said_by_the_driver(asyncpg.NumericValueOutOfRangeError("value 7 is too large"))
    assert reason_of(too_large) == "no table takes its values: SQLSTATE 22003"


def _record(key: bytes | None, value: bytes | None = b"{}") -> Record:
    return Record("jiesu.case", 3, 14, key, value, (("a", b"1"),))


def test_a_record_without_a_key_blocks_nobody_else() -> None:
    assert key_of(_record(None)) == "jiesu.case/3/14"
    assert key_of(_record(b"\xff\x00")) == "\\xff\\0"


def test_a_key_no_index_takes_is_told_by_its_hash() -> None:
    one, other = (key_of(_record(b"x" * 900_000 + end)) for end in (b"1", b"2"))
    assert one != other
    assert max(len(one), len(other)) < 100
    assert key_of(_record(b"x" * 500)) == "x" * 500


def test_a_dead_letter_copy_tells_where_it_came_from() -> None:
    copied = copy_of(_record(None, None), "survey", "not_found: 没有")
    assert copied.topic == "jiesu.case.dlq.survey"
    assert copied.key == b""
    assert dict(copied.headers) == {
        "a": b"1",
        "dlq_reason": "not_found: 没有".encode(),
        "dlq_topic": b"jiesu.case",
        "dlq_partition": b"3",
        "dlq_offset": b"14",
    }


def test_every_group_has_a_dead_letter_topic_for_every_topic() -> None:
    names = {topic.name for topic in dead_letter_topics([CASE, GRID], ["router", "survey"])}
    assert names == {
        f"{topic}.dlq.{group}" for topic in ("jiesu.case", "jiesu.grid") for group in ("router", "survey")
    }


async def _nothing(work: object, heard: object) -> None:
    del work, heard


@pytest.mark.parametrize(
    ("type_name", "passed_over"),
    [
        ("jiesu.case.urged.v1", False),
        ("jiesu.case.urged.v9", False),
        ("jiesu.case.signed.v1", True),
        ("jiesu.case.signed.v9", True),
        ("jiesu.case.never_declared.v1", False),
        (None, False),
    ],
)
def test_only_what_we_know_and_do_not_hear_is_passed_over(type_name: str | None, passed_over: bool) -> None:
    assert Subscriptions([on(CaseUrged, _nothing)]).passes_over(type_name) is passed_over


def test_subscriptions_name_their_topics() -> None:
    assert Subscriptions([on(CaseUrged, _nothing)]).topics == ("jiesu.case",)


PLACE = Partition("jiesu.case", 0)


def _watch(dog: Watchdog, position: int, high_water: int, at: float, *, asking: bool = True) -> bool:
    return dog.is_stuck(PLACE, position=position, high_water=high_water, asking=asking, at=at)


async def test_each_repository_is_asked_once_for_all_keys_a_batch_names() -> None:
    asked: dict[str, list[set[UUID]]] = {"cases": [], "incidents": []}

    class Asked:
        def __init__(self, name: str) -> None:
            self.name = name

        async def preload(self, keys: set[UUID]) -> None:
            asked[self.name].append(set(keys))

    urged, joined = a_fact(CaseUrged), a_fact(CaseMerged)
    heard = Subscriptions(
        [
            on(CaseUrged, _nothing, needs={"cases": "case_id"}),
            on(CaseMerged, _nothing, needs={"cases": "into_case_id"}),
            on(CaseRegistered, _nothing, needs={"incidents": "incident_id"}),
        ]
    )
    facts = (urged, joined, a_fact(CaseRegistered).model_copy(update={"incident_id": None}))
    work = SimpleNamespace(cases=Asked("cases"), incidents=Asked("incidents"))
    await heard.preload(work, [Heard(an_envelope(fact), fact) for fact in facts])
    assert asked == {"cases": [{urged.case_id, joined.into_case_id}], "incidents": []}


def test_a_subscription_that_needs_a_field_its_fact_has_not_is_refused() -> None:
    with pytest.raises(ValueError, match=r"jiesu\.case\.urged\.v1 has no field into_case_id"):
        on(CaseUrged, _nothing, needs={"cases": "into_case_id"})


def test_standing_still_while_there_is_more_is_stuck_after_its_patience() -> None:
    dog = Watchdog(30)
    assert [_watch(dog, 5, 9, at) for at in (0, 10, 30, 31)] == [False, False, False, True]


def test_a_consumer_that_moves_works_or_has_nothing_to_read_is_not_stuck() -> None:
    dice = random.Random(1)
    moving, working, idle = Watchdog(30), Watchdog(30), Watchdog(30)
    for at in range(0, 300, 10):
        assert not _watch(moving, at, 1000 + dice.randint(0, 9), at)
        assert not _watch(working, 5, 9, at, asking=False)
        assert not _watch(idle, 5, 5, at)
