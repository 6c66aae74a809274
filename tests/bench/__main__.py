"""All benchmarks, small, one after another: one table with the goals of the house.

With --write the table replaces the block of figures in docs/benchmarks.md. With --stored the door is measured
beside so many stored cases as well: filling them in takes time, and room in the folder for temporary files.
"""

import time
import traceback
from pathlib import Path
from typing import Any

from tests.bench import close, fold, intake, latency, life, machine, memory, stored, sync
from tests.bench.figures import Figure, table
from tests.bench.house import house
from tests.bench.options import bounded, ending_well, parser, say, show

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- figures: make bench BENCH=--write -->", "<!-- end of figures -->"


def run_all(bus: str, *, stored_cases: int = 0) -> tuple[dict[str, Any], list[Figure]]:
    """Everything; each part on a fresh house or on one whose others do not disturb it."""
    result: dict[str, Any] = {"machine": machine.described(), "load_before": machine.load(), "bus": bus}
    made: list[Figure] = []
    parts = {"memory": lambda: _memory(bus), "intake": lambda: _intake(bus), "town": lambda: _town(bus)}
    if bus == "kafka":
        parts["fold"] = lambda: _fold(bus)
    parts["close"] = _close
    if stored_cases:
        parts["stored"] = lambda: _stored(stored_cases)
    for called, part in parts.items():
        try:
            for name, (found, figures) in part().items():
                result[name] = found
                made += figures
        except Exception as error:
            # What is measured already is not thrown away; the run ends with 1.
            say(f"{called} failed: {type(error).__name__}: {error}")
            traceback.print_exception(error)
            result.setdefault("failed", []).append(called)
    result["load_after"] = machine.load()
    return result, made


Part = dict[str, tuple[Any, list[Figure]]]


def _memory(bus: str) -> Part:
    found = memory.run_memory(bus, idle=8)
    return {"memory": (found, memory.figures(found))}


def _intake(bus: str) -> Part:
    with house(bus) as home:
        found = intake.run_intake(home, seconds=1.5, rounds=3)
    return {"intake": (found, intake.figures(found))}


def _town(bus: str) -> Part:
    with house(bus) as home, home.services():
        late = latency.run_latency(home, cases=200)
        synced = sync.run_sync(home, items=500, rounds=5)
        lived = life.run_life(home, cases=300, concurrencies=(32, 128))
    return {
        "latency": (late, latency.figures(late)),
        "sync": (synced, sync.figures(synced)),
        "life": (lived, life.figures(lived)),
    }


def _fold(bus: str) -> Part:
    with house(bus) as home:
        found = fold.run_fold(home, facts=120_000, registrations=12_000)
    return {"fold": (found, fold.figures(found))}


def _stored(cases: int) -> Part:
    with house("embedded") as home:
        found = stored.run_stored(home, count=cases, seconds=1.5, rounds=3)
    return {"stored": (found, stored.figures(found))}


def _close() -> Part:
    with house("embedded") as home:
        found = close.run_close(home, cases=200_000)
    return {"close": (found, close.figures(found))}


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
    options.add_argument(
        "--stored",
        type=bounded(20_000_000, 1000),
        default=0,
        metavar="CASES",
        help="also beside so many cases",
    )
    asked = options.parse_args()
    began = time.monotonic()
    result, figures = run_all(asked.bus, stored_cases=asked.stored)
    say(f"{time.monotonic() - began:.0f} s in all; {result['machine']}; load {_load(result)}")
    if asked.write:
        write(figures, result)
    show(result, figures, as_json=asked.json)
    if "failed" in result:
        raise SystemExit(1)


if __name__ == "__main__":
    ending_well(main)
