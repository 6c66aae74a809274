"""Directory files for tests: a few streets of the city, rows added and left out, squares on a map of ours."""

import json
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from shared.city.city import City, load_city
from tests.kit.city import FOLDER, seed

CHUNSHU = "110102015"
"""椿树街道."""
STREETS = (CHUNSHU, "110101013", "110115009", "110115010")
_ABOVE_STREETS = 6
_CODE_IN = {"units.csv": 0, "aliases.csv": 2}


def small_files() -> dict[str, str]:
    """The directory's files of the small city."""
    texts = {name: seed(name) for name in ("units.csv", "departments.csv", "aliases.csv")}
    return {**texts, **{name: _few(texts[name], column) for name, column in _CODE_IN.items()}}


@cache
def small_city() -> City:
    """All districts and departments, and four streets: an import of it is quick."""
    with TemporaryDirectory() as place:
        folder = Path(place) / "city"
        shutil.copytree(FOLDER, folder)
        for name, text in small_files().items():
            (folder / name).write_text(text, encoding="utf-8")
        return load_city(folder)


def _few(text: str, column: int) -> str:
    head, *rows = text.splitlines()
    codes = [(row, row.split(",")[column]) for row in rows]
    kept = [row for row, code in codes if len(code) <= _ABOVE_STREETS or code.startswith(STREETS)]
    return "\n".join([head, *kept]) + "\n"


def with_row(text: str, row: str) -> str:
    """The table with one more row at its end."""
    return f"{text.rstrip()}\n{row}\n"


def without_row(text: str, code: str) -> str:
    """The table without the row of a code."""
    kept = [line for line in text.splitlines() if not line.startswith(f"{code},")]
    assert len(kept) == len(text.splitlines()) - 1, code
    return "\n".join(kept) + "\n"


def a_square(code: str, unit: str, west: float, south: float, side: float = 0.01) -> dict[str, Any]:
    """A square area."""
    east, north = west + side, south + side
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {
        "type": "Feature",
        "properties": {"code": code, "unit_code": unit, "name": f"网格{code}"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


def geojson(*features: Mapping[str, Any]) -> str:
    """A collection with each feature on a line of its own, the first on line 2."""
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return '{"type": "FeatureCollection", "features": [\n' + lines + "\n]}\n"
