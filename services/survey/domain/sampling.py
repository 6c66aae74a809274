"""抽样: who is drawn follows from an id alone, so that anybody can draw again and find the same.

The first eight bytes of SHA-256 over `<purpose>:<id>`, read as a number of 64 bits; drawn is what lies below
the share of 2^64.
"""

import hashlib
from decimal import Decimal
from uuid import UUID

ASK = "callback"
CHECK = "recheck"
WHOLE = 2**64


def is_drawn(purpose: str, one: UUID, share: Decimal) -> bool:
    """Whether this id is in the sample of that share."""
    digest = hashlib.sha256(f"{purpose}:{one}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < int(share * WHOLE)
