"""All benchmarks, small, one after another: one table with the goals of the house.

With --write the table replaces the block of figures in docs/benchmarks.md.
"""

import time
from pathlib import Path
from typing import Any

from tests.bench import fold, intake, latency, life, machine, memory
from tests.bench.figures import Figure, table
from tests.bench.house import house
from tests.bench.options import ending_well, parser, say, show

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures: make bench BENCH=--write -->", "<!-- end of figures -->"


def run_all(bus: str) -> tuple[dict[str, Any], list[Figure]]:
    """Everything; each part on a fresh house or on one whose others do not disturb it."""
    result: dict[str, Any] = {"machine": machine.described(), "load_before": machine.load()}
    result["memory"] = memory.run_memory(bus, idle=8)
    with house(bus) as home:
        result["intake"] = intake.run_intake(home, seconds=1.5, rounds=3)
    with house(bus) as home, home.services():
        result["latency"] = latency.run_latency(home, cases=200)
        result["life"] = life.run_life(home, cases=300, concurrencies=(32, 128))
    made = [
        *intake.figures(result["intake"]),
        *life.figures(result["life"]),
        *latency.figures(result["latency"]),
    ]
    if bus == "kafka":
        with house(bus) as home:
            result["fold"] = fold.run_fold(home, facts=60_000, registrations=3_000)
        made += fold.figures(result["fold"])
    result["load_after"] = machine.load()
    return result, [*made, *memory.figures(result["memory"])]


def write(figures: list[Figure], result: dict[str, Any], page: Path = PAGE) -> None:
    """Put the figures between the marks of the page."""
    text = page.read_text(encoding="utf-8")
    head, found, rest = text.partition(BEGIN)
    _, closed, tail = rest.partition(END)
    if not found or not closed:
        raise SystemExit(f"{page.name} has no place for figures ({BEGIN} … {END})")
    told = f"{result['machine']}; load of the machine {_load(result)}; bus {result['bus']}."
    page.write_text(f"{head}{BEGIN}\n\n{told}\n\n{table(figures)}\n\n{END}{tail}", encoding="utf-8")


def _load(result: dict[str, Any]) -> str:
    return f"{result['load_before']:.1f} before, {result['load_after']:.1f} at the end"


def main() -> None:
    options = parser("__main__", __doc__)
    options.prog = "make bench BENCH="
    options.add_argument("--write", action="store_true", help="write the figures into docs/benchmarks.md")
    asked = options.parse_args()
    began = time.monotonic()
    result, figures = run_all(asked.bus)
    result["bus"] = asked.bus
    say(f"{time.monotonic() - began:.0f} s in all; {result['machine']}; load {_load(result)}")
    if asked.write:
        write(figures, result)
    show(result, figures, as_json=asked.json)


if __name__ == "__main__":
    ending_well(main)
