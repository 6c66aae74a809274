"""Sending to Kafka: batches that are acknowledged whole."""

import asyncio
import importlib.util
from collections.abc import Sequence

from aiokafka import AIOKafkaProducer

from shared.bus.kafka.client import PATIENCE, REQUEST_MS, Client, abandon, start
from shared.bus.kafka.words import in_our_words
from shared.bus.partitioning import partition_of
from shared.bus.port import Message, RecordRefused


class KafkaProducer:
    """An idempotent producer that is thrown away at the first doubt.

    A batch that timed out may be stored already: the same producer would store it again with new sequence
    numbers and could overtake itself. So it is closed, and the next send makes a new one.
    """

    def __init__(self, servers: str, client_id: str) -> None:
        self._servers = servers
        self._client_id = client_id
        self._connecting = asyncio.Lock()
        self._producer: Client | None = None

    async def send(self, batch: Sequence[Message]) -> None:
        producer = await self._connected()
        try:
            with in_our_words():
                async with asyncio.timeout(PATIENCE):
                    await _send_all(producer, batch)
        except BaseException as error:
            if not isinstance(error, RecordRefused):
                await self._retire(producer)
            raise

    async def close(self) -> None:
        if self._producer is not None:
            await self._retire(self._producer)

    async def _connected(self) -> Client:
        async with self._connecting:
            if self._producer is None:
                producer: Client = AIOKafkaProducer(  # type: ignore[no-untyped-call]
                    bootstrap_servers=self._servers,
                    client_id=self._client_id,
                    enable_idempotence=True,
                    acks="all",
                    # The C codecs come with an optional package; gzip in Python costs more than it saves.
                    compression_type="lz4" if importlib.util.find_spec("cramjam") else None,
                    request_timeout_ms=REQUEST_MS,
                    max_batch_size=128 * 1024,
                    metadata_max_age_ms=30_000,
                    partitioner=_partition,
                )
                await start(producer)
                self._producer = producer
            return self._producer

    async def _retire(self, producer: Client) -> None:
        if self._producer is producer:
            self._producer = None
        await abandon(producer)


def _partition(key: bytes | None, every: Sequence[int], _reachable: Sequence[int]) -> int:
    # The client's own choice, which is the same, costs a send as much again.
    return every[partition_of(key or b"", len(every))]


async def _send_all(producer: Client, batch: Sequence[Message]) -> None:
    waiting: list[asyncio.Future[object]] = []
    for each in batch:
        sent = await producer.send(each.topic, each.value, key=each.key, headers=list(each.headers))
        # Taken even when we give up waiting: an answer nobody reads is reported as lost.
        sent.add_done_callback(lambda done: done.cancelled() or done.exception())
        waiting.append(sent)
    if waiting:
        await asyncio.wait(waiting)
    for sent in waiting:
        sent.result()
