"""Groups without a coordinator: members beat, and each computes the same division of the partitions.

A partition is taken only from nobody or from the dead, and given up only after the running transaction is
done; so it has one owner at any moment, and a commit by anybody else is refused by the row itself.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from shared.bus.port import BusBusy, Partition, PartitionLost

LEASE = 6.0
"""Seconds without a beat after which a member counts as dead."""
BEAT = 1.0

JOIN = """
INSERT INTO bus.member ("group", instance, incarnation, topics, seen_at)
VALUES ($1, $2, $3, $4, clock_timestamp())
ON CONFLICT ("group", instance)
DO UPDATE SET incarnation = excluded.incarnation, topics = excluded.topics, seen_at = excluded.seen_at
"""
CLAIMS = """
INSERT INTO bus.claim ("group", topic, partition)
SELECT $1, topic, partition FROM bus.log WHERE topic = ANY($2::text[]) ON CONFLICT DO NOTHING
"""
SEEN = """
UPDATE bus.member SET seen_at = clock_timestamp() WHERE "group" = $1 AND instance = $2 AND incarnation = $3
"""
ALIVE = """
SELECT instance, incarnation, topics FROM bus.member
WHERE "group" = $1 AND seen_at > clock_timestamp() - make_interval(secs => $2) ORDER BY instance
"""
PARTITIONS = "SELECT topic, partition FROM bus.log WHERE topic = ANY($1::text[]) ORDER BY topic, partition"
OWNED = 'SELECT topic, partition FROM bus.claim WHERE "group" = $1 AND owner = $2'
TAKE = """
UPDATE bus.claim SET owner = $2
FROM unnest($3::text[], $4::int[]) AS wanted(topic, partition)
WHERE claim."group" = $1 AND claim.topic = wanted.topic AND claim.partition = wanted.partition
  AND (claim.owner IS NULL OR claim.owner <> ALL($5::uuid[]))
RETURNING claim.topic, claim.partition, coalesce(claim."offset", 0)
"""
RELEASE = """
UPDATE bus.claim SET owner = NULL
FROM unnest($3::text[], $4::int[]) AS given(topic, partition)
WHERE claim."group" = $1 AND claim.owner = $2
  AND claim.topic = given.topic AND claim.partition = given.partition
"""
COMMIT = """
UPDATE bus.claim SET "offset" = done."offset"
FROM unnest($3::text[], $4::int[], $5::bigint[]) AS done(topic, partition, "offset")
WHERE claim."group" = $1 AND claim.owner = $2
  AND claim.topic = done.topic AND claim.partition = done.partition
"""


class Replaced(BusBusy):
    """A newer process has this instance's name."""


@dataclass(frozen=True, slots=True)
class Member:
    """One living member: which incarnation of the instance, and what it reads."""

    instance: str
    incarnation: UUID
    topics: frozenset[str]


def fair_share(
    mine: UUID, members: Sequence[Member], partitions: Sequence[Partition]
) -> frozenset[Partition]:
    """The partitions a member should have: dealt in turn among those who read the topic."""
    dealt: dict[str, int] = {}
    share: set[Partition] = set()
    for partition in partitions:
        readers = [member for member in members if partition.topic in member.topics]
        turn = dealt.get(partition.topic, 0)
        dealt[partition.topic] = turn + 1
        if readers and readers[turn % len(readers)].incarnation == mine:
            share.add(partition)
    return frozenset(share)


@dataclass(frozen=True, slots=True)
class Membership:
    """One member's place in its group; every call is one step on a connection."""

    group: str
    instance: str
    incarnation: UUID
    topics: tuple[str, ...]

    async def join(self, connection: Any) -> None:
        """Come in; an earlier incarnation of this instance is dead from now on."""
        await connection.execute(JOIN, self.group, self.instance, self.incarnation, list(self.topics))
        await connection.execute(CLAIMS, self.group, list(self.topics))

    async def beat(self, connection: Any) -> tuple[frozenset[Partition], frozenset[Partition], list[UUID]]:
        """Show life; answers what we own, what we should own, and which others live. Raises `Replaced`."""
        if await connection.execute(SEEN, self.group, self.instance, self.incarnation) == "UPDATE 0":
            raise Replaced(f"another process is {self.instance} of {self.group} now")
        alive = [
            Member(row["instance"], row["incarnation"], frozenset(row["topics"]))
            for row in await connection.fetch(ALIVE, self.group, LEASE)
        ]
        partitions = _partitions(await connection.fetch(PARTITIONS, list(self.topics)))
        owned = _partitions(await connection.fetch(OWNED, self.group, self.incarnation))
        share = fair_share(self.incarnation, alive, partitions)
        others = [member.incarnation for member in alive if member.incarnation != self.incarnation]
        return frozenset(owned), share, others

    async def take(
        self, connection: Any, wanted: Collection[Partition], others: list[UUID]
    ) -> dict[Partition, int]:
        """Take what no living other has; answers it with the offsets to read from."""
        rows = await connection.fetch(TAKE, self.group, self.incarnation, *_columns(wanted), others)
        return {Partition(row[0], row[1]): row[2] for row in rows}

    async def release(self, connection: Any, given: Collection[Partition]) -> None:
        """Give up; who should have it takes it at its next beat."""
        await connection.execute(RELEASE, self.group, self.incarnation, *_columns(given))

    async def leave(self, connection: Any) -> None:
        """Go, so that nobody waits for our lease."""
        await connection.execute(
            'UPDATE bus.claim SET owner = NULL WHERE "group" = $1 AND owner = $2',
            self.group,
            self.incarnation,
        )
        await connection.execute(
            'DELETE FROM bus.member WHERE "group" = $1 AND instance = $2 AND incarnation = $3',
            self.group,
            self.instance,
            self.incarnation,
        )

    async def commit(self, connection: Any, offsets: Mapping[Partition, int]) -> None:
        """Keep offsets, all or none. Raises `PartitionLost` when one of them is not ours any more."""
        done = await connection.execute(
            COMMIT, self.group, self.incarnation, *_columns(offsets), list(offsets.values())
        )
        if done != f"UPDATE {len(offsets)}":
            raise PartitionLost(f"{self.instance} of {self.group} lost one of {sorted(offsets)}")


def _partitions(rows: Sequence[Any]) -> list[Partition]:
    return [Partition(row["topic"], row["partition"]) for row in rows]


def _columns(partitions: Collection[Partition]) -> tuple[list[str], list[int]]:
    return [place.topic for place in partitions], [place.number for place in partitions]
