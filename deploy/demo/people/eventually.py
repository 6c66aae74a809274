"""Waiting for what travels over the bus: asked again and again, bounded, and saying what was seen last."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import httpx

from deploy.demo.people.line import PATIENCE, Refused

T = TypeVar("T")
_PAUSES = (0.02, 0.05, 0.1, 0.2, 0.4)


class NotInTime(Exception):
    """What was waited for did not come."""

    def __init__(self, what: str, within: float, last: object) -> None:
        super().__init__(
            f"{what or 'what was waited for'} did not come within {within:.0f} s; last: {last!r}"
        )


async def eventually(
    read: Callable[[], Awaitable[T]],
    *,
    until: Callable[[T], Any] = bool,
    within: float = PATIENCE,
    what: str = "",
) -> T:
    """Read until it is so. Not found counts as not yet: the fact that brings it may still be under way."""
    give_up, tries = time.monotonic() + within, 0
    last: object = None
    while True:
        try:
            seen = await read()
            if until(seen):
                return seen
            last = seen
        except Refused as refusal:
            if refusal.status != httpx.codes.NOT_FOUND:
                raise
            last = refusal
        if time.monotonic() > give_up:
            raise NotInTime(what, within, last)
        await asyncio.sleep(_PAUSES[min(tries, len(_PAUSES) - 1)])
        tries += 1
