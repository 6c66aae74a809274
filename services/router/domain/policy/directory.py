"""Units as the directory says them: published when new or changed."""

from services.router.domain.model import Unit
from shared.city import units as city
from shared.events import router as say
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode


def publish(known: Unit | None, unit: city.Unit) -> Decision[Unit] | None:
    """What is to be said of a unit; None: the directory says it already."""
    parent = UnitCode(unit.parent_code) if unit.parent_code else None
    now = Unit(UnitCode(unit.code), unit.name, unit.level, parent, known.version if known else 0)
    if now == known:
        return None
    fact = say.UnitChanged(code=now.code, name=now.name, level=now.level, parent_code=now.parent_code)
    return Decision(now, (fact,))
