"""How well questions are answered at once: right, wrong and left to a person, on a labelled set.

`python -m tests.bench.consultations` prints the table of docs/consultations.md; `--write` puts it there.
Nothing here is timed and nothing is random: the same code gives the same numbers.
"""

import argparse
from dataclasses import dataclass
from pathlib import Path

import yaml

from services.intake.domain.knowledge import asked
from services.intake.store.seed import entry_id, known_entries
from shared.city.city import City
from tests.bench.duplicates import likeness
from tests.kit.city import FOLDER, beijing

HERE = Path(__file__).parent
PAGE = HERE.parents[1] / "docs" / "consultations.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
THRESHOLDS = (0.30, 0.40, 0.45, 0.50, 0.55, 0.60)


@dataclass(frozen=True, slots=True)
class Result:
    """What one threshold makes of the questions."""

    threshold: float
    right: int
    wrong: int
    missed: int
    left: int
    """Questions no entry answers, left to a person as they must be."""


def measured(city: City, threshold: float) -> Result:
    """Every question against every entry, as the database compares them."""
    known = {one.entry_id: asked(one.question) for one in known_entries(FOLDER, city.policy.effective_from)}
    document = yaml.safe_load((HERE / "consultations.yaml").read_text(encoding="utf-8"))
    right = wrong = missed = left = 0
    for wanted, text in document["questions"]:
        like, found = max((likeness(asked(text), said), str(key)) for key, said in known.items())
        if like >= threshold:
            is_right = wanted is not None and found == str(entry_id(wanted))
            right, wrong = right + is_right, wrong + (not is_right)
        else:
            missed, left = missed + (wanted is not None), left + (wanted is None)
    return Result(threshold, right, wrong, missed, left)


def table(city: City) -> str:
    """The table as Markdown; the city's own threshold stands out."""
    lines = ["| threshold | answered rightly | answered wrongly | known, left to a person | unknown, left |"]
    lines.append("|---|---|---|---|---|")
    for threshold in THRESHOLDS:
        one = measured(city, threshold)
        name = f"**{threshold:.2f}**" if threshold == city.policy.knowledge.threshold else f"{threshold:.2f}"
        lines.append(f"| {name} | {one.right} | {one.wrong} | {one.missed} | {one.left} |")
    return "\n".join(lines) + "\n"


def page(city: City) -> str:
    """The page with its table as it is now."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n{table(city)}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.consultations", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the table into docs/consultations.md")
    if parser.parse_args().write:
        PAGE.write_text(page(beijing()), encoding="utf-8")
    else:
        print(table(beijing()))
