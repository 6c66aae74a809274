"""What goes wrong at the client's is told in the bus's own words: away is busy, and a bug stays a bug."""

import asyncio
import socket

import pytest
import uvloop

from shared.bus.kafka.words import in_our_words
from shared.bus.port import BusBusy


async def _writes_to_what_is_closed() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
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
