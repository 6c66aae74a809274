"""Ending a task for certain: libraries swallow a cancellation now and then, and the task would live on.

`asyncio.timeout` cancels once; whoever swallows that is waited for without end. What must be bounded for
certain is a task that is ended.
"""

import asyncio
import contextlib
from collections.abc import Coroutine
from typing import Any

AGAIN = 0.5


async def end(task: "asyncio.Task[Any]") -> None:
    """Cancel until it is done; what it raised is taken."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=AGAIN)
    with contextlib.suppress(asyncio.CancelledError, Exception):
        task.result()


async def bounded(work: Coroutine[Any, Any, Any], *, within: float) -> bool:
    """Give it so many seconds, then end it; whether it was done, in time. What it raised is taken."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait([task], timeout=within)
        return task.done() and not task.cancelled() and task.exception() is None
    finally:
        await end(task)
