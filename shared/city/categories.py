"""The category tree, and the readable rules that classify a text and see urgency in what happened.

Tone plays no part: exclamation marks, capitals and "urgent" are no phrases of any rule.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated
from unicodedata import normalize

from ahocorasick_rs import AhoCorasick
from pydantic import BeforeValidator, Field

from shared.city.documents import Document, Entry
from shared.city.errors import UnknownCategory
from shared.kernel.words import Kind, Tier

_SURE = 0.99


def _alternatives(written: object) -> object:
    return tuple(folded(each) for each in written.split("|")) if isinstance(written, str) else written


def folded(text: str) -> str:
    """The text as rules compare it: width and case evened out, no blanks."""
    return "".join(normalize("NFKC", text).casefold().split())


Phrase = Annotated[str, Field(min_length=1), BeforeValidator(lambda each: folded(str(each)))]
Alternatives = Annotated[tuple[Phrase, ...], Field(min_length=1), BeforeValidator(_alternatives)]


class Group(Entry):
    """A branch of the tree."""

    code: str
    zh: str
    en: str


class Category(Entry):
    """诉求分类: a leaf of the tree, with the tier it usually has."""

    code: str
    group: str
    zh: str
    en: str
    tier: Tier


class Rule(Entry):
    """A reason to think of a category: every `all`, one `any`, no `none`; "a|b" is either."""

    category: str
    confidence: Annotated[float, Field(gt=0, lt=1)]
    tier: Tier | None = None
    all: tuple[Alternatives, ...] = ()
    any: tuple[Phrase, ...] = ()
    none: tuple[Phrase, ...] = ()
    kinds: tuple[Kind, ...] = ()

    @property
    def groups(self) -> tuple[tuple[str, ...], ...]:
        """What must be said: one phrase of each."""
        return (*self.all, self.any) if self.any else self.all

    @property
    def phrases(self) -> tuple[str, ...]:
        """Every phrase this rule looks for."""
        return (*self.none, *(phrase for group in self.groups for phrase in group))


class CategoryFile(Entry):
    """The file as it is written."""

    version: str
    groups: tuple[Group, ...]
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class _Ready:
    """A rule as it is asked. Sets: a text says few phrases, and a rule may look for a hundred."""

    rule: Rule
    groups: tuple[tuple[str, ...], ...]
    any_of: tuple[frozenset[str], ...]
    none_of: frozenset[str]

    @classmethod
    def of(cls, rule: Rule) -> "_Ready":
        return cls(rule, rule.groups, tuple(map(frozenset, rule.groups)), frozenset(rule.none))

    def holds(self, said: frozenset[str], kind: Kind | None) -> bool:
        if self.rule.kinds and kind not in self.rule.kinds:
            return False
        return said.isdisjoint(self.none_of) and not any(map(said.isdisjoint, self.any_of))

    def evidence(self, said: frozenset[str]) -> tuple[str, ...]:
        """The phrases that make it hold: of each group the one that is written first in the rule."""
        return tuple(next(phrase for phrase in group if phrase in said) for group in self.groups)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A category a text may belong to, how sure that is, and why."""

    category: str
    tier: Tier
    confidence: float
    explanation: str


@dataclass(frozen=True, slots=True)
class Categories:
    """The tree and its rules, ready to classify."""

    version: str
    groups: tuple[Group, ...]
    by_code: Mapping[str, Category]
    phrases: tuple[str, ...]
    scanner: AhoCorasick
    rules: tuple[_Ready, ...]
    begun_by: Mapping[str, tuple[int, ...]]
    """The rules that a phrase of their first group makes worth asking."""
    rules_by_kind: tuple[int, ...]

    def __contains__(self, code: object) -> bool:
        return code in self.by_code

    def get(self, code: str) -> Category:
        """The category with this code."""
        try:
            return self.by_code[code]
        except KeyError:
            raise UnknownCategory(code) from None

    def classify(self, text: str, kind: Kind | None = None) -> tuple[Suggestion, ...]:
        """The categories the rules see in a text, the surest first."""
        scanned = self.scanner.find_matches_as_indexes(folded(text), overlapping=True)
        said = frozenset([self.phrases[index] for index, _, _ in scanned])
        asked = set(self.rules_by_kind)
        for phrase in said:
            asked.update(self.begun_by.get(phrase, ()))
        held: dict[str, list[_Ready]] = {}
        for index in sorted(asked):
            ready = self.rules[index]
            if ready.holds(said, kind):
                held.setdefault(ready.rule.category, []).append(ready)
        suggestions = [self._suggest(category, reasons, said) for category, reasons in held.items()]
        # Where two are equally sure, what endangers life goes first.
        return tuple(sorted(suggestions, key=lambda each: (-each.confidence, each.tier is not Tier.URGENT)))

    def _suggest(self, code: str, reasons: list[_Ready], said: frozenset[str]) -> Suggestion:
        doubt = 1.0
        for each in reasons:
            doubt *= 1 - each.rule.confidence
        tiers = [each.rule.tier for each in reasons if each.rule.tier is not None]
        tier = Tier.URGENT if Tier.URGENT in tiers else next(iter(tiers), self.by_code[code].tier)
        words = "、".join(dict.fromkeys(word for each in reasons for word in each.evidence(said)))
        because = f"the text says {words}" if words else "of its kind"
        return Suggestion(code, tier, min(_SURE, round(1 - doubt, 4)), f"{self.by_code[code].zh}: {because}")


def load_categories(text: str, *, filename: str) -> Categories:
    """Read the category file, or refuse it with file, line and reason."""
    document = Document.parse(text, filename=filename)
    file = document.read_as(CategoryFile)
    _check(file, document)
    phrases = tuple(dict.fromkeys(phrase for rule in file.rules for phrase in rule.phrases))
    begun_by: dict[str, list[int]] = {}
    for index, rule in enumerate(file.rules):
        for phrase in dict.fromkeys(rule.groups[0]) if rule.groups else ():
            begun_by.setdefault(phrase, []).append(index)
    return Categories(
        version=file.version,
        groups=file.groups,
        by_code={category.code: category for category in file.categories},
        phrases=phrases,
        scanner=AhoCorasick(list(phrases)),
        rules=tuple(map(_Ready.of, file.rules)),
        begun_by={phrase: tuple(indexes) for phrase, indexes in begun_by.items()},
        rules_by_kind=tuple(index for index, rule in enumerate(file.rules) if not rule.groups),
    )


def _check(file: CategoryFile, document: Document) -> None:
    groups = {group.code for group in file.groups}
    seen: set[str] = set()
    for index, category in enumerate(file.categories):
        if category.code in seen:
            raise document.refuse(("categories", index, "code"), f"category {category.code} is written twice")
        if category.group not in groups:
            raise document.refuse(("categories", index, "group"), f"no group is called {category.group}")
        seen.add(category.code)
    for index, rule in enumerate(file.rules):
        if rule.category not in seen:
            raise document.refuse(("rules", index, "category"), f"no category is called {rule.category}")
        if not (rule.all or rule.any or rule.kinds):
            raise document.refuse(("rules", index), "a rule needs `all`, `any` or `kinds`")
