"""五有: words are sealed in their place, then it is decided and kept."""

from services.grid.domain.foundations import Foundations, TickItem, place_of
from services.grid.domain.policy import foundations as policy
from services.grid.ports import GridWork


async def tick(work: GridWork, cmd: TickItem) -> Foundations:
    found = await work.foundations.of(cmd.unit)
    sealed = work.seals.seal_words(place_of(cmd.unit, cmd.item), cmd.words) if cmd.words else None
    return await work.foundations.keep(policy.tick(found, cmd, sealed, city=work.city, at=work.now))
