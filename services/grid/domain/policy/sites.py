"""现场: what may be stated as a place: within the city, and a unit that is a place."""

from services.grid.domain.errors import SiteMissing, SiteRefused
from services.grid.domain.model import Site, Spot
from shared.city.city import City
from shared.kernel.words import UnitLevel

PLACES = frozenset({UnitLevel.DISTRICT, UnitLevel.STREET, UnitLevel.COMMUNITY})


def require_site(site: Site, city: City, *, field: str) -> None:
    """Raise the refusal that names what is wrong with a stated site; `field` is what the asker calls it."""
    if site.spot is None and site.unit is None:
        raise SiteMissing(field)
    if site.spot is not None:
        _require_in_city(site.spot, city, field)
    if site.unit is not None:
        # A place stays one when its unit is closed.
        if not city.units.knows(site.unit):
            raise SiteRefused(f"{field}.unit", f"{site.unit} is no unit of the directory")
        if city.units.get(site.unit).level not in PLACES:
            raise SiteRefused(f"{field}.unit", f"{site.unit} is no place")


def _require_in_city(spot: Spot, city: City, field: str) -> None:
    bounds = city.policy.bounds
    if not bounds.west <= spot.lng <= bounds.east:
        raise SiteRefused(f"{field}.lng", f"longitude {spot.lng} is outside the city")
    if not bounds.south <= spot.lat <= bounds.north:
        raise SiteRefused(f"{field}.lat", f"latitude {spot.lat} is outside the city")
