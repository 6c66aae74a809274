"""A page as somebody meets it who cannot see it: what a checker of WCAG can find in the text."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import pairwise

VOID = frozenset({"meta", "input", "br", "link", "img", "hr"})
PARTS = frozenset({"header", "main", "nav", "footer"})
FIELDS = frozenset({"input", "textarea", "select"})


@dataclass
class Node:
    """One element with its attributes, its place and its words."""

    name: str
    attributes: dict[str, str]
    within: tuple[str, ...]
    fieldset: int | None = None
    words: str = ""


@dataclass
class Page(HTMLParser):
    """The page's elements in order; reading fails where tags do not nest."""

    text: str
    nodes: list[Node] = field(default_factory=list)
    open: list[Node] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.feed(self.text)
        self.close()
        assert self.open == [], f"left open: {[one.name for one in self.open]}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"an attribute twice on {tag}"
        sets = [self.nodes.index(one) for one in self.open if one.name == "fieldset"]
        node = Node(
            tag,
            {name: value or "" for name, value in attrs},
            tuple(one.name for one in self.open),
            sets[-1] if sets else None,
        )
        self.nodes.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open[-1].name == tag, f"</{tag}> closes {self.open[-1].name}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        for one in self.open:
            one.words += data

    def all(self, name: str) -> list[Node]:
        return [one for one in self.nodes if one.name == name]

    def by_id(self, name: str) -> Node | None:
        return next((one for one in self.nodes if one.attributes.get("id") == name), None)


def faults(text: str, language: str) -> list[str]:
    """What is wrong with a page, by the criterion of WCAG 2.2 it fails."""
    page = Page(text)
    return [
        *_of_document(page, language),
        *_of_parts(page),
        *_of_names(page),
        *_of_fields(page),
        *_of_references(page),
        *_of_scripts(page),
    ]


def _of_document(page: Page, language: str) -> list[str]:
    found = []
    if page.nodes[0].name != "html" or page.nodes[0].attributes.get("lang") != language:
        found.append("3.1.1 language of page")
    if [bool(one.words.strip()) for one in page.all("title")] != [True]:
        found.append("2.4.2 page titled")
    if len(page.all("h1")) != 1 or len(page.all("main")) != 1:
        found.append("1.3.1 one main part with one heading")
    viewport = [m for m in page.all("meta") if m.attributes.get("name") == "viewport"]
    if not viewport or re.search("user-scalable=no|maximum-scale", viewport[0].attributes["content"]):
        found.append("1.4.4 resize text")
    levels = [int(one.name[1]) for one in page.nodes if re.fullmatch("h[1-6]", one.name)]
    if any(after > before + 1 for before, after in pairwise(levels)):
        found.append("1.3.1 headings skip a level")
    return found


def _of_parts(page: Page) -> list[str]:
    """Where words stand, and that what is wider than a small screen scrolls alone, by the keyboard too."""
    beside = [
        one
        for one in page.nodes
        if one.within == ("html", "body") and one.name not in PARTS and one.attributes.get("class") != "skip"
    ]
    found = [f"1.3.1 outside every part: {one.name} {one.words.strip()[:20]}" for one in beside]
    for around, one in pairwise(page.nodes):
        scrolls = "wide" in around.attributes.get("class", "").split() and "tabindex" in around.attributes
        if one.name in ("table", "svg") and not (scrolls and around.attributes.get("aria-label")):
            found.append(f"1.4.10 a {one.name} as wide as it likes")
    return found


def _of_names(page: Page) -> list[str]:
    ids = [one.attributes["id"] for one in page.nodes if "id" in one.attributes]
    found = [f"4.1.1 {one} twice" for one in ids if ids.count(one) > 1]
    nameless = [one for one in (*page.all("button"), *page.all("a")) if not one.words.strip()]
    return found + [f"4.1.2 {one.name} without a name" for one in nameless]


def _of_fields(page: Page) -> list[str]:
    labels = {one.attributes.get("for"): one.words.strip() for one in page.all("label")}
    found = []
    for one in page.nodes:
        if one.attributes.get("type") == "hidden":
            continue
        if one.name in FIELDS and not labels.get(one.attributes.get("id")):
            found.append(f"3.3.2 no label: {one.attributes}")
        is_choice = one.attributes.get("type") in ("radio", "checkbox")
        if is_choice and one.fieldset is None:
            found.append(f"1.3.1 a choice outside a group: {one.attributes}")
    for place, one in enumerate(page.nodes):
        if one.name == "fieldset":
            following = page.nodes[place + 1]
            if following.name != "legend" or not following.words.strip():
                found.append("1.3.1 a group without a legend")
    return found


def _of_references(page: Page) -> list[str]:
    found = []
    for one in page.nodes:
        for name in ("aria-describedby", "aria-labelledby", "for"):
            if name in one.attributes and page.by_id(one.attributes[name]) is None:
                found.append(f"1.3.1 {name} names nothing: {one.attributes[name]}")
        target = one.attributes.get("href", "")
        if target.startswith("#") and page.by_id(target[1:]) is None:
            found.append(f"2.4.1 a link to nowhere: {target}")
    return found


def _of_scripts(page: Page) -> list[str]:
    found = [f"needs {one.name}" for one in page.nodes if one.name in ("script", "img", "iframe", "link")]
    handlers = [name for one in page.nodes for name in one.attributes if name.startswith("on")]
    return found + [f"needs a script: {name}" for name in handlers]


def contrast(one: str, other: str) -> float:
    """The ratio of two colours, as WCAG 2 counts it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
