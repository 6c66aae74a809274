"""`jiesu vault`: turn the keys that citizens' contacts and words are sealed with, while everything runs."""

import asyncio
from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from deploy.commands.options import State, state_folder

if TYPE_CHECKING:
    from services.intake.store.resealing import Progress
    from shared.service import Flat

commands = typer.Typer(help="Keys of the vault: show, rotate, reseal, retire.", no_args_is_help=True)
BROKEN_OFF = 130


class Ring(StrEnum):
    """The rings there are."""

    VAULT = "vault"
    WORDS = "words"
    INCIDENTS = "incidents"


Which = Annotated[Ring, typer.Option("--ring", help="Contacts; citizens' words; what grid workers tell.")]
Prepare = Annotated[bool, typer.Option("--prepare", help="Only lay the new key out: all can open.")]
Reseal = Annotated[bool, typer.Option("--reseal/--no-reseal", help="Seal the vault anew afterwards.")]
Key = Annotated[str, typer.Argument(help="The key's name, as `show` tells it.")]


@commands.command()
def show(state: State = None) -> None:
    """The vault's keys, which of them seals, and how many stored values each has sealed."""
    _at_intake(state, look)


@commands.command()
def rotate(
    ring: Which = Ring.VAULT, prepare: Prepare = False, reseal_too: Reseal = True, state: State = None
) -> None:
    """A new key seals from now on; every older one still opens. Then stored values are sealed anew."""
    _at_intake(state, lambda flat: turn_ring(flat, _files(ring, flat, state), prepare=prepare))
    if reseal_too and not prepare and ring is Ring.VAULT:
        # At an intake opened anew: it has read the turned ring.
        _at_intake(state, seal_anew)


@commands.command()
def reseal(state: State = None) -> None:
    """Seal with the newest key what an older one sealed; goes on where it was broken off."""
    _at_intake(state, seal_anew)


@commands.command()
def retire(key: Key, state: State = None) -> None:
    """Take an old key off the vault's ring for ever; refused while anything is sealed with it."""
    _at_intake(state, lambda flat: take_off(flat, key))


async def look(flat: "Flat") -> None:
    """Say which keys there are and what each has sealed."""
    from services.intake.store.resealing import counts
    from shared.sealing.ring import load_ring

    ring = load_ring(_vault_ring(flat))
    async with flat.store.read() as connection:
        used = await counts(connection)
    for name in (*ring.keys, *(used.keys() - ring.keys.keys())):
        note = " seals" if name == ring.current else "" if name in ring.keys else " is not on the ring"
        typer.echo(f"{name}  {used.get(name, 0):>12,} values{note}")


async def turn_ring(flat: "Flat", files: Sequence[Path], *, prepare: bool) -> None:
    """Turn a ring, or lay the next key out."""
    from shared.sealing.turning import lay_out, turn

    if prepare:
        typer.echo(f"{lay_out(files, at=flat.clock.now())} is on the ring and seals nothing yet")
    else:
        typer.echo(f"{turn(files, at=flat.clock.now())} seals from now on")


async def take_off(flat: "Flat", key: str) -> None:
    """Count what the key sealed, and take it off if that is nothing."""
    from services.intake.store.resealing import counts
    from shared.sealing.ring import load_ring
    from shared.sealing.turning import require_retirable
    from shared.sealing.turning import retire as taken_off

    path, now = _vault_ring(flat), flat.clock.now()
    # First what a look at the file refuses: counting reads every row.
    require_retirable(load_ring(path), key, used=0, at=now)
    async with flat.store.read() as connection:
        used = (await counts(connection)).get(key, 0)
    taken_off([path], key, used=used, at=now)
    typer.echo(f"{key} is off the ring; destroy its copies in backups too")


async def seal_anew(flat: "Flat") -> None:
    """Seal what an older key sealed, until all is done or somebody stops it."""
    import signal

    from services.intake.store.resealing import counts, reseal

    async with flat.store.read() as connection:
        used = await counts(connection)
    newest = flat.equipment.vault.writing_key
    left = sum(many for name, many in used.items() if name != newest)
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        # The batch under way is finished: nothing is half done.
        loop.add_signal_handler(number, stop.set)
    done = await reseal(flat.store, tell=_telling(left), stopped=stop.is_set)
    typer.echo(f"{done.done:,} of {left:,} values sealed anew with {newest}")
    if stop.is_set():
        typer.echo("stopped; `jiesu vault reseal` goes on from here", err=True)
        raise typer.Exit(BROKEN_OFF)
    if done.unreadable:
        typer.echo(f"{done.unreadable:,} rows open under no key of the ring and were left", err=True)
        raise typer.Exit(1)


def _telling(left: int) -> Callable[["Progress"], None]:
    """Says how far it is, once a second at most."""
    import time

    told = time.monotonic()

    def tell(progress: "Progress") -> None:
        nonlocal told
        if time.monotonic() - told >= 1:
            told = time.monotonic()
            typer.echo(f"{progress.done:,} of {left:,}")

    return tell


def _files(ring: Ring, flat: "Flat", state: Path | None) -> Sequence[Path]:
    from deploy.local.key_folders import files_of

    if ring is Ring.VAULT:
        return [_vault_ring(flat)]
    return files_of(state_folder(state).keys, ring)


def _vault_ring(flat: "Flat") -> Path:
    from services.intake.settings import IntakeSettings

    assert isinstance(flat.settings, IntakeSettings)
    return flat.settings.vault_ring


def _at_intake(state: Path | None, act: Callable[["Flat"], Any]) -> None:
    from deploy.commands.standing import standing
    from shared.kernel.errors import Refusal

    async def go() -> None:
        async with standing("intake", state_folder(state)) as flat:
            await act(flat)

    try:
        asyncio.run(go())
    except (Refusal, ValueError) as refusal:
        reason = f"{refusal.reason}: {refusal.message}" if isinstance(refusal, Refusal) else str(refusal)
        typer.echo(reason, err=True)
        raise typer.Exit(1) from None
