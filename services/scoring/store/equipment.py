"""What scoring's work is equipped with."""

import asyncio
from dataclasses import dataclass, field

from services.scoring.store.divisions import DivisionsShelf

EXPORTS_AT_ONCE = 3
"""Each has a connection for as long as it writes, which may be minutes; a service has ten (ours)."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """The divisions that closed months are read by, and the places for who exports."""

    divisions: DivisionsShelf = field(default_factory=DivisionsShelf)
    exporting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(EXPORTS_AT_ONCE))
