"""区划 of a month as it was closed: what lies below what, who is compared with whom, how many live there."""

from dataclasses import dataclass, replace

from shared.city.city import City
from shared.city.groups import Groups
from shared.city.population import Population
from shared.city.units import Units


@dataclass(frozen=True, slots=True)
class Divisions:
    """The unit tree with its groups of comparison and its residents."""

    units: Units
    groups: Groups
    population: Population

    @classmethod
    def of_city(cls, city: City) -> "Divisions":
        return cls(city.units, city.groups, city.population)

    def over(self, city: City) -> City:
        """The city as if its units still lay so. Names are not looked for in texts by it."""
        return replace(city, units=self.units, groups=self.groups, population=self.population)
