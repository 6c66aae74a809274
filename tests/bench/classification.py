"""How well requests are dispatched by their words: rules alone, and rules with the text model.

`python -m tests.bench.classification` prints the tables of docs/classification.md; `--write` puts them there.
Nothing here is timed and nothing is random: the same texts and the same packages give the same numbers.
"""

import argparse
from pathlib import Path

from services.router.domain.text_model import Read, unread
from tests.kit.city import beijing
from tests.kit.dispatching import counted, starting_model

PAGE = Path(__file__).parents[2] / "docs" / "classification.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.1%})"


def dispatching() -> str:
    """The tests' texts: what was suggested, what was dispatched, what was asked."""
    model, _ = starting_model()
    readers: dict[str, Read] = {"rules alone": unread, "rules, then the model": model.opinions}
    one, other = (counted(beijing(), read) for read in readers.values())
    rows = {
        "category right (first suggestion)": [(c.category, _told(c.texts)) for c in (one, other)],
        "category among those suggested": [(c.among, _told(c.texts)) for c in (one, other)],
        "dispatched without asking": [(c.dispatched, c.texts) for c in (one, other)],
        "of these, to the right unit": [(c.right_unit, c.dispatched) for c in (one, other)],
        "of these, with the right category too": [(c.right_whole, c.dispatched) for c in (one, other)],
        "must be asked, and were": [(c.asked_of_them, c.to_ask) for c in (one, other)],
    }
    lines = [f"| | {' | '.join(readers)} |", "|---|---|---|"]
    lines += [f"| {name} | {' | '.join(share(*each) for each in found)} |" for name, found in rows.items()]
    return "\n".join(lines)


def _told(texts: int) -> int:
    """Three texts are about nothing that could be placed."""
    return texts - 3


def learning() -> str:
    """The model alone on texts held back from it."""
    _, report = starting_model()
    lines = [
        f"{report.texts} texts, {report.accuracy:.1%} right, {report.among_three:.1%} among the first three.",
        "",
        "| category | texts | recall | precision |",
        "|---|---|---|---|",
    ]
    rows = sorted(report.classes.items(), key=lambda each: (-each[1].recall, each[0]))
    for name, one in rows:
        zh = beijing().categories.get(name).zh
        lines.append(f"| {zh} `{name}` | {one.texts} | {one.recall:.2f} | {one.precision:.2f} |")
    return "\n".join(lines)


def tables() -> str:
    """Both tables as Markdown."""
    return "\n".join(
        [
            "### Dispatching the 200 texts of the tests",
            "",
            dispatching(),
            "",
            "### The text model alone, cross-validated on the starting texts",
            "",
            learning(),
            "",
        ]
    )


def page() -> str:
    """The page with its tables as they are now."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n{tables()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tests.bench.classification", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put the tables into docs/classification.md")
    if parser.parse_args().write:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(tables())
