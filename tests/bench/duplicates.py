"""How well duplicates are found: precision and recall on a labelled set made for the purpose.

`python -m tests.bench.duplicates` prints the tables of docs/duplicates.md; with `--write` it puts them there.
Nothing here is timed and nothing is random: the same code gives the same numbers.
"""

import argparse
import itertools
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import yaml

from services.intake.domain.duplicates import is_offered, is_repeat
from services.intake.domain.likeness import Telling, telling
from services.intake.domain.words import Words
from shared.city.city import City
from tests.kit.city import beijing

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "duplicates.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
CHOSEN_ON = frozenset({"福园里", "福园东里", "望泉家园", "观澜小区", "观澜西苑"})
"""The places the thresholds were chosen on; the others were only measured."""
Rule = Callable[[Telling, Telling, float, City], bool]


@dataclass(frozen=True, slots=True)
class Told:
    """One telling of the set: where, which matter, and as it is compared."""

    place: str
    group: str
    """The place, or the one it lies beside."""
    matter: int
    compared: Telling


@dataclass(frozen=True, slots=True)
class Result:
    """Counts over pairs."""

    name: str
    same: int
    other: int
    hits: int
    false_hits: int

    @property
    def precision(self) -> float:
        return self.hits / max(1, self.hits + self.false_hits)

    @property
    def recall(self) -> float:
        return self.hits / max(1, self.same)

    def row(self) -> str:
        figures = (self.name, self.same, self.other, self.hits, self.false_hits)
        return f"| {' | '.join(map(str, figures))} | {self.precision:.2f} | {self.recall:.2f} |"


def likeness(ours: Set[str], theirs: Set[str]) -> float:
    """0 … 1: what is shared, by the geometric mean of both. As the store computes it over keyed hashes."""
    return len(ours & theirs) / sqrt(len(ours) * len(theirs)) if ours and theirs else 0.0


def labelled(city: City) -> list[Told]:
    """The set, compared as intake compares it; tellings of a matter stand some tens of metres apart."""
    document = yaml.safe_load((HERE / "duplicates.yaml").read_text(encoding="utf-8"))
    found = []
    for place in document["places"]:
        lng, lat = place["at"]
        for number, matter in enumerate(place["matters"]):
            for step, text in enumerate(matter["tellings"]):
                words = Words(text, place["name"], lng + 0.0003 * step, lat - 0.0002 * number)
                group = place.get("beside", place["name"])
                found.append(Told(place["name"], group, number, telling(words, None, city)))
    return found


def measured(city: City, rule: Rule, told: Sequence[Told], name: str, *, everywhere: bool) -> Result:
    """One rule over pairs; else than everywhere, only pairs of the same or adjoining places."""
    pairs = [
        (one, other)
        for one, other in itertools.combinations(told, 2)
        if everywhere or one.group == other.group
    ]
    same = [pair for pair in pairs if _is_same(*pair)]
    other = [pair for pair in pairs if not _is_same(*pair)]
    return Result(name, len(same), len(other), _hits(city, rule, same), _hits(city, rule, other))


def results(city: City) -> dict[str, list[Result]]:
    """Every table of the page."""
    told = labelled(city)
    chosen = [one for one in told if one.place in CHOSEN_ON]
    held = [one for one in told if one.place not in CHOSEN_ON]
    tables = {}
    for title, rule in (("A repeat caller is linked", is_repeat), ("A near-by case is offered", is_offered)):
        tables[title] = [
            measured(city, rule, chosen, "places the thresholds were chosen on", everywhere=False),
            measured(city, rule, held, "places held back", everywhere=False),
            measured(city, rule, told, "all places, same and adjoining ones", everywhere=False),
            measured(city, rule, told, "all places, every pair", everywhere=True),
        ]
    return tables


def tables(city: City) -> str:
    """The tables as Markdown."""
    lines: list[str] = []
    for title, rows in results(city).items():
        lines += [f"### {title}", ""]
        lines += ["| pairs | same matter | another matter | found | found wrongly | precision | recall |"]
        lines += ["|---|---|---|---|---|---|---|", *(row.row() for row in rows), ""]
    return "\n".join(lines)


def page(city: City) -> str:
    """The page with its tables as they are now."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    return f"{before}{BEGIN}\n{tables(city)}{END}{rest.partition(END)[2]}"


def _is_same(one: Told, other: Told) -> bool:
    return (one.place, one.matter) == (other.place, other.matter)


def _hits(city: City, rule: Rule, pairs: Iterable[tuple[Told, Told]]) -> int:
    compared = ((one.compared, other.compared) for one, other in pairs)
    return sum(rule(a, b, likeness(a.shingles, b.shingles), city) for a, b in compared)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.duplicates", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/duplicates.md")
    if parser.parse_args().write:
        PAGE.write_text(page(beijing()), encoding="utf-8")
    else:
        print(tables(beijing()))
