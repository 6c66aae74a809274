"""单位名录: the directory's units, as router tells them."""

from services.intake.ports import IntakeWork
from shared.city.unit_copies import UnitCopy


async def learn_unit(work: IntakeWork, told: UnitCopy) -> None:
    """Know a unit as router tells it now."""
    await work.unit_copies.learn(told)
