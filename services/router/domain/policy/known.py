"""What a caller names, or leaves to the list: what it is, or a refusal that names the field it stood in."""

from services.router.domain.words import Words
from shared.city.city import City
from shared.city.errors import ClosedUnit, NoResponsibility, PlaceTooCoarse, UnknownCategory, UnknownUnit
from shared.city.places import Places
from shared.city.responsibilities import Undertaking
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


def listed_for(category: CategoryCode, places: Places, words: Words, city: City) -> Undertaking:
    """Who the list names for it there. Raises `NoResponsibility`, `PlaceTooCoarse` with the field."""
    try:
        item = city.responsibilities.find(category, places.lead_place, words.text)
        return city.responsibilities.undertake(item, places)
    except NoResponsibility as refusal:
        refusal.field = "category"
        raise
    except PlaceTooCoarse as refusal:
        refusal.field = "place"
        raise
