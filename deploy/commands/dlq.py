"""`jiesu dlq`: parked facts of a service: list them, try one or all again, give one up."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.commands.options import State, state_folder

if TYPE_CHECKING:
    from shared.bus.dead_letters import DeadLetters, Letter, Outcome

commands = typer.Typer(help="Dead letters: list, retry, discard.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The service whose dead letters they are.")]
Number = Annotated[int, typer.Argument(help="The letter's number, as `list` shows it.")]
OneOrAll = Annotated[int | None, typer.Argument(help="The letter's number, as `list` shows it.")]
All = Annotated[bool, typer.Option("--all", help="Every letter, or those that --reason and --type pick.")]
Reason = Annotated[str, typer.Option("--reason", help="Only reasons that begin so: undecodable.")]
Type = Annotated[str, typer.Option("--type", help="Only types that begin so: jiesu.callback.")]
PAGE = 100
BROKEN_OFF = 130


@commands.command("list")
def show(
    name: Name,
    reason: Reason = "",
    type_: Type = "",
    state: State = None,
    behind: Annotated[bool, typer.Option("--behind", help="Also facts that wait behind a bad one.")] = False,
) -> None:
    """List dead letters, the oldest first."""

    async def tell(found: "DeadLetters[Any]") -> int:
        count = 0
        async for letter in _picked(found, reason, type_, behind=behind):
            waits = " (waits behind)" if letter.behind else ""
            typer.echo(f"{letter.seq:>6}  {letter.key}  {_kind(letter)}{waits}  {letter.reason}")
            count += 1
        return count

    typer.echo(f"{_with_letters(name, state, tell)} dead letters of {name}")


@commands.command()
def retry(
    name: Name,
    number: OneOrAll = None,
    every: All = False,
    reason: Reason = "",
    type_: Type = "",
    state: State = None,
) -> None:
    """Handle a letter again, then those that waited behind it; with --all one key after the other.

    May be run again at any time: what was handled is gone from the list. Ends with 0 when all that was
    tried is handled, 1 when something is stuck again, 130 after Ctrl-C.
    """
    if every == (number is not None):
        raise typer.BadParameter("say a letter's number, or --all", param_hint="number")
    if not every and (reason or type_):
        raise typer.BadParameter("--reason and --type pick from --all", param_hint="number")
    if number is not None:
        _tell(_with_letters(name, state, lambda found: found.retry(number)))
    else:
        _with_letters(name, state, lambda found: retry_all(found, reason, type_))


@commands.command()
def discard(
    name: Name,
    number: Number,
    state: State = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Give a letter up for ever; those behind it are handled."""
    if not yes:
        typer.confirm(f"discard dead letter {number} of {name} for ever?", abort=True)
    _tell(_with_letters(name, state, lambda found: found.discard(number)))


@dataclass(slots=True)
class Tally:
    """How far a retry of many came."""

    keys: int
    """Of how many keys."""
    tried: int = 0
    handled: int = 0
    stuck: Counter[str] = field(default_factory=Counter)
    """How many are stuck again, by reason."""

    def add(self, outcome: "Outcome") -> None:
        """One key more."""
        self.tried += 1
        self.handled += outcome.handled
        if outcome.stuck_at is not None:
            self.stuck[outcome.reason or ""] += 1

    def __str__(self) -> str:
        return f"{self.tried:,} of {self.keys:,} keys, {self.handled:,} facts handled"


async def retry_all(found: "DeadLetters[Any]", reason: str, type_name: str) -> None:
    """Key by key, until all were tried once or somebody stops it."""
    import signal

    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # The letter under way is finished: nothing is half done.
        loop.add_signal_handler(number, stop.set)
    first: dict[str, int] = {}
    async for letter in _picked(found, reason, type_name, behind=False):
        first.setdefault(letter.key, letter.seq)
    tally = Tally(len(first))
    try:
        await _try_each(found, list(first.values()), tally, stop.is_set)
    finally:
        # Also before a bug or a database that went away is told: how far it came is known then.
        typer.echo(f"{tally}, {tally.stuck.total():,} stuck again")
        for why, count in tally.stuck.most_common():
            typer.echo(f"{count:>6,}  {why}", err=True)
    if stop.is_set():
        typer.echo("stopped; the same command goes on from here", err=True)
        raise typer.Exit(BROKEN_OFF)
    if tally.stuck:
        raise typer.Exit(1)


async def _try_each(
    found: "DeadLetters[Any]", numbers: list[int], tally: Tally, stopped: Callable[[], bool]
) -> None:
    import time

    from shared.bus.dead_letters import NoSuchLetter, Outcome

    told = time.monotonic()
    for number in numbers:
        if stopped():
            return
        try:
            tally.add(await found.retry(number, stopped=stopped))
        except NoSuchLetter:
            # Somebody else was quicker.
            tally.add(Outcome(0, 0, None, None))
        if time.monotonic() - told >= 1:
            told = time.monotonic()
            typer.echo(str(tally))


async def _picked(
    found: "DeadLetters[Any]", reason: str, type_name: str, *, behind: bool
) -> AsyncIterator["Letter"]:
    after = 0
    while page := await found.list(after=after, with_behind=behind, limit=PAGE):
        for letter in page:
            if letter.reason.startswith(reason) and _kind(letter).startswith(type_name):
                yield letter
        after = page[-1].seq


def _with_letters(name: str, state: Any, act: Callable[["DeadLetters[Any]"], Awaitable[Any]]) -> Any:
    from deploy.commands.standing import require_own, standing
    from shared.bus.dead_letters import DeadLetters

    async def go() -> Any:
        async with standing(name, state_folder(state)) as flat:
            await require_own(flat)
            return await act(DeadLetters(flat.store, flat.service.hears))

    return asyncio.run(go())


def _tell(outcome: "Outcome") -> None:
    typer.echo(f"{outcome.handled} handled, {outcome.discarded} discarded")
    if outcome.stuck_at is not None:
        typer.echo(f"stuck again at {outcome.stuck_at}: {outcome.reason}", err=True)
        raise typer.Exit(1)


def _kind(letter: "Letter") -> str:
    from shared.events.envelope import type_of

    return type_of(letter.record.headers) or "no type"
