"""`jiesu`: run it, look at it, stop it, and the commands of operators.

Kept light: a command imports what it needs when it is called, so that `jiesu --help` answers at once.
"""

import importlib.util
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup

from deploy.commands import run, status, stop, token

REFUSED_BY_DATABASE = ("28", "3D")
"""SQLSTATEs, by beginning: a role or password, a database that is not there."""


class _Commands(TyperGroup):
    """What does not answer, or refuses, is said in a sentence; a bug is shown whole."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except Exception as error:
            told = _sentence(error)
            if told is None:
                raise
            sentence, code = told
            typer.secho(sentence, fg=typer.colors.RED, err=True)
            raise typer.Exit(code) from None


def _sentence(error: Exception) -> tuple[str, int] | None:
    from deploy.local.refusals import LocalRefused
    from shared.bus.fates import Fate, fate_of
    from shared.kernel.errors import Refusal
    from shared.kernel.settings import WrongSetting
    from shared.store.busy import state_of

    if isinstance(error, LocalRefused | Refusal):
        return str(error), 1
    if isinstance(error, WrongSetting):
        return str(error), 2
    if state_of(error).startswith(REFUSED_BY_DATABASE):
        return f"the database refuses: {getattr(error, 'orig', error)}", 1
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.filename}: {error.strerror}", 1
    # A reader that has seen enough, as `head`, closes the pipe: typer ends quietly then.
    if fate_of(error) is not Fate.BUSY or isinstance(error, BrokenPipeError):
        return None
    return f"database or bus does not answer; does it run? ({error})", 1


app = typer.Typer(
    name="jiesu",
    cls=_Commands,
    help="接诉即办: one door for every citizen's request, dispatch, whistle, callback and the three rates.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

app.command("run")(run.command)
app.command("status")(status.command)
app.command("stop")(stop.command)
app.command("token")(token.command)

# Each is a module of its own with `command` (one command) or `commands` (a Typer with several).
_FURTHER = (
    "keys",
    "roles",
    "migrate",
    "seed",
    "topics",
    "demo",
    "replay",
    "dlq",
    "tail",
    "train",
    "vault",
    "directory",
    "responsibilities",
    "score",
)


def _register(name: str) -> None:
    if importlib.util.find_spec(f"deploy.commands.{name}") is None:
        return
    module = import_module(f"deploy.commands.{name}")
    if hasattr(module, "commands"):
        app.add_typer(module.commands, name=name)
    elif hasattr(module, "command"):
        app.command(name)(module.command)


for _name in _FURTHER:
    _register(_name)


if __name__ == "__main__":
    app()
