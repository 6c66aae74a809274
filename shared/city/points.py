"""落图: what a point on the map adds to the places that a report's words tell."""

from dataclasses import replace

from shared.city.areas import Areas
from shared.city.gazetteer import Match
from shared.city.places import Places, Placing
from shared.city.units import Units

Point = tuple[float, float]


def on_the_map(placing: Placing, stated: Places, point: Point, areas: Areas, units: Units) -> Placing:
    """The place by the point where the words tell none; where both tell different ones, both to ask about.

    A stated unit was chosen by somebody and stands. A point in no area, or in two that lie in different
    units, tells nothing for certain: it is asked, not guessed.
    """
    deepest = _deepest({area.unit_code for area in areas.at(*point) if area.unit_code in units}, units)
    if not deepest or stated.lead_place:
        return placing
    told = placing.places.lead_place
    if told is None:
        return _by_point(placing, deepest, units)
    agreeing = [code for code in deepest if _touches(code, told, units)]
    if not agreeing:
        return _to_ask((told, *deepest), units)
    if len(deepest) == 1 and units.is_within(deepest[0], told):
        return replace(placing, places=_at(deepest[0], placing.places))
    return placing


def _by_point(placing: Placing, deepest: tuple[str, ...], units: Units) -> Placing:
    asked = placing.match.candidates
    if len(deepest) > 1:
        return _to_ask((*asked, *deepest), units)
    here = deepest[0]
    near = [code for code in asked if _touches(code, here, units)]
    if asked and not near:
        return _to_ask((*asked, here), units)
    # One of the homonyms lies here: it is meant, and it may be named more exactly than the area is.
    found = near[0] if len(near) == 1 and units.is_within(near[0], here) else here
    return Placing(_at(found, placing.places), _found(found, units))


def _deepest(codes: set[str], units: Units) -> tuple[str, ...]:
    """A street's outline leads to its community's, and that to its grid's."""
    return tuple(
        sorted(
            code
            for code in codes
            if not any(other != code and units.is_within(other, code) for other in codes)
        )
    )


def _touches(one: str, other: str, units: Units) -> bool:
    return units.is_within(one, other) or units.is_within(other, one)


def _at(code: str, told: Places) -> Places:
    return Places(site=code, home=told.home, papers=told.papers)


def _found(code: str, units: Units) -> Match:
    return Match(code, (code,), f"the point on the map lies in {units.path_name(code)}")


def _to_ask(codes: tuple[str, ...], units: Units) -> Placing:
    asked = tuple(dict.fromkeys(codes))
    named = "、".join(units.path_name(code) for code in asked[:5])
    return Placing(Places(), Match(None, asked, f"words and map may mean {named}; please ask"))
