"""What scoring's work is equipped with."""

import asyncio
from dataclasses import dataclass, field

from services.scoring.store.divisions import DivisionsShelf
from services.scoring.store.late import LateShelf

EXPORTS_AT_ONCE = 3
"""Each has a connection for as long as it writes, which may be minutes; a service has ten (ours)."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """The divisions closed months are read by, what came late before, the places for who exports."""

    divisions: DivisionsShelf = field(default_factory=DivisionsShelf)
    late: LateShelf = field(default_factory=LateShelf)
    exporting: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(EXPORTS_AT_ONCE))
