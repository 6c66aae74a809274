"""An app behind a real port of this machine, served in this process."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any, Literal

import uvicorn


class _Server(uvicorn.Server):
    """Leaves the signals of the process alone: they are pytest's."""

    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@contextlib.asynccontextmanager
async def served(app: Any, port: int, *, lifespan: Literal["on", "off"] = "off") -> AsyncIterator[str]:
    """The app's address while it answers there; `lifespan` on: its loops run too."""
    config = uvicorn.Config(app, port=port, log_config=None, access_log=False, ws="none", lifespan=lifespan)
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    try:
        async with asyncio.timeout(60):
            while not server.started:
                assert not serving.done(), serving.exception()
                await asyncio.sleep(0.02)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        await serving
