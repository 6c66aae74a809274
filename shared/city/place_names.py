"""How people write a unit's name: the official form, the forms without its office, the bare name.

Pure spelling; which unit is meant is `gazetteer`'s business.
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from shared.city.units import Unit
from shared.kernel.words import UnitLevel

_COMMUNITY_OFFICE = re.compile(r"(居民委员会|村民委员会|居委会|村委会)$")
_TOWN = re.compile(r"(.{2,})(街道|地区|镇|乡)$")
_BARE_ROAD = re.compile(
    r"(路|街|大道|胡同|桥|门|环|站|广场|公园|市场|机场|小区|村|学校|小学|大学|学院|医院|公司|厂|院)$"
)


class Strength(IntEnum):
    """How far a form of a name can be trusted on its own."""

    HINT = 1
    """A road, or a bare name that is also a road or an institution: offered, never taken."""
    SHORT = 2
    """A bare name of two or three characters: helps beside another name, offered alone."""
    BARE = 3
    """A bare name of four characters and more."""
    NAMED = 4
    """The name with its kind (镇, 街道, 社区, 村), or an estate of the city's list."""


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write one unit's name."""

    text: str
    strength: Strength


def forms_of(unit: Unit) -> tuple[Form, ...]:
    """Every way an address may write this unit; the city itself and offices are not places."""
    if unit.level is UnitLevel.DISTRICT:
        return (Form(unit.name, Strength.NAMED), Form(unit.name.removesuffix("区"), Strength.SHORT))
    if unit.level is UnitLevel.STREET:
        return _town(unit.name)
    return _community(unit.name) if unit.level is UnitLevel.COMMUNITY else ()


def _town(name: str) -> tuple[Form, ...]:
    written = _TOWN.fullmatch(name)
    if written is None:
        return (Form(name, Strength.NAMED),)
    stem, kind = written[1], written[2]
    # A 地区办事处 is the same office as the 乡 or 镇 it grew from, and people still write the old kind.
    kinds = ("地区", "乡", "镇") if kind == "地区" else (kind,)
    return (*(Form(stem + each, Strength.NAMED) for each in kinds), Form(stem, _bare(stem)))


def _community(name: str) -> tuple[Form, ...]:
    stem = _COMMUNITY_OFFICE.sub("", name)
    is_village = name.endswith(("村委会", "村民委员会", "村"))
    bare = stem.removesuffix("社区")
    if is_village:
        bare = bare if len(bare.removesuffix("村")) < 2 else bare.removesuffix("村")
        kinds = (bare + "村",) if not bare.endswith("村") else (bare,)
    else:
        kinds = (bare + "社区",)
    named = dict.fromkeys((name, stem if stem.endswith(("社区", "村")) else name, *kinds))
    return (*(Form(each, Strength.NAMED) for each in named), Form(bare, _bare(bare)))


def _bare(stem: str) -> Strength:
    if _BARE_ROAD.search(stem):
        return Strength.HINT
    return Strength.BARE if len(stem) >= 4 else Strength.SHORT
