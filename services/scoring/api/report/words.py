"""The report's words, one catalogue for each language."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from shared.http.sentences import Key, read_sentences
from shared.kernel.words import Language, StreetClass

WORDS = (
    *("title", "other_language", "period", "rules", "hash", "no_figure", "skip", "contents"),
    *("city", "measure", "now", "before", "change", "cases", "composite"),
    *("response", "contact", "resolution", "satisfaction"),
    *("map", "map_note", "districts", "districts_note", "unit", "rank", "orders", "per_10k"),
    *("streets", "streets_note", "streets_all", "best", "last", "classes", "classes_note", "class"),
    *("from_to", "count", "no_class", "moved", "moved_none", "hot", "hot_note", "hot_none"),
    *("category", "ratio", "interval"),
    *("hotspots", "hotspots_note", "hotspots_none", "day", "days", "expected", "printed"),
)
WANTED: frozenset[Key] = frozenset(
    {*(("word", word) for word in WORDS), *(("class", str(each)) for each in StreetClass)}
)


@dataclass(frozen=True, slots=True)
class Words:
    """Everything the report says, in one language."""

    language: Language
    sentences: Mapping[Key, str]

    def __getitem__(self, word: str) -> str:
        return self.sentences["word", word]

    def of_class(self, street_class: StreetClass | None) -> str:
        return self["no_class"] if street_class is None else self.sentences["class", street_class]

    def of(self, zh: str, en: str) -> str:
        """What the city's files have in both languages."""
        return zh if self.language == "zh-CN" else en


@cache
def words(language: Language) -> Words:
    """The words of a language. Raises `BrokenFile`."""
    name = f"{language.replace('-', '_')}.po"
    content = resources.files(__package__).joinpath(name).read_bytes()
    return Words(language, read_sentences(content, WANTED, filename=name))
