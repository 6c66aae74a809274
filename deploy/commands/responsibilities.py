"""`jiesu responsibilities`: check a responsibility list, publish it for its day."""

import asyncio
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.commands.options import AsJson, By, DryRun, State, state_folder, whoever

if TYPE_CHECKING:
    from services.router.domain.records import DrawnList, PublishList

commands = typer.Typer(help="权责清单: check a version, publish it.", no_args_is_help=True)

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, help="A list as responsibilities.yaml is written.")
]
City = Annotated[Path, typer.Option("--city", envvar="JIESU_CITY", help="The city's folder.")]


@commands.command()
def check(file: File, city: City = Path("deploy/seed/beijing")) -> None:
    """Read a list against a city's folder: its units, its categories. Asks no database."""
    from shared.city.city import load_city
    from shared.city.errors import BrokenFile
    from shared.city.responsibility_lists import ListDocument, load_list

    try:
        whole = load_city(city)
        found = load_list(ListDocument(file.name, _text(file)), whole.units, whole.categories)
    except BrokenFile as refusal:
        typer.echo(refusal.message, err=True)
        raise typer.Exit(1) from None
    typer.echo(f"version {found.version} from {found.effective_from}: {len(found.items)} items are sound")


@commands.command("import")
def import_(
    file: File, dry_run: DryRun = False, as_json: AsJson = False, by: By = None, state: State = None
) -> None:
    """Publish a version: applied from its day on. A dispatched case keeps the one it was sent by."""
    from deploy.commands.differences import list_document, list_rows, print_table
    from services.router.domain.records import PublishList
    from shared.city.errors import BrokenFile
    from shared.city.responsibility_lists import ListDocument

    cmd = PublishList(document=ListDocument(file.name, _text(file)), by=whoever(by))
    try:
        drawn = asyncio.run(_publish(cmd, state, dry_run=dry_run))
    except BrokenFile as refusal:
        typer.echo(f"refused, nothing is changed: {refusal.message}", err=True)
        raise typer.Exit(1) from None
    if as_json:
        typer.echo(json.dumps(list_document(drawn, done=not dry_run), ensure_ascii=False, indent=1))
        return
    print_table(list_rows(drawn))
    found = drawn.found
    done = "is published already" if drawn.is_known else "would be published" if dry_run else "is published"
    typer.echo(f"version {found.version} with {len(found.items)} items, from {found.effective_from}, {done}")


async def _publish(cmd: "PublishList", state: Path | None, *, dry_run: bool) -> "DrawnList":
    from deploy.commands.standing import standing
    from services.router import handlers

    act = handlers.compare_list if dry_run else handlers.publish_list
    async with standing("router", state_folder(state)) as flat, flat.store.work() as work:
        return await act(work, cmd)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file} cannot be read: {error}") from None
