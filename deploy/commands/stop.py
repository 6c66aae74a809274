"""`jiesu stop`: end the run that holds a state folder, or clear away what a killed one left."""

import typer

from deploy.commands.options import State, state_folder


def command(state: State = None) -> None:
    """Stop a running Jiesu; also clears up after one that was killed."""
    from deploy.local.detached import stop_run
    from deploy.local.refusals import LocalRefused

    folder = state_folder(state)
    try:
        stopped = stop_run(folder, say=typer.echo)
    except LocalRefused as refusal:
        typer.secho(str(refusal), fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from None
    typer.echo("stopped" if stopped else f"nothing runs in {folder.path}")
