"""GeoJSON as text: every feature with the line it begins on, so that a refusal can point at it."""

import json
import re
from collections.abc import Iterator
from typing import Any

from shared.city.errors import BrokenFile

_DECODER = json.JSONDecoder()
_SPACE = re.compile(r"\s*")


def features_of(text: str, *, filename: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The line and the content of each feature of a FeatureCollection."""
    text = text.removeprefix("\ufeff")
    whole = _whole(text, filename)
    if whole.get("type") != "FeatureCollection" or not isinstance(whole.get("features"), list):
        raise BrokenFile(filename, 1, "the file must be a GeoJSON FeatureCollection")
    for start, feature in _items(text, _start_of_features(text)):
        line = text.count("\n", 0, start) + 1
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise BrokenFile(filename, line, "this is no GeoJSON Feature")
        yield line, feature


def _whole(text: str, filename: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        raise BrokenFile(filename, error.lineno, error.msg) from None
    except RecursionError:
        raise BrokenFile(filename, 1, "the file is nested too deeply") from None
    if not isinstance(found, dict):
        raise BrokenFile(filename, 1, "the file must be a GeoJSON FeatureCollection")
    return found


def _start_of_features(text: str) -> int:
    """Where the array begins. The text is sound, so the keys of its one object can be stepped over."""
    place, found = text.index("{") + 1, 0
    while True:
        key, place = _DECODER.raw_decode(text, _after_space(text, place))
        value = _after_space(text, text.index(":", place) + 1)
        if key == "features":
            found = value
        _, place = _DECODER.raw_decode(text, value)
        place = _after_space(text, place)
        if text[place] == "}":
            # Of a key written twice the last one counts, for `json.loads` as for us.
            return found
        place += 1


def _items(text: str, place: int) -> Iterator[tuple[int, Any]]:
    place = _after_space(text, place + 1)
    while text[place] != "]":
        start = place
        item, place = _DECODER.raw_decode(text, start)
        yield start, item
        place = _after_space(text, place)
        place = _after_space(text, place + 1) if text[place] == "," else place


def _after_space(text: str, place: int) -> int:
    found = _SPACE.match(text, place)
    return found.end() if found else place
