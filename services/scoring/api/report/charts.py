"""Charts as inline SVG: no script, nothing from elsewhere. Each stands beside a table that says the same."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from markupsafe import Markup

from shared.http.html import joined

INK, PAPER, LINE, BAR = "#1b1b1b", "#ffffff", "#595959", "#2b6cb0"
SHADES = ("#eef4fb", "#d3e4f5", "#b0cfec", "#86b5e0")
"""From low to high; ink on each is at least 7 to 1. What has no figure is paper."""
WIDTH, STEP, HEIGHT, VALUE = 380, 26, 16, 90
TILE, GAP = 104, 6
TYPE, LATIN, LINE_STEP = 13, 8, 16
"""A letter's height, which is a Chinese one's width too; the width of a Latin one; from line to line."""
PIECE = re.compile(r"[^\s\u2e80-\uffff]+\s*|.", re.DOTALL)
"""What a line is not broken within: one Chinese letter, or a word."""

FRAME = Markup(
    '<svg role="img" aria-label="{title}" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
    'font-family="system-ui,sans-serif" font-size="{type}" fill="{ink}">\n'
    "{content}\n</svg>"
)
ROW = Markup(
    '<text x="{label}" y="{text}" text-anchor="end">{name}</text>'
    '<rect x="{left}" y="{top}" width="{long}" height="{high}" fill="{bar}"/>'
    '<text x="{end}" y="{text}">{value}</text>'
)
MARK = Markup('<line x1="{at}" x2="{at}" y1="{top}" y2="{bottom}" stroke="{ink}" stroke-width="3"/>')
SQUARE = Markup(
    '<rect x="{x}" y="{y}" width="{size}" height="{size}" fill="{fill}" stroke="{line}"/>'
    '{name}<text x="{middle}" y="{last}" text-anchor="middle" font-weight="600">{value}</text>'
)
NAMED = Markup('<text x="{middle}" y="{at}" text-anchor="middle">{line}</text>')


@dataclass(frozen=True, slots=True)
class Bar:
    """One row: its name, how long it is, what stands at its end, and where it was before."""

    name: str
    value: float
    told: str
    before: float | None = None


@dataclass(frozen=True, slots=True)
class Tile:
    """One unit on the schematic; None: it has no figure."""

    name: str
    column: int
    row: int
    value: float | None
    told: str


def bars(title: str, rows: Sequence[Bar]) -> Markup:
    """Horizontal bars from zero on, the longest value filling the width; names have the room they need."""
    most = max((max(row.value, row.before or 0.0) for row in rows), default=0.0) or 1.0
    label = max((_width(row.name) for row in rows), default=0)
    parts = [_bar(row, label, number * STEP, most) for number, row in enumerate(rows)]
    return _drawn(title, parts, label + WIDTH + VALUE, len(rows) * STEP + 4)


def _drawn(title: str, parts: Sequence[Markup], width: int, height: int) -> Markup:
    content = joined(parts)
    return FRAME.format(title=title, width=width, height=height, type=TYPE, ink=INK, content=content)


def _width(name: str) -> int:
    """The room a name is given: Latin letters seldom need all of theirs."""
    return sum(TYPE if east_asian_width(letter) in ("F", "W", "A") else LATIN for letter in name)


def _bar(row: Bar, label: int, top: int, most: float) -> Markup:
    left, long = label + 8, round(WIDTH * max(row.value, 0.0) / most, 1)
    mark = Markup("")
    if row.before is not None:
        at = round(left + WIDTH * max(row.before, 0.0) / most, 1)
        mark = MARK.format(at=at, top=top + 2, bottom=top + HEIGHT + 6, ink=INK)
    drawn = ROW.format(
        label=label,
        name=row.name,
        text=top + HEIGHT + 1,
        left=left,
        top=top + 4,
        long=long,
        high=HEIGHT,
        bar=BAR,
        end=left + max(long, 0 if row.before is None else WIDTH * row.before / most) + 8,
        value=row.told,
    )
    return drawn + mark


def tiles(title: str, found: Sequence[Tile]) -> Markup:
    """A square for each unit, shaded by quarters of the range between the lowest and the highest."""
    values = [tile.value for tile in found if tile.value is not None]
    low, high = (min(values), max(values)) if values else (0.0, 0.0)
    parts = [_tile(tile, _shade(tile.value, low, high)) for tile in found]
    width = max((tile.column for tile in found), default=1) * (TILE + GAP)
    height = max((tile.row for tile in found), default=1) * (TILE + GAP)
    return _drawn(title, parts, width, height)


def _shade(value: float | None, low: float, high: float) -> str:
    if value is None:
        return PAPER
    share = (value - low) / (high - low) if high > low else 1.0
    return SHADES[min(int(share * len(SHADES)), len(SHADES) - 1)]


def _tile(tile: Tile, fill: str) -> Markup:
    x, y = (tile.column - 1) * (TILE + GAP) + GAP // 2, (tile.row - 1) * (TILE + GAP) + GAP // 2
    middle, lines = x + TILE // 2, _lines(tile.name)
    first, last = (y + TILE // 2 + at * LINE_STEP * (len(lines) - 1) // 2 for at in (-1, 1))
    name = Markup("").join(
        NAMED.format(middle=middle, at=first - 4 + place * LINE_STEP, line=line)
        for place, line in enumerate(lines)
    )
    return SQUARE.format(
        x=x, y=y, size=TILE, fill=fill, line=LINE, middle=middle, name=name, value=tile.told, last=last + 18
    )


def _lines(name: str) -> list[str]:
    """A name in lines that a square has room for."""
    lines = [""]
    for piece in PIECE.findall(name):
        if lines[-1] and _width(lines[-1] + piece.rstrip()) > TILE - GAP:
            lines.append("")
        lines[-1] += piece
    return [line.strip() for line in lines]
