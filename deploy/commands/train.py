"""`jiesu train`: make the text model that reads what rules alone cannot place.

From the city's own starting texts and from router's history: categories a dispatcher gave, and those that
stood until their case closed. The words are opened for that purpose, and that is written down.
"""

import contextlib
import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from deploy.commands.options import State, state_folder

if TYPE_CHECKING:
    from deploy.local.state import StateFolder
    from services.router.domain.training import Labelled, Report
    from services.router.store.model_shelf import Manifest

TEXTS = "training.yaml"
NO_SKLEARN = 5
_ModelFolder = Annotated[
    Path | None, typer.Option("--model", help="Where the model goes (default: $JIESU_MODEL, else the state).")
]
_CityFolder = Annotated[
    Path | None, typer.Option("--city", help="The city's folder (default: $JIESU_CITY, else Beijing's).")
]


def command(
    state: State = None,
    model: _ModelFolder = None,
    city: _CityFolder = None,
    report: Annotated[bool, typer.Option("--report", help="Print recall and precision by category.")] = False,
    starting: Annotated[
        bool, typer.Option("--starting", help="From the starting texts alone, and only if there is none yet.")
    ] = False,
) -> None:
    """Train the text model on the starting texts and on the city's adjudicated history."""
    import asyncio
    import importlib.util

    from deploy.local.state import model_folder

    if importlib.util.find_spec("sklearn") is None:
        typer.echo(
            "training needs scikit-learn: pip install 'jiesu[train]'; rules go alone until then", err=True
        )
        raise typer.Exit(NO_SKLEARN)
    kept = state_folder(state)
    folder = model or model_folder(kept.path, os.environ)
    own = starting_texts(city or city_folder(os.environ))
    with _alone(folder):
        if starting and (found := still_good(folder, own)):
            typer.echo(f"the text model {found.version} is there")
            return
        history = () if starting else asyncio.run(_history(kept))
        manifest, made = make(folder, (*own, *history))
    typer.echo(
        f"text model {manifest.version}: {made.texts} texts ({made.own} our own), "
        f"{made.accuracy:.0%} of held-back texts right, {made.among_three:.0%} among three"
    )
    if report:
        typer.echo(table(made))


def city_folder(environment: Mapping[str, str]) -> Path:
    """The city whose starting texts are read."""
    from deploy.local.plan import BEIJING

    return Path(environment.get("JIESU_CITY") or BEIJING)


def starting_texts(city: Path) -> tuple["Labelled", ...]:
    """The city's own texts; a city may have none and begin with its history."""
    from services.router.domain.training import Labelled
    from shared.city.categories import load_categories
    from shared.city.training import load_training

    path = city / TEXTS
    if not path.exists():
        return ()
    tree = load_categories((city / "categories.yaml").read_text(encoding="utf-8"), filename="categories.yaml")
    texts = load_training(path.read_text(encoding="utf-8"), tree, filename=TEXTS)
    return tuple(Labelled(text, category, own=True) for text, category in texts)


def still_good(folder: Path, own: Sequence["Labelled"]) -> "Manifest | None":
    """The model that is there, if it was made from these texts, or has learned from cases since."""
    from services.router.store.model_shelf import whole_manifest

    found = whole_manifest(folder)
    if found is None:
        return None
    has_learned = found.report["texts"] > found.report["own"]
    return found if has_learned or found.made_from == fingerprint(own) else None


def fingerprint(labelled: Sequence["Labelled"]) -> str:
    """What a model was made from."""
    digest = hashlib.sha256()
    for each in labelled:
        digest.update(f"{each.own}\x1f{each.category}\x1f{each.text}\x1e".encode())
    return digest.hexdigest()


def make(folder: Path, labelled: Sequence["Labelled"]) -> tuple["Manifest", "Report"]:
    """Train and put the model there."""
    from importlib.metadata import version

    from services.router.domain.training import train
    from services.router.store.model_shelf import write_model

    model, report = train(labelled)
    made_from = fingerprint(labelled)
    return write_model(folder, model, report, made_from=made_from, sklearn=version("scikit-learn")), report


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Two who put a model there would take away each other's files."""
    from filelock import FileLock, Timeout

    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / "training.lock", mode=0o600)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        typer.echo(f"another training is under way in {folder}; waiting for it", err=True)
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def table(report: "Report") -> str:
    """Recall and precision by category, the worst known first."""
    rows = sorted(report.classes.items(), key=lambda each: (each[1].recall, each[0]))
    lines = [f"{'category':<24} {'texts':>5} {'recall':>7} {'precision':>10}"]
    lines += [f"{name:<24} {one.texts:>5} {one.recall:>7.2f} {one.precision:>10.2f}" for name, one in rows]
    return "\n".join(lines)


async def _history(state: "StateFolder") -> tuple["Labelled", ...]:
    from deploy.commands.standing import standing
    from services.router.store.history import history

    async with standing("router", state) as flat, flat.store.work() as work:
        return await history(work, by="jiesu train")
