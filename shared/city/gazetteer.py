"""地名库: finds the units an address or a whole report names, and asks when a name is a homonym's.

One Aho–Corasick scan finds every written form; names that name each other's parents narrow homonyms.
What stays ambiguous is answered as candidates: two 香屯村 are never guessed between.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Self
from unicodedata import normalize

from ahocorasick_rs import AhoCorasick

from shared.city.documents import read_table
from shared.city.errors import BrokenFile
from shared.city.place_names import Form, Strength, forms_of
from shared.city.units import Units

# No report names this many places; a text made of nothing but names must not cost seconds.
_MOST_NAMES = 40
ALIAS_COLUMNS = ("alias", "kind", "unit_code")
Meaning = tuple[Strength, tuple[str, ...]]
"""How far a form is to be trusted, and the units it may mean."""
Hit = tuple[int, int, int]
"""What a scan found: the form's index, and where it starts and ends."""
_STRENGTH_OF_KIND = {"estate": Strength.NAMED, "name": Strength.NAMED, "road": Strength.HINT}
# A short name counts only where a word can end before it: 北里社区 is not meant by 东花市北里社区.
_BEFORE_A_NAME = frozenset(
    "在住到于是从的和与及近我们家咱你您本该此某处至往距离由去来回映诉称报市区县镇乡道村里外"
)


@dataclass(frozen=True, slots=True)
class Alias:
    """别名: an estate, a road or another name, and a unit it lies in."""

    text: str
    kind: str
    unit_code: str


@dataclass(frozen=True, slots=True)
class Mention:
    """A name as it stands in the text, and the units it may mean."""

    text: str
    start: int
    end: int
    codes: tuple[str, ...]
    strength: Strength


@dataclass(frozen=True, slots=True)
class Match:
    """What a text says about the place: one unit, or candidates to ask about, or nothing."""

    found: str | None
    candidates: tuple[str, ...]
    explanation: str
    mentions: tuple[Mention, ...] = ()


