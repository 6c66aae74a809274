"""A timer, declared: name, period, and what rings."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Timer:
    """Time knocks every `every`; `ring` moves what is due, some at a time, and says how many it moved."""

    name: str
    every: timedelta
    ring: Callable[[Any], Awaitable[int]]
