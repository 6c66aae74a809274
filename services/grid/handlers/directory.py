"""单位名录: the directory's units, as router tells them."""

from services.grid.ports import GridWork
from shared.city.unit_copies import UnitCopy


async def learn_unit(work: GridWork, told: UnitCopy) -> None:
    """Know a unit as router tells it now."""
    await work.unit_copies.learn(told)
