"""`jiesu dlq`: parked facts of a service: list them, try one again, give one up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.commands.options import State, state_folder

if TYPE_CHECKING:
    from shared.bus.dead_letters import DeadLetters, Letter, Outcome

commands = typer.Typer(help="Dead letters: list, retry, discard.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The service whose dead letters they are.")]
Number = Annotated[int, typer.Argument(help="The letter's number, as `list` shows it.")]
PAGE = 100


@commands.command("list")
def show(
    name: Name,
    state: State = None,
    behind: Annotated[bool, typer.Option("--behind", help="Also facts that wait behind a bad one.")] = False,
) -> None:
    """List dead letters, the oldest first."""
    letters = _with_letters(name, state, lambda found: _all(found, behind=behind))
    for letter in letters:
        waits = " (waits behind)" if letter.behind else ""
        typer.echo(f"{letter.seq:>6}  {letter.key}  {_kind(letter)}{waits}  {letter.reason}")
    typer.echo(f"{len(letters)} dead letters of {name}")


@commands.command()
def retry(name: Name, number: Number, state: State = None) -> None:
    """Handle a letter again, then those that waited behind it."""
    _tell(_with_letters(name, state, lambda found: found.retry(number)))


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


async def _all(found: "DeadLetters[Any]", *, behind: bool) -> list["Letter"]:
    letters: list[Letter] = []
    while page := await found.list(after=letters[-1].seq if letters else 0, with_behind=behind, limit=PAGE):
        letters += page
    return letters


def _with_letters(name: str, state: Any, act: Callable[["DeadLetters[Any]"], Awaitable[Any]]) -> Any:
    from deploy.commands.standing import standing
    from shared.bus.dead_letters import DeadLetters, NoSuchLetter

    async def go() -> Any:
        async with standing(name, state_folder(state)) as flat:
            return await act(DeadLetters(flat.store, flat.service.hears))

    try:
        return asyncio.run(go())
    except NoSuchLetter as refusal:
        typer.echo(refusal.message, err=True)
        raise typer.Exit(1) from None


def _tell(outcome: "Outcome") -> None:
    typer.echo(f"{outcome.handled} handled, {outcome.discarded} discarded")
    if outcome.stuck_at is not None:
        typer.echo(f"stuck again at {outcome.stuck_at}: {outcome.reason}", err=True)
        raise typer.Exit(1)


def _kind(letter: "Letter") -> str:
    from shared.events.envelope import type_of

    return type_of(letter.record.headers) or "no type"
