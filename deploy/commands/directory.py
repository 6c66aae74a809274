"""`jiesu directory`: put units, other names and areas in, whole or not at all."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.commands.options import AsJson, By, DryRun, State, state_folder, whoever

if TYPE_CHECKING:
    from services.router.domain.records import DrawnDirectory, ImportDirectory

commands = typer.Typer(help="单位名录: import it, or see what an import would change.", no_args_is_help=True)

Paths = Annotated[
    list[Path], typer.Argument(help="A folder, or files: units and other names (CSV), areas (GeoJSON).")
]


@commands.callback()
def _directory() -> None:
    """A command of its own name, although it is alone."""


@commands.command("import")
def import_(
    paths: Paths, dry_run: DryRun = False, as_json: AsJson = False, by: By = None, state: State = None
) -> None:
    """Put a directory in. Units that its files leave out are closed; a broken file changes nothing."""
    from deploy.commands.differences import directory_document, directory_rows, print_table
    from services.router.domain.records import ImportDirectory
    from shared.city.errors import BrokenFile

    cmd = ImportDirectory(files=_texts(paths), source=", ".join(map(str, paths)), by=whoever(by))
    try:
        drawn = asyncio.run(_import(cmd, state, dry_run=dry_run))
    except BrokenFile as refusal:
        typer.echo(f"refused, nothing is changed: {refusal.message}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        document = directory_document(drawn, done=not dry_run)
        typer.echo(json.dumps(document, ensure_ascii=False, indent=1))
        return
    print_table(directory_rows(drawn.change))
    counts = ", ".join(f"{count} {name}" for name, count in drawn.change.counts().items() if count)
    done = "would change" if dry_run else "changed"
    typer.echo(f"{done}: {counts or 'nothing'}; {len(drawn.found.units)} units act")


async def _import(cmd: "ImportDirectory", state: Path | None, *, dry_run: bool) -> "DrawnDirectory":
    from deploy.commands.standing import standing
    from services.router import handlers

    act = handlers.compare_directory if dry_run else handlers.import_directory
    async with standing("router", state_folder(state)) as flat, flat.store.work() as work:
        return await act(work, cmd)


def _texts(paths: list[Path]) -> dict[str, str]:
    from shared.city.directory import DIRECTORY_FILES

    named = [
        each
        for path in paths
        for each in ([path / name for name in DIRECTORY_FILES] if path.is_dir() else [path])
        if each.exists() or not path.is_dir()
    ]
    texts: dict[str, str] = {}
    for path in named:
        if path.name in texts:
            raise typer.BadParameter(f"two files are called {path.name}")
        try:
            texts[path.name] = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise typer.BadParameter(f"{path} cannot be read: {error}") from None
    if not texts:
        raise typer.BadParameter(f"there is none of {', '.join(DIRECTORY_FILES)} there")
    return texts
