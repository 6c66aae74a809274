"""Ending a task for certain: libraries swallow a cancellation now and then, and the task would live on."""

import asyncio
import contextlib
from typing import Any

AGAIN = 0.5


async def end(task: "asyncio.Task[Any]") -> None:
    """Cancel until it is done; what it raised is taken."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=AGAIN)
    with contextlib.suppress(asyncio.CancelledError, Exception):
        task.result()