@dataclass(frozen=True, slots=True)
class _Forms:
    """Every written form of every unit, ready to be scanned for."""

    written: tuple[str, ...]
    meanings: tuple[Meaning, ...]
    scanner: AhoCorasick

    @classmethod
    def of(cls, units: Units, aliases: Iterable[Alias]) -> Self:
        """Collect the forms of all units and aliases; the strongest reading of a form wins."""
        readings: dict[str, Meaning] = {}
        for unit in units.acting():
            for form in forms_of(unit):
                _add(readings, form, unit.code)
        for alias in aliases:
            _add(readings, Form(alias.text, _STRENGTH_OF_KIND[alias.kind]), units.get(alias.unit_code).code)
        return cls(tuple(readings), tuple(readings.values()), AhoCorasick(list(readings)))

    def mention(self, index: int, start: int, end: int) -> "Mention":
        strength, codes = self.meanings[index]
        return Mention(self.written[index], start, end, codes, strength)


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The names of all units and aliases, and what a text means by them."""

    units: Units
    aliases: tuple[Alias, ...] = ()
    _collected: list[_Forms] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def is_collected(self) -> bool:
        """Whether somebody has asked for its forms."""
        return bool(self._collected)

    def forms(self) -> _Forms:
        """Collected when they are first asked for: they are half of a city, and few services place."""
        if not self._collected:
            self._collected.append(_Forms.of(self.units, self.aliases))
        return self._collected[0]

    def match(self, text: str) -> Match:
        """Find the deepest unit the text names, or the candidates to ask about."""
        plain = normalize("NFKC", text)
        mentions = self._narrow(self._supported(self._mentions(plain), plain))
        deepest = self._deepest(self._agreeing(mentions))
        codes = tuple(dict.fromkeys(code for mention in deepest for code in mention.codes))
        if not codes:
            return Match(None, (), "no unit, estate or road of the city is named")
        return self._answer(codes, deepest, mentions)

    def _mentions(self, text: str) -> list[Mention]:
        forms = self.forms()
        hits = forms.scanner.find_matches_as_indexes(text, overlapping=True)
        # A longer name beats the shorter ones inside it; where two only overlap, the better written one wins.
        widest = [forms.mention(*hit) for hit in _widest(hits)]
        widest.sort(key=lambda hit: (-(hit.strength is Strength.NAMED), hit.start - hit.end, hit.start))
        taken = bytearray(len(text))
        kept = []
        for hit in widest:
            if not any(taken[hit.start : hit.end]):
                taken[hit.start : hit.end] = b"\1" * (hit.end - hit.start)
                kept.append(hit)
        kept.sort(key=lambda hit: hit.start)
        return [hit for hit in kept if _may_begin(hit, text, taken)][:_MOST_NAMES]

    def _supported(self, mentions: list[Mention], text: str) -> list[Mention]:
        """Keep the names that the names around them make believable."""
        kept: list[Mention] = []
        for index, mention in enumerate(mentions):
            before, after = kept[-1:], mentions[index + 1 : index + 2]
            if mention.strength is Strength.NAMED:
                believable = not (before and self._is_tail_of_unknown(mention, before[0]))
            elif mention.end - mention.start > 2:
                believable = True
            else:
                beside = any(_gap(mention, o) <= 1 and self._related(mention, o) for o in [*before, *after])
                believable = beside or mention.text == text.strip()
            if believable:
                kept.append(mention)
        return kept

    def _is_tail_of_unknown(self, mention: Mention, before: Mention) -> bool:
        """东花市北里社区 is no community we know, and not one of the four 北里社区 elsewhere either."""
        is_short = mention.end - mention.start <= 4
        return is_short and mention.start == before.end and not self._related(mention, before)

    def _narrow(self, mentions: list[Mention]) -> list[Mention]:
        """Of a homonym's units keep those that most other names in the text agree with."""
        narrowed = []
        for mention in mentions:
            if len(mention.codes) == 1:
                narrowed.append(mention)
                continue
            others = [other for other in mentions if other is not mention]
            votes = {code: sum(self._touches(code, other) for other in others) for code in mention.codes}
            most = max(votes.values())
            codes = tuple(code for code in mention.codes if votes[code] == most)
            narrowed.append(Mention(mention.text, mention.start, mention.end, codes, mention.strength))
        return narrowed

    def _agreeing(self, mentions: list[Mention]) -> list[Mention]:
        """Drop weak names that contradict a properly written one."""
        strong = [mention for mention in mentions if mention.strength is Strength.NAMED]
        return [
            mention
            for mention in mentions
            if mention.strength is Strength.NAMED
            or not strong
            or any(self._related(mention, other) for other in strong)
        ]

    def _deepest(self, mentions: list[Mention]) -> list[Mention]:
        """Drop names that only lead to a deeper one, as 昌平区 leads to 兴寿镇."""
        return [
            mention
            for mention in mentions
            if not any(other is not mention and self._leads_to(mention, other) for other in mentions)
        ]

    def _answer(self, codes: tuple[str, ...], deepest: list[Mention], mentions: list[Mention]) -> Match:
        named = "、".join(dict.fromkeys(mention.text for mention in mentions))
        told = tuple(mentions)
        trusted = any(m.strength >= Strength.BARE for m in deepest) or len(mentions) > len(deepest)
        if len(codes) == 1 and trusted:
            return Match(codes[0], codes, f"{named} names {self.units.path_name(codes[0])}", told)
        streets = {self.units.street_of(code) for code in codes}
        street = streets.pop() if len(streets) == 1 else None
        if street is not None and trusted:
            return Match(street, codes, f"{named} lies in {self.units.path_name(street)}", told)
        asked = "、".join(self.units.path_name(code) for code in codes[:5])
        return Match(None, codes, f"{named} may mean {asked}; please ask", told)

    def _touches(self, code: str, other: Mention) -> bool:
        units = self.units
        return any(units.is_within(code, each) or units.is_within(each, code) for each in other.codes)

    def _related(self, mention: Mention, other: Mention) -> bool:
        return any(self._touches(code, other) for code in mention.codes)

    def _leads_to(self, upper: Mention, lower: Mention) -> bool:
        within = self.units.is_within
        return all(
            any(code != deeper and within(deeper, code) for deeper in lower.codes) for code in upper.codes
        )


def load_aliases(text: str, units: Units, *, filename: str) -> tuple[Alias, ...]:
    """Read the alias table; an unknown kind or unit is refused with its line."""
    aliases = []
    for line, (alias, kind, code) in read_table(text, ALIAS_COLUMNS, filename=filename):
        if len(alias) < 2:
            raise BrokenFile(filename, line, "an alias needs at least two characters")
        if kind not in _STRENGTH_OF_KIND:
            raise BrokenFile(
                filename, line, f"{kind!r} is no kind of alias; use {', '.join(_STRENGTH_OF_KIND)}"
            )
        if code not in units:
            raise BrokenFile(filename, line, f"alias {alias} names the unknown unit {code}")
        aliases.append(Alias(normalize("NFKC", alias), kind, code))
    return tuple(aliases)


def _add(readings: dict[str, Meaning], form: Form, code: str) -> None:
    """珍珠泉乡 is the town; the community that bears the town's name is meant only by its own full name."""
    text = normalize("NFKC", form.text)
    best, codes = readings.get(text, (form.strength, ()))
    if form.strength > best:
        best, codes = form.strength, ()
    if form.strength is best and code not in codes:
        readings[text] = (best, (*codes, code))


def _widest(hits: list[Hit]) -> list[Hit]:
    """The hits that lie in no longer hit."""
    reach, kept = -1, []
    for hit in sorted(hits, key=lambda each: (each[1], -each[2])):
        if hit[2] > reach:
            reach = hit[2]
            kept.append(hit)
    return kept


def _may_begin(mention: Mention, text: str, taken: bytearray) -> bool:
    if mention.end - mention.start > 4 or mention.start == 0 or taken[mention.start - 1]:
        return True
    before = text[mention.start - 1]
    return before in _BEFORE_A_NAME or not "\u4e00" <= before <= "\u9fff"


def _gap(one: Mention, other: Mention) -> int:
    return max(one.start, other.start) - min(one.end, other.end)
