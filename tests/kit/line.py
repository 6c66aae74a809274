"""A line to a server that can be slow, fall silent, lose what is answered, and be cut."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from deploy.local.ports import free_port


class Line:
    """What is carried over a port of this machine, both ways."""

    def __init__(self, host: str, port: int) -> None:
        self._server = host, port
        self.delay = 0.0
        """Seconds that everything is under way."""
        self.there, self.back = asyncio.Event(), asyncio.Event()
        self.asked = asyncio.Event()
        """Set whenever something set out for the server."""
        self.callers = 0
        """How many have connected so far."""
        self._ends: set[asyncio.StreamWriter] = set()
        self.restore()

    def fall_silent(self) -> None:
        """Carry nothing; who is connected stays connected."""
        self.there.clear()
        self.back.clear()

    def lose_answers(self) -> None:
        """The server hears everything, and nobody hears the server."""
        self.back.clear()

    def cut(self) -> None:
        """Reset every connection; what is under way is lost."""
        for end in self._ends:
            end.transport.abort()

    def restore(self) -> None:
        """Carry again."""
        self.there.set()
        self.back.set()

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One caller's connection, until either side ends it."""
        self.callers += 1
        with contextlib.suppress(OSError):
            from_server, to_server = await asyncio.open_connection(*self._server)
            ends = {writer, to_server}
            self._ends |= ends
            carried = [
                asyncio.create_task(self._carry(reader, to_server, self.there, self.asked)),
                asyncio.create_task(self._carry(from_server, writer, self.back)),
            ]
            try:
                await asyncio.wait(carried, return_when=asyncio.FIRST_COMPLETED)
            finally:
                self._ends -= ends
                for task in carried:
                    task.cancel()
                for end in ends:
                    end.transport.abort()

    async def _carry(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        is_open: asyncio.Event,
        began: asyncio.Event | None = None,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                if began is not None:
                    began.set()
                await asyncio.sleep(self.delay)
                await is_open.wait()
                writer.write(data)
                await writer.drain()


@contextlib.asynccontextmanager
async def line_to(host: str, port: int) -> AsyncIterator[tuple[Line, int]]:
    """The line, and the port it is reached at."""
    line = Line(host, port)
    port = free_port()
    server = await asyncio.start_server(line.connect, "127.0.0.1", port)
    try:
        yield line, port
    finally:
        line.cut()
        server.close()
