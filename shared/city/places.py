"""The part each named place plays: where it happened, where the citizen lives, where the papers lie."""

from collections.abc import Iterable
from dataclasses import dataclass
from unicodedata import normalize

from shared.city.documents import Entry
from shared.city.gazetteer import Gazetteer, Match, Mention

_CLAUSE_ENDS = "，。；、！？,;!?\n "
_FARTHEST = 12


class RolePhrases(Entry):
    """The phrases near a place name that tell its part; the nearest one before it wins."""

    home: tuple[str, ...] = ()
    papers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Places:
    """事发地 · 居住地 · 户籍地: unit codes, as stated by the caller or told by the text."""

    site: str | None = None
    home: str | None = None
    papers: str | None = None

    @property
    def lead_place(self) -> str | None:
        """The place whose unit leads: where it happened, else where the citizen lives."""
        return self.site or self.home

    def over(self, told: "Places") -> "Places":
        """These places, completed from others; what is stated here wins."""
        return Places(self.site or told.site, self.home or told.home, self.papers or told.papers)


@dataclass(frozen=True, slots=True)
class Placing:
    """The places of a report, and the match to show or to ask by."""

    places: Places
    match: Match


def places_in(text: str, match: Match, gazetteer: Gazetteer, phrases: RolePhrases) -> Places:
    """Read from the text which of several named places is the home and which keeps the papers."""
    if match.found is not None:
        return Places(site=match.found)
    plain = normalize("NFKC", text)
    parts: dict[str | None, list[str]] = {"home": [], "papers": [], None: []}
    for mention in _single(match.mentions, match.candidates):
        parts[_part(plain, mention, phrases)].append(mention.codes[0])
    # Where the papers lie is told, the one other place is where the citizen is, said so or not.
    homes = tuple(dict.fromkeys(parts["home"] or parts[None]))
    if len(homes) != 1 or not parts["papers"]:
        return Places()
    home, papers = homes[0], parts["papers"][0]
    is_one_street = gazetteer.units.street_of(home) == gazetteer.units.street_of(papers)
    return Places(site=home, home=home, papers=None if is_one_street else papers)


def _single(mentions: Iterable[Mention], candidates: tuple[str, ...]) -> list[Mention]:
    return [each for each in mentions if len(each.codes) == 1 and each.codes[0] in candidates]


def _part(text: str, mention: Mention, phrases: RolePhrases) -> str | None:
    before = text[max(0, mention.start - _FARTHEST) : mention.start]
    said = before[max(before.rfind(mark) for mark in _CLAUSE_ENDS) + 1 :]
    at_home = max((said.rfind(phrase) for phrase in phrases.home), default=-1)
    at_papers = max((said.rfind(phrase) for phrase in phrases.papers), default=-1)
    if at_home == at_papers:
        after = text[mention.end : mention.end + 4]
        return "papers" if any(phrase in after for phrase in phrases.papers) else None
    return "home" if at_home > at_papers else "papers"
