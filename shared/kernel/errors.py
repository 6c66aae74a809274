"""Refusals: a class is a reason, its attributes are data, its message is a sentence a clerk can act on.

Refusal
├─ Invalid          what was said cannot be right; `field` names where
├─ Unauthenticated  nobody we know
├─ NotAllowed       known, but may not
├─ NotFound         no such thing, or not yours to see
├─ Conflict         right in itself, but not in this state
├─ Stale            decided on a version that is no longer the last
├─ Unconditional    a change of a work order must say which version it saw
├─ Gone             was there, is over
├─ TooLarge         more than we take
├─ UnsupportedType  not a kind of content we take
├─ TooMany          slow down
└─ Unavailable      not now; try again

Which HTTP status a kind has is decided once, in `shared.http.problems`.
"""

import re


class Refusal(Exception):
    """A named refusal: `reason` is the class's name in snake case, `data` is for machines."""

    def __init__(self, message: str, **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.data = data

    @property
    def reason(self) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", type(self).__name__).lower()


class Invalid(Refusal):
    """What was said cannot be right."""

    def __init__(self, message: str, *, field: str | None = None, **data: object) -> None:
        super().__init__(message, **data)
        self.field = field


class Unauthenticated(Refusal):
    """Nobody we know."""


class NotAllowed(Refusal):
    """Known, but may not."""


class NotFound(Refusal):
    """No such thing, or not yours to see."""


class Conflict(Refusal):
    """Right in itself, but not in this state."""


class Stale(Refusal):
    """Decided on a version that is no longer the last."""


class Unconditional(Refusal):
    """A change that must name the version it saw did not."""


class Gone(Refusal):
    """Was there, is over."""


class TooLarge(Refusal):
    """More than we take."""


class UnsupportedType(Refusal):
    """Not a kind of content we take."""


class TooMany(Refusal):
    """Slow down; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: float, **data: object) -> None:
        super().__init__(message, **data)
        self.retry_after = retry_after


class Unavailable(Refusal):
    """Not now; `retry_after` is in seconds."""

    def __init__(self, message: str, *, retry_after: float = 1.0, **data: object) -> None:
        super().__init__(message, **data)
        self.retry_after = retry_after
