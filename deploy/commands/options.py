"""Options several commands share, each described once."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from deploy.local.state import StateFolder

State = Annotated[
    Path | None,
    typer.Option("--state", help="The state folder (default: $JIESU_STATE, else .state in the project)."),
]


DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would change; change nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="For machines.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it (default: the user of this machine).")]


def whoever(by: str | None) -> str:
    """Who is named, else who runs the command."""
    import getpass

    return by or getpass.getuser()


def state_folder(option: Path | None) -> "StateFolder":
    """The state folder a command works on."""
    from deploy.local.state import StateFolder, state_path

    return StateFolder(state_path(option, os.environ))
