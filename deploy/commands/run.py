"""`jiesu run`: the whole suite on this machine, without Docker."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from deploy.commands.options import State, state_folder
from deploy.local.suite import BASE_PORT

_OUTSIDE = "KAFKA_BOOTSTRAP_SERVERS"

if TYPE_CHECKING:
    from deploy.local.plan import Plan

Bus = Annotated[
    Literal["kafka", "embedded"] | None,
    typer.Option("--bus", envvar="BUS", help="Which bus (default: Kafka where it can be had)."),
]
BasePort = Annotated[
    int,
    typer.Option("--base-port", envvar="JIESU_BASE_PORT", min=1, max=65_531, help="First of the five ports."),
]
City = Annotated[
    Path | None,
    typer.Option(
        "--city",
        envvar="JIESU_CITY",
        exists=True,
        file_okay=False,
        resolve_path=True,
        help="The city's folder (default: Beijing's).",
    ),
]
Detach = Annotated[
    bool, typer.Option("--detach", help="Come back when it is ready; stop it with: jiesu stop.")
]
DrivenClock = Annotated[
    bool,
    typer.Option("--driven-clock", help="Services add the seconds in the state's clock file to the time."),
]


def command(
    detach: Detach = False,
    bus: Bus = None,
    state: State = None,
    base_port: BasePort = BASE_PORT,
    driven_clock: DrivenClock = False,
    city: City = None,
) -> None:
    """Start Postgres, the bus and the five services; Ctrl-C stops all of it."""
    from deploy.local.refusals import Interrupted, LocalRefused

    refuse_wrong_settings()
    folder = state_folder(state)
    try:
        if detach:
            _run_in_background(folder.path, bus, base_port, driven_clock, city)
        else:
            _run_here(_plan(folder.path, bus, base_port, driven_clock, city))
    except Interrupted:
        raise typer.Exit(130) from None
    except LocalRefused as refusal:
        typer.secho(str(refusal), fg=typer.colors.RED, err=True)
        raise typer.Exit(1) from None


def refuse_wrong_settings() -> None:
    """A variable that a service would refuse is told here, before anything is started."""
    import os

    from deploy.local.plan import NOT_LEFT_TO_THE_CALLER
    from deploy.local.suite import SUITE

    found: dict[str, str] = {}
    for member in SUITE:
        found |= member.wrong(os.environ)
    outside = {f"JIESU_{_OUTSIDE}": os.environ[_OUTSIDE]} if os.environ.get(_OUTSIDE) else {}
    for why in SUITE[0].wrong(outside).values():
        found[_OUTSIDE] = why.removeprefix("JIESU_")
    left = [why for name, why in found.items() if name not in NOT_LEFT_TO_THE_CALLER]
    for why in left:
        typer.secho(why, fg=typer.colors.RED, err=True)
    if left:
        raise typer.Exit(2)


def _plan(state: Path, bus: str | None, base_port: int, driven_clock: bool, city: Path | None) -> "Plan":
    from deploy.local.plan import BEIJING, Plan
    from deploy.local.steps import STEPS

    return Plan(
        state=state,
        steps=STEPS,
        base_port=base_port,
        bus=bus,
        driven_clock=driven_clock,
        city=city or BEIJING,
    )


def _run_here(plan: "Plan") -> None:
    from deploy.local.announce import banner
    from deploy.local.instance import Instance, say_on_terminal, stopping_on_signals
    from deploy.local.keys import Bearer, LocalIssuer

    instance = Instance(plan, say=say_on_terminal)
    with stopping_on_signals(instance), instance.running():
        bearer = Bearer("local-dispatcher", roles=("dispatcher",))
        issuer = LocalIssuer(instance.state.keys)
        token = issuer.sign(bearer, lifetime=timedelta(hours=12), at=datetime.now(UTC))
        ground, doorplates = instance.ground, {member.name: member.doorplate for member in plan.members}
        print(banner(ground.bus, ground.bootstrap, instance.urls, doorplates, token), flush=True)
        instance.serve()


def _run_in_background(
    state: Path, bus: str | None, base_port: int, driven_clock: bool, city: Path | None
) -> None:
    from deploy.local.detached import start_detached
    from deploy.local.state import StateFolder

    arguments = ["--state", str(state), "--base-port", str(base_port)]
    arguments += ["--bus", bus] if bus else []
    arguments += ["--driven-clock"] if driven_clock else []
    arguments += ["--city", str(city)] if city else []
    start_detached(StateFolder(state), arguments, say=typer.echo)
