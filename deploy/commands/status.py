"""`jiesu status`: how the run of a state folder is; exit code 0 only if all is well, 3 if nothing runs."""

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.commands.options import State, state_folder

if TYPE_CHECKING:
    from deploy.local.look import Look

NOT_RUNNING = 3
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]


def command(state: State = None, as_json: AsJson = False) -> None:
    """Show services, bus, lag and outbox age; the exit code is 0 only if all is well."""
    from deploy.local.look import look

    folder = state_folder(state)
    seen = look(folder)
    if seen is None:
        typer.echo(
            json.dumps({"running": False, "well": False}) if as_json else f"nothing runs in {folder.path}"
        )
        raise typer.Exit(NOT_RUNNING)
    if as_json:
        typer.echo(
            json.dumps({"running": True, "well": seen.well, **asdict(seen)}, ensure_ascii=False, indent=1)
        )
    else:
        _print(seen)
    if not seen.well:
        raise typer.Exit(1)


def _print(seen: "Look") -> None:
    typer.echo(f"Jiesu is {seen.phase}; bus: {seen.bus} ({seen.bus_reason})")
    for part in seen.parts:
        mark = typer.style("✓", fg=typer.colors.GREEN) if part.well else typer.style("✗", fg=typer.colors.RED)
        place = f"process {part.pid}" if part.pid else ""
        waiting = seen.outbox_age.get(part.name)
        age = f"oldest unsent fact {waiting:.1f} s" if waiting is not None else ""
        behind = f"{seen.lag[part.name]} facts behind" if part.name in seen.lag else ""
        words = "  ".join(word for word in (part.word, behind, age) if word)
        typer.echo(f" {mark} {part.name:<9} {part.url or '':<22} {place:<15} {words}")
