"""What every benchmark is asked in the same words, and how each of them ends."""

import argparse
import json
import signal
import sys
from collections.abc import Callable, Sequence
from types import FrameType
from typing import Any

from deploy.local.refusals import LocalRefused
from tests.bench.figures import Figure, table


def parser(module: str, description: str | None, *, bus: bool = True) -> argparse.ArgumentParser:
    """The options all of them have."""
    first = (description or "").partition("\n\n")
    made = argparse.ArgumentParser(prog=f"python -m tests.bench.{module}", description=first[0])
    made.epilog = first[2]
    made.formatter_class = argparse.RawDescriptionHelpFormatter
    made.add_argument("--json", action="store_true", help="print the whole result as JSON")
    if bus:
        made.add_argument("--bus", choices=("kafka", "embedded"), default="kafka")
    return made


def bounded(most: int, least: int = 1) -> Callable[[str], int]:
    """A whole number that cannot run away."""

    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"between {least} and {most}")
        return number

    return read


def say(line: str) -> None:
    """Progress, beside the result and never in it."""
    print(f"  {line}", file=sys.stderr, flush=True)


def show(result: dict[str, Any], figures: Sequence[Figure], *, as_json: bool) -> None:
    """The result for a machine, or the figures for a person."""
    print(json.dumps(result, indent=1, ensure_ascii=False) if as_json else table(figures), flush=True)


def ending_well(run: Callable[[], None]) -> None:
    """Run; an interruption takes everything down in order and says so with its exit code."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    try:
        run()
    except KeyboardInterrupt:
        say("stopped")
        sys.exit(130)
    except LocalRefused as refusal:
        say(str(refusal))
        sys.exit(1)
