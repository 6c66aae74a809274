"""单位名录: units, their other names and the areas on the map, one value that is put in whole or not at all.

A directory is read from files of three kinds, told apart by how they begin: units, other names (CSV), areas
(GeoJSON). The files of a kind are together all there is of it; a kind that is not given stays as it is.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from shared.city.areas import Area, Areas, load_areas
from shared.city.errors import BrokenFile
from shared.city.gazetteer import ALIAS_COLUMNS, Alias, load_aliases
from shared.city.units import COLUMNS, Unit, Units, load_units, units_of

AREAS_FILE = "areas.geojson"
DIRECTORY_FILES = ("units.csv", "departments.csv", "aliases.csv", AREAS_FILE)
"""What a city's folder may hold of it."""


@dataclass(frozen=True, slots=True)
class Directory:
    """单位名录."""

    units: Units
    aliases: tuple[Alias, ...] = ()
    areas: Areas = field(default_factory=Areas)

    def aliases_by_unit(self) -> dict[str, tuple[Alias, ...]]:
        """Each unit's other names, in one order whatever the file's."""
        found: dict[str, list[Alias]] = {}
        for alias in sorted(set(self.aliases), key=lambda each: (each.kind, each.text)):
            found.setdefault(alias.unit_code, []).append(alias)
        return {code: tuple(names) for code, names in found.items()}


@dataclass(frozen=True, slots=True)
class Listed:
    """One unit as the bus tells it: with its other names and the codes of its areas."""

    unit: Unit
    aliases: tuple[Alias, ...] = ()
    grids: tuple[str, ...] = ()


NOTHING = Directory(Units({}, {}))
"""Before anything was published."""


def directory_of(listed: Mapping[str, Listed], areas: Areas) -> Directory:
    """The directory that units told one by one make; who waits for a parent waits outside."""
    units = units_of(each.unit for each in listed.values())
    names = (alias for each in listed.values() if each.unit.code in units for alias in each.aliases)
    return Directory(units, tuple(names), areas)


def listed_in(directory: Directory) -> dict[str, Listed]:
    """A directory as the bus would tell it."""
    aliases, grids = directory.aliases_by_unit(), directory.areas.codes_by_unit()
    return {
        code: Listed(unit, aliases.get(code, ()), grids.get(code, ()))
        for code, unit in directory.units.by_code.items()
    }


def areas_told(listed: Mapping[str, Listed], known: Areas) -> Areas:
    """The areas whose codes the units were told with. An outline that is known stays."""
    told = {grid: code for code, each in listed.items() for grid in each.grids}
    if told == {grid: area.unit_code for grid, area in known.by_code.items()}:
        return known
    return Areas(_told(grid, code, known.by_code.get(grid)) for grid, code in told.items())


def _told(grid: str, unit_code: str, known: Area | None) -> Area:
    return replace(known, unit_code=unit_code) if known else Area(grid, "", unit_code, None)


def read_directory(files: Mapping[str, str], running: Directory) -> Directory:
    """Read files over the running directory, or refuse them whole with file and line.

    Units that the files leave out are closed; other names and areas that they leave out are gone.
    """
    by_kind: dict[str, dict[str, str]] = {"units": {}, "aliases": {}, "areas": {}}
    for name, text in files.items():
        by_kind[_kind(name, text)][name] = text
    units = _with_closed(load_units(by_kind["units"].items()), running.units) if by_kind["units"] else None
    whole = units or running.units
    aliases = _aliases(by_kind["aliases"], whole) if by_kind["aliases"] else running.aliases
    areas = _areas(by_kind["areas"], whole) if by_kind["areas"] else running.areas
    return _without_closed(Directory(whole, aliases, areas))


def _kind(name: str, text: str) -> str:
    if name.endswith((".geojson", ".json")):
        return "areas"
    head = tuple(text.removeprefix("\ufeff").split("\n", 1)[0].rstrip("\r").split(","))
    if head == ALIAS_COLUMNS:
        return "aliases"
    if head == COLUMNS:
        return "units"
    raise BrokenFile(
        name,
        1,
        f"the first line must be {','.join(COLUMNS)} (units) or {','.join(ALIAS_COLUMNS)} (other names)",
    )


def _with_closed(found: Units, running: Units) -> Units:
    closed = (replace(unit, closed=True) for unit in running.by_code.values() if unit.code not in found)
    return units_of([*found.by_code.values(), *closed])


def _aliases(files: Mapping[str, str], units: Units) -> tuple[Alias, ...]:
    found = (alias for name, text in files.items() for alias in load_aliases(text, units, filename=name))
    return tuple(dict.fromkeys(found))


def _areas(files: Mapping[str, str], units: Units) -> Areas:
    found: dict[str, Area] = {}
    for name, text in files.items():
        for area in load_areas(text, units, filename=name):
            if area.code in found:
                raise BrokenFile(name, 1, f"area {area.code} is in another file too")
            found[area.code] = area
    return Areas(found.values())


def _without_closed(directory: Directory) -> Directory:
    """A closed unit keeps its name and nothing else: no other name leads to it, no area."""
    units = directory.units
    areas = directory.areas
    if any(area.unit_code not in units for area in areas.by_code.values()):
        areas = Areas(area for area in areas.by_code.values() if area.unit_code in units)
    return Directory(units, tuple(each for each in directory.aliases if each.unit_code in units), areas)


def fingerprint(directory: Directory) -> str:
    """What a directory says, as one hash; the order of files and rows does not count."""
    digest = hashlib.sha256()
    for code, listed in sorted(listed_in(directory).items()):
        unit, names = listed.unit, [(alias.kind, alias.text) for alias in listed.aliases]
        said = [code, unit.name, unit.level.value, unit.parent_code, unit.closed, names]
        digest.update(json.dumps(said, ensure_ascii=False).encode())
    for code, area in sorted(directory.areas.by_code.items()):
        digest.update(json.dumps([code, area.name, area.unit_code], ensure_ascii=False).encode())
        digest.update(area.outline or b"")
    return digest.hexdigest()
