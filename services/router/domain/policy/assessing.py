"""分类: what a report is about, where, and who would have to answer. Reads words, decides nothing."""

from dataclasses import dataclass

from services.router.domain.model import Suggested
from services.router.domain.policy.weighing import Weighed, is_settled, may_be_asked, weigh
from services.router.domain.text_model import Read, unread
from services.router.domain.words import Words
from shared.city.city import City
from shared.city.errors import NoResponsibility, PlaceTooCoarse
from shared.city.places import Places
from shared.city.responsibilities import Undertaking
from shared.city.units import Units
from shared.kernel.ids import CategoryCode, UnitCode
from shared.kernel.words import Kind, Tier

STATED = 0.9
"""How sure a category is that the client stated: a clerk chose it, but nobody checked (ours)."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What was found, the surest first; `sure`: it can be dispatched without asking a person."""

    suggestions: tuple[Suggested, ...]
    place: UnitCode | None
    candidates: tuple[UnitCode, ...]
    sure: bool

    @property
    def best(self) -> Suggested | None:
        return self.suggestions[0] if self.suggestions else None

    @property
    def tier(self) -> Tier:
        """The tier that sets the dispatch limit: while it is unclear, danger a rule saw is believed."""
        if any(each.tier is Tier.URGENT for each in self.suggestions):
            return Tier.URGENT
        return self.best.tier if self.best else Tier.GENERAL


def assess(
    words: Words, kind: Kind, stated: CategoryCode | None, city: City, read: Read = unread
) -> Assessment:
    """Category by rules and text model, tier by rules, place, and the unit the list names for each."""
    policy = city.policy.classifying
    by_rules = city.categories.classify(words.text, kind)
    opinions = () if is_settled(by_rules, policy) else may_be_asked(read(words.text), kind)
    found = weigh(by_rules, opinions, city.categories, policy)
    places, candidates = places_of(words, city)
    ranked = _with_stated(found, stated, city)
    suggestions = tuple(_suggested(each, places, words, city) for each in ranked)
    best = suggestions[0] if suggestions else None
    sure = best is not None and best.confidence >= policy.threshold and best.lead is not None
    # A category that is urgent by nature, and no rule saw why: a person looks at it.
    unseen = best is not None and not best.by_rule and _is_urgent_by_nature(best.category, city)
    disputed = any(
        each.tier is Tier.URGENT
        and each.confidence >= policy.threshold
        and best
        and best.tier is not Tier.URGENT
        for each in suggestions
    )
    place = UnitCode(places.lead_place) if places.lead_place else None
    is_clear = not disputed and not unseen and place is not None
    return Assessment(suggestions, place, candidates, sure and is_clear)


def places_of(words: Words, city: City) -> tuple[Places, tuple[UnitCode, ...]]:
    """Where the report belongs, or the homonyms to ask about.

    A stated unit that was closed is who answers for it now; one nobody knows states nothing.
    """
    said = words.stated()
    told = (said.site, said.home, said.papers)
    near = Places(*(_acting(code, city.units) for code in told))
    placing = city.place(text=words.text, address=words.address or "", stated=near, point=words.point())
    places, asked = placing.places, placing.match.candidates
    if places.site is None and (places.home or not asked):
        places = places.over(Places(*(_acting(code, city.units, far=True) for code in told)))
    return places, () if places.lead_place else tuple(UnitCode(code) for code in asked)


def _acting(code: str | None, units: Units, *, far: bool = False) -> str | None:
    """Who answers for a stated unit now. Of a street that was closed it is a whole district, which tells less
    than the report's words and its point on the map do: only where those are silent, `far`.
    """
    if code is None or not units.knows(code):
        return None
    acting = units.acting_for(code)
    return acting if far or code == acting or units.street_of(acting) else None


def undertaking(category: str, places: Places, words: Words, city: City) -> Undertaking | None:
    """Who the list names for a matter there; None when it cannot say."""
    try:
        item = city.responsibilities.find(category, places.lead_place, words.text)
        return city.responsibilities.undertake(item, places)
    except (NoResponsibility, PlaceTooCoarse):
        return None


def tier_of(rules: Tier, said: Undertaking | None) -> Tier:
    """Urgency comes from the rules; else the list's item may know better than its category."""
    if rules is Tier.URGENT or said is None:
        return rules
    return said.item.tier or rules


def _is_urgent_by_nature(category: CategoryCode, city: City) -> bool:
    return city.categories.get(category).tier is Tier.URGENT


def _with_stated(found: tuple[Weighed, ...], stated: CategoryCode | None, city: City) -> tuple[Weighed, ...]:
    if stated is None or stated not in city.categories:
        return found
    seen = next((each for each in found if each.category == stated), None)
    tier = seen.tier if seen and seen.by_rule else city.categories.get(stated).tier
    confidence = max(STATED, seen.confidence if seen else 0.0)
    # Who states a category says what is urgent about it, as a rule does.
    first = Weighed(stated, tier, confidence, seen.explanation if seen else "stated by the client")
    return (first, *(each for each in found if each.category != stated))


def _suggested(each: Weighed, places: Places, words: Words, city: City) -> Suggested:
    said = undertaking(each.category, places, words, city)
    return Suggested(
        category=CategoryCode(each.category),
        tier=tier_of(each.tier, said),
        confidence=each.confidence,
        explanation=each.explanation,
        lead=UnitCode(said.lead) if said else None,
        co_units=tuple(UnitCode(code) for code in said.co_units) if said else (),
        clause=said.item.clause if said else None,
        by_rule=each.by_rule,
    )
