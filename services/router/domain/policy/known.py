"""What a caller names by its code, or a refusal that names the field it stood in."""

from shared.city.city import City
from shared.city.errors import ClosedUnit, UnknownCategory, UnknownUnit
from shared.kernel.ids import CategoryCode, UnitCode


def known_unit(city: City, code: str, field: str) -> UnitCode:
    """The code of a unit that acts. Raises `UnknownUnit`, `ClosedUnit` with the field."""
    try:
        return UnitCode(city.units.get_acting(code).code)
    except (UnknownUnit, ClosedUnit) as refusal:
        refusal.field = field
        raise


def known_category(city: City, code: str) -> CategoryCode:
    """The category's code. Raises `UnknownCategory` with the field."""
    try:
        return CategoryCode(city.categories.get(code).code)
    except UnknownCategory as refusal:
        refusal.field = "category"
        raise
