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


def state_folder(option: Path | None) -> "StateFolder":
    """The state folder a command works on."""
    from deploy.local.state import StateFolder, state_path

    return StateFolder(state_path(option, os.environ))
