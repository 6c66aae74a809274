"""The category tree, and the readable rules that classify a text and see urgency in what happened.

Tone plays no part: exclamation marks, capitals and "urgent" are no phrases of any rule.
"""

from collections import defaultdict
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
    def phrases(self) -> tuple[str, ...]:
        """Every phrase this rule looks for."""
        return (*self.any, *self.none, *(phrase for group in self.all for phrase in group))

    def evidence(self, said: frozenset[str], kind: Kind | None) -> tuple[str, ...] | None:
        """The phrases that make the rule hold, or nothing when it does not."""
        if (self.kinds and kind not in self.kinds) or not said.isdisjoint(self.none):
            return None
        groups = (*self.all, self.any) if self.any else self.all
        for group in groups:
            if said.isdisjoint(group):
                return None
        return tuple(next(phrase for phrase in group if phrase in said) for group in groups)


class CategoryFile(Entry):
    """The file as it is written."""

    version: str
    groups: tuple[Group, ...]
    categories: Annotated[tuple[Category, ...], Field(min_length=1)]
    rules: tuple[Rule, ...]


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
    rules: tuple[Rule, ...]
    phrases: tuple[str, ...]
    scanner: AhoCorasick
    rules_of: Mapping[str, tuple[int, ...]]
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
        said = frozenset(
            self.phrases[index]
            for index, _, _ in self.scanner.find_matches_as_indexes(folded(text), overlapping=True)
        )
        asked = {index for phrase in said for index in self.rules_of[phrase]}.union(self.rules_by_kind)
        held: dict[str, list[tuple[Rule, tuple[str, ...]]]] = defaultdict(list)
        for index in sorted(asked):
            evidence = self.rules[index].evidence(said, kind)
            if evidence is not None:
                held[self.rules[index].category].append((self.rules[index], evidence))
        suggestions = [self._suggest(category, reasons) for category, reasons in held.items()]
        # Where two are equally sure, what endangers life goes first.
        return tuple(sorted(suggestions, key=lambda each: (-each.confidence, each.tier is not Tier.URGENT)))

    def _suggest(self, code: str, reasons: list[tuple[Rule, tuple[str, ...]]]) -> Suggestion:
        doubt = 1.0
        for rule, _ in reasons:
            doubt *= 1 - rule.confidence
        tiers = [rule.tier for rule, _ in reasons if rule.tier is not None]
        tier = Tier.URGENT if Tier.URGENT in tiers else next(iter(tiers), self.by_code[code].tier)
        words = "、".join(dict.fromkeys(word for _, evidence in reasons for word in evidence))
        because = f"the text says {words}" if words else "of its kind"
        return Suggestion(code, tier, min(_SURE, round(1 - doubt, 4)), f"{self.by_code[code].zh}: {because}")


def load_categories(text: str, *, filename: str) -> Categories:
    """Read the category file, or refuse it with file, line and reason."""
    document = Document.parse(text, filename=filename)
    file = document.read_as(CategoryFile)
    _check(file, document)
    phrases = tuple(dict.fromkeys(phrase for rule in file.rules for phrase in rule.phrases))
    rules_of: Mapping[str, list[int]] = {phrase: [] for phrase in phrases}
    for index, rule in enumerate(file.rules):
        for phrase in dict.fromkeys(rule.phrases):
            rules_of[phrase].append(index)
    return Categories(
        version=file.version,
        groups=file.groups,
        by_code={category.code: category for category in file.categories},
        rules=file.rules,
        phrases=phrases,
        scanner=AhoCorasick(list(phrases)),
        rules_of={phrase: tuple(indexes) for phrase, indexes in rules_of.items()},
        rules_by_kind=tuple(i for i, rule in enumerate(file.rules) if not rule.any and not rule.all),
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
