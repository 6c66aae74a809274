"""How often a caller may knock: a token bucket for each, and what is told of it in headers.

A bucket holds one minute's requests and fills evenly. Told as `RateLimit-Policy` and `RateLimit`, structured
fields as in draft-ietf-httpapi-ratelimit-headers-11, on every answer to a caller who is counted.
Each replica counts for itself: with n of them a caller has up to n times the rate.
"""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from shared.http.callers import Caller
from shared.kernel.errors import TooMany

MINUTE = 60.0
MOST = 50_000
"""Buckets kept; one that has long been idle is full again and may be forgotten."""


class RateExceeded(TooMany):
    """This caller's minute is used up."""

    def __init__(self, per_minute: int, *, retry_after: float) -> None:
        super().__init__(
            f"at most {per_minute} requests a minute; wait", retry_after=retry_after, per_minute=per_minute
        )


@dataclass(frozen=True, slots=True)
class Quota:
    """What is left to a caller."""

    per_minute: int
    remaining: int
    reset: float
    """Seconds until the whole minute's requests are there again."""

    def headers(self) -> tuple[tuple[bytes, bytes], ...]:
        """The two fields."""
        policy = f'"minute";q={self.per_minute};w=60'
        left = f'"minute";r={self.remaining};t={math.ceil(self.reset)}'
        return (b"ratelimit-policy", policy.encode()), (b"ratelimit", left.encode())


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


class Rates:
    """The buckets. `per_minute` says how much a caller has; None or 0: it is not counted."""

    def __init__(
        self,
        per_minute: Callable[[Caller], int | None],
        *,
        ticks: Callable[[], float] = time.monotonic,
        most: int = MOST,
    ) -> None:
        self._per_minute = per_minute
        self._ticks = ticks
        self._most = most
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, caller: Caller) -> tuple[Quota | None, RateExceeded | None]:
        """Take one request out of the caller's bucket: what is left, and the refusal when nothing was."""
        size = self._per_minute(caller)
        if not size:
            return None, None
        bucket = self._filled(_name(caller), size)
        refused = None
        if bucket.level < 1:
            refused = RateExceeded(size, retry_after=(1 - bucket.level) * MINUTE / size)
        else:
            bucket.level -= 1
        return _quota(bucket, size), refused

    def charge(self, caller: Caller, more: int) -> Quota | None:
        """Count further requests that came in the one just taken: what is left. A bucket may owe."""
        size = self._per_minute(caller)
        if not size:
            return None
        bucket = self._filled(_name(caller), size)
        bucket.level -= more
        return _quota(bucket, size)

    def _filled(self, name: str, size: int) -> _Bucket:
        """The bucket with what has flown in since it was last asked for."""
        now = self._ticks()
        bucket = self._buckets.get(name)
        if bucket is None:
            bucket = self._buckets[name] = _Bucket(size, now)
            if len(self._buckets) > self._most:
                self._buckets.popitem(last=False)
            return bucket
        bucket.level = min(size, bucket.level + (now - bucket.at) * size / MINUTE)
        bucket.at = now
        self._buckets.move_to_end(name)
        return bucket


def _quota(bucket: _Bucket, size: int) -> Quota:
    return Quota(size, max(0, int(bucket.level)), (size - bucket.level) * MINUTE / size)


def _name(caller: Caller) -> str:
    """All keys of one client share a bucket: replacing a key gives no second one."""
    return f"{caller.kind}:{caller.subject}"
