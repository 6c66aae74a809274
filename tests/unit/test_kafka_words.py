"""What goes wrong at the client's, and what it read, in the bus's own words. A bug stays a bug."""

import asyncio
import socket

import pytest
import uvloop
from aiokafka.structs import ConsumerRecord

from deploy.local.ports import free_port
from shared.bus.kafka.words import in_our_words, record_of
from shared.bus.port import BusBusy
from shared.events.envelope import Undecodable, decode


async def _writes_to_what_is_closed() -> None:
    with socket.create_server(("127.0.0.1", free_port())) as server:
        _, writer = await asyncio.open_connection(*server.getsockname()[:2])
        transport = writer.transport
        transport.abort()
        while not _is_refused(transport):
            await asyncio.sleep(0)
        with in_our_words():
            transport.write(b"more")


def _is_refused(transport: asyncio.WriteTransport) -> bool:
    """Until the loop has closed it, what is written is taken and lost."""
    try:
        transport.set_write_buffer_limits(high=1)
    except RuntimeError:
        return True
    return False


def test_a_connection_closed_while_it_is_written_to_is_a_broker_that_is_away() -> None:
    with pytest.raises(BusBusy):
        uvloop.run(_writes_to_what_is_closed())


def test_what_nobody_planned_for_is_no_busy_hour() -> None:
    with pytest.raises(RuntimeError, match="something else"), in_our_words():
        raise RuntimeError("something else")


def test_a_header_without_a_value_is_a_header_that_is_missing() -> None:
    headers = (("ce_id", None), ("ce_type", b""), ("n", b"1"))
    read = ConsumerRecord("t", 0, 7, 0, 0, b"k", b"{}", None, 1, 2, headers)
    record = record_of(read)
    assert record.headers == (("ce_type", b""), ("n", b"1"))
    with pytest.raises(Undecodable, match="ce_id is missing"):
        decode(record.headers, record.value)
