"""What the door itself refuses, by name.

Refusal
├─ Invalid: MalformedText, MalformedCursor, MalformedKey, MalformedTag
├─ MalformedBody (400), TooDeep (400)
├─ IdempotencyKeyReused (422)
├─ Unauthenticated: NotSignedIn, BadToken, BadKey (ExpiredKey, RevokedKey)
├─ NotAllowed: RoleMissing, ScopeMissing
├─ Conflict: SameRequestUnderWay
├─ Stale: VersionMoved
├─ Unconditional: VersionNotNamed
├─ TooLarge: BodyTooLarge
├─ UnsupportedType: BodyTypeUnknown, BodyEncoded
└─ Unavailable: KeysAway, Busy, NotReady
"""

from collections.abc import Sequence

from shared.kernel.errors import (
    Conflict,
    Invalid,
    NotAllowed,
    Refusal,
    Stale,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unconditional,
    UnsupportedType,
)


class MalformedBody(Refusal):
    """The body cannot be read at all."""


class TooDeep(MalformedBody):
    """JSON nested deeper than any of ours."""

    def __init__(self, field: str, *, limit: int) -> None:
        super().__init__(f"the JSON is nested deeper than {limit} levels", field=field, limit=limit)


class MalformedText(Invalid):
    """Text that no column and no fact can hold."""

    def __init__(self, field: str) -> None:
        super().__init__(
            "the text holds a NUL character or half of a surrogate pair; send it without", field=field
        )


class MalformedCursor(Invalid):
    """A cursor that we did not give for this list."""

    def __init__(self) -> None:
        super().__init__(
            "this cursor was not given for this list; start again without a cursor", field="cursor"
        )


class MalformedKey(Invalid):
    """An Idempotency-Key of the wrong shape."""

    def __init__(self) -> None:
        super().__init__("an Idempotency-Key is 1 to 255 visible ASCII characters", field="Idempotency-Key")


class IdempotencyKeyReused(Invalid):
    """The same key with another request."""

    def __init__(self) -> None:
        super().__init__(
            "this Idempotency-Key was already used for another request; make a new key for a new request",
            field="Idempotency-Key",
        )


class MalformedTag(Invalid):
    """An If-Match that is no list of versions."""

    def __init__(self) -> None:
        super().__init__('If-Match holds the ETag last seen, such as "3", or *', field="If-Match")


class NotSignedIn(Unauthenticated):
    """Nothing that says who calls."""

    def __init__(self) -> None:
        super().__init__("sign in: send a bearer token or an API key")


class BadToken(Unauthenticated):
    """A bearer token we do not trust. `why` is for the log, not for the caller."""

    def __init__(self, why: str) -> None:
        super().__init__("this token is not valid here; get a new one")
        self.why = why


class BadKey(Unauthenticated):
    """An API key that is unknown, wrong, or over."""

    def __init__(self, why: str, message: str = "this API key is not valid; ask for a new one") -> None:
        super().__init__(message)
        self.why = why


class ExpiredKey(BadKey):
    """Its day is over; told only to whoever has the whole key."""

    def __init__(self) -> None:
        super().__init__("expired", "this API key has expired; ask for a new one")


class RevokedKey(BadKey):
    """Taken back by ops; told only to whoever has the whole key."""

    def __init__(self) -> None:
        super().__init__("revoked", "this API key was revoked; ask for a new one")


class RoleMissing(NotAllowed):
    """Known, but in no role that may do this."""

    def __init__(self, needed: Sequence[str]) -> None:
        super().__init__(f"only {' or '.join(needed)} may do this", needed=list(needed))


class ScopeMissing(NotAllowed):
    """A client whose key does not reach this far."""

    def __init__(self, needed: str) -> None:
        super().__init__(f"this needs the scope {needed}", needed=[needed])


class SameRequestUnderWay(Conflict):
    """The same request, sent twice at once, is still being handled."""

    retry_after = 1.0

    def __init__(self) -> None:
        super().__init__("this request is still being handled; send it again to get its answer")


class VersionMoved(Stale):
    """Somebody was quicker."""

    def __init__(self, current: int) -> None:
        super().__init__("this changed since you saw it; read it again and decide anew", version=current)


class VersionNotNamed(Unconditional):
    """No If-Match."""

    def __init__(self) -> None:
        super().__init__("say which version you saw: send its ETag as If-Match")


class BodyTooLarge(TooLarge):
    """More than this door takes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"at most {limit} bytes are taken here", limit=limit)


class BodyTypeUnknown(UnsupportedType):
    """Not JSON where JSON is asked."""

    def __init__(self) -> None:
        super().__init__("send the body as application/json")


class BodyEncoded(UnsupportedType):
    """Packed: a few bytes could become any number of them."""

    accept_encoding = "identity"

    def __init__(self) -> None:
        super().__init__("send the body as it is, without Content-Encoding")


class KeysAway(Unavailable):
    """The issuers' keys cannot be read and none are remembered."""

    def __init__(self) -> None:
        super().__init__("signing in does not work at the moment; try again", retry_after=5.0)


class Busy(Unavailable):
    """Database or network are busy or away."""

    def __init__(self) -> None:
        super().__init__("busy at the moment; try again", retry_after=1.0)


class NotReady(Unavailable):
    """Something this service cannot work without is away."""

    def __init__(self, failed: Sequence[str]) -> None:
        super().__init__(f"not ready: {', '.join(failed)}", retry_after=2.0, failed=list(failed))
