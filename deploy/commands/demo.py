"""`jiesu demo`: real cases played through the running suite, or through one of its own."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.commands.options import State, state_folder
from deploy.commands.run import Bus, refuse_wrong_settings

if TYPE_CHECKING:
    from deploy.demo.playing import Play
    from deploy.demo.stage import Stage
    from deploy.demo.telling import Teller
    from deploy.local.state import StateFolder

AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on stdout, and nothing else there.")]
Keep = Annotated[bool, typer.Option("--keep", help="Leave an instance of our own running until Ctrl-C.")]
INTERRUPTED = 130


def command(as_json: AsJson = False, bus: Bus = None, state: State = None, keep: Keep = False) -> None:
    """Play real stories from the citizen's word to the three rates, and a year of an estate; fail if one ends
    elsewhere.
    """
    from deploy.local.refusals import Interrupted, LocalRefused

    refuse_wrong_settings()
    try:
        with _interruptible():
            is_well = _perform(state_folder(state), bus, as_json=as_json, keep=keep)
    except (KeyboardInterrupt, Interrupted, asyncio.CancelledError):
        raise typer.Exit(INTERRUPTED) from None
    except LocalRefused as refusal:
        typer.secho(str(refusal), fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from None
    if not is_well:
        raise typer.Exit(1)


def _perform(folder: "StateFolder", bus: str | None, *, as_json: bool, keep: bool) -> bool:
    from deploy.demo.playing import ONE_STEP_FOR_RATES
    from deploy.demo.stage import stage
    from deploy.demo.stories import STORIES
    from deploy.demo.telling import Teller
    from deploy.demo.year import STEPS

    steps = sum(story.steps for story in STORIES) + ONE_STEP_FOR_RATES + STEPS
    teller = Teller(steps)
    with contextlib.ExitStack() as bar:
        bar.enter_context(teller)
        with stage(folder, bus, say=teller.say) as where:
            play = asyncio.run(_played(where, teller))
            bar.close()
            _show(play, where.bus, as_json=as_json)
            if keep and where.is_ours:
                _keep(where)
    return play.is_well


async def _played(where: "Stage", teller: "Teller") -> "Play":
    from deploy.demo.people import town
    from deploy.demo.playing import play_all
    from deploy.demo.stories import STORIES

    async with town(where.urls, where.keys) as people:
        return await play_all(people, where.clock, STORIES, teller.step)


def _show(play: "Play", bus: str, *, as_json: bool) -> None:
    from deploy.demo.document import document
    from deploy.demo.telling import console_for_result, show

    if as_json:
        print(document(play, bus=bus), flush=True)
    else:
        show(play, console_for_result())


def _keep(where: "Stage") -> None:
    typer.echo("kept until Ctrl-C:", err=True)
    for name, url in where.urls.items():
        typer.echo(f"  {name:<8} {url}", err=True)
    with contextlib.suppress(KeyboardInterrupt):
        signal.pause()


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """The first Ctrl-C, SIGTERM or SIGHUP ends the play; what comes while it is cleared away is ignored."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for each in numbers:
            signal.signal(each, signal.SIG_IGN)
        raise KeyboardInterrupt

    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before: dict[signal.Signals, Any] = {each: signal.signal(each, interrupt) for each in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
