"""单位名录的副本: units as router last told them. The folder's are the beginning; these lie over them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from shared.city.city import City
from shared.city.directory import Listed, areas_told, directory_of, listed_in
from shared.city.gazetteer import Alias
from shared.city.units import Unit
from shared.kernel.ids import UnitCode
from shared.kernel.words import UnitLevel


@dataclass(frozen=True, slots=True)
class UnitCopy:
    """A unit with its other names and areas; `said` is the number of the fact that told it."""

    code: UnitCode
    name: str
    level: UnitLevel
    parent_code: UnitCode | None
    closed: bool
    aliases: tuple[Alias, ...]
    grids: tuple[str, ...]
    """The codes of its areas; their outlines stay with router."""
    said: int
    version: int = 0

    def listed(self) -> Listed:
        """As the directory has it."""
        unit = Unit(self.code, self.name, self.level, self.parent_code, self.closed)
        return Listed(unit, self.aliases, self.grids)


class UnitCopies(Protocol):
    """The directory's units as router tells them: what handlers that learn them need of a store."""

    async def learn(self, told: UnitCopy) -> None:
        """Take it down, unless something newer is known."""


def city_by(copies: Iterable[UnitCopy], city: City) -> City:
    """The city with what was told since over it.

    Facts of a child and its parent travel in different partitions: who waits for a parent waits outside.
    """
    listed = listed_in(city.directory)
    news = {str(copy.code): told for copy in copies if (told := copy.listed()) != listed.get(copy.code)}
    if not news:
        return city
    whole = {**listed, **news}
    return city.with_directory(directory_of(whole, areas_told(whole, city.areas)))
