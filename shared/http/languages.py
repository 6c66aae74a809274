"""语言: what a reader would rather read (Accept-Language, RFC 9110), of what citizens are answered in."""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated

from babel import negotiate_locale
from fastapi import Header

from shared.kernel.words import Language

AcceptLanguage = Annotated[str | None, Header(alias="Accept-Language")]

MOST_RANGES = 20
_RANGE = re.compile(
    r"\s*(\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.ASCII
)
_BY_TONGUE: Mapping[str, Language] = {language.tongue: language for language in Language}
"""Who reads Chinese of any region or script is told in the one there is."""


def preferred(accept_language: str | None) -> Language:
    """The best of what is acceptable; Chinese for whoever accepts none of them."""
    weights = dict(_weighed(accept_language or ""))
    # What was not named is meant by the asterisk; what has the weight 0 is not wanted.
    named = {_tongue(tag) for tag in weights}
    rest = [tongue for tongue in _BY_TONGUE if tongue not in named]
    wanted: list[str] = []
    for tag in sorted(weights, key=lambda each: -weights[each]):
        if weights[tag] > 0:
            wanted += rest if tag == "*" else [tag]
    found = negotiate_locale(wanted, list(_BY_TONGUE), sep="-")
    return _BY_TONGUE[found] if found is not None else Language.CHINESE


def _weighed(written: str) -> Iterator[tuple[str, float]]:
    """The ranges with their weights; what is not written as the standard says is passed over."""
    for part in written.lower().split(",")[:MOST_RANGES]:
        found = _RANGE.fullmatch(part)
        if found is not None:
            yield found[1], float(found[2] or 1)


def _tongue(tag: str) -> str:
    return tag.partition("-")[0]
