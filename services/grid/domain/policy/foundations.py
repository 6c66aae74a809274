"""五有: who may tick what for a community, and how far the communities of a place are."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from services.grid.domain.foundation_errors import MayNotTick, UnknownCommunity, UnknownFoundation
from services.grid.domain.foundations import Foundations, Reach, Standing, Tick, TickItem
from shared.city.city import City
from shared.city.units import Units
from shared.events.grid import FoundationTicked
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode
from shared.kernel.words import UnitLevel


def tick(
    foundations: Foundations, cmd: TickItem, sealed_words: str | None, *, city: City, at: datetime
) -> Decision[Foundations]:
    """The newest word on an item counts; who said it is kept. What a closed community had stays as it was."""
    require_sight(foundations, cmd.by, city.units)
    if foundations.unit not in city.units:
        raise UnknownCommunity(foundations.unit)
    if cmd.by not in (foundations.unit, city.units.street_of(foundations.unit)):
        raise MayNotTick(cmd.by, foundations.unit)
    listed = city.foundations.in_force(city.day(at))
    if not listed.has(cmd.item):
        raise UnknownFoundation(cmd.item, listed.version)
    ticked = Tick(cmd.item, cmd.has, cmd.by, cmd.person, at, listed.version, sealed_words)
    others = tuple(each for each in foundations.ticks if each.item != cmd.item)
    said = FoundationTicked(
        unit=foundations.unit, item=cmd.item, has=cmd.has, by=cmd.by, list_version=listed.version
    )
    return Decision(replace(foundations, ticks=(*others, ticked)), (said,))


def require_sight(foundations: Foundations, asker: UnitCode, units: Units) -> None:
    """The community's own, and those above it; of a closed one too. Raises `UnknownCommunity`."""
    unit = foundations.unit
    is_community = units.knows(unit) and units.get(unit).level is UnitLevel.COMMUNITY
    if not (is_community and units.is_within(unit, asker)):
        raise UnknownCommunity(unit)


def communities_below(unit: UnitCode, units: Units) -> dict[UnitCode, list[UnitCode]]:
    """The communities of a unit, by the unit directly below it in which they lie."""
    below: dict[UnitCode, list[UnitCode]] = {UnitCode(each.code): [] for each in units.children(unit)}
    for code, lineage in units.lineages.items():
        if unit in lineage[1:] and _is_community(code, units):
            child = UnitCode(lineage[lineage.index(unit) - 1])
            below.setdefault(child, []).append(UnitCode(code))
    return below


def communities_of(
    unit: UnitCode, below: Mapping[UnitCode, Collection[UnitCode]], units: Units
) -> list[UnitCode]:
    """All of them; a community is its own."""
    if _is_community(unit, units):
        return [unit]
    return [code for communities in below.values() for code in communities]


def reach(
    unit: UnitCode,
    communities: Collection[UnitCode],
    said: Mapping[UnitCode, Mapping[str, bool]],
    items: Iterable[str],
) -> Reach:
    """How many of these communities have what."""
    asked = tuple(items)
    known = [said[code] for code in communities if code in said]
    complete = sum(all(one.get(item) for item in asked) for one in known)
    standings = tuple(_standing(item, known, len(communities)) for item in asked)
    return Reach(unit, len(communities), complete, standings)


def _standing(item: str, known: Collection[Mapping[str, bool]], communities: int) -> Standing:
    has = [one[item] for one in known if item in one]
    return Standing(item, has.count(True), has.count(False), communities - len(has))


def _is_community(unit: str, units: Units) -> bool:
    return unit in units and units.get(unit).level is UnitLevel.COMMUNITY
