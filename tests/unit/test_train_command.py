"""`jiesu train`: made once from the starting texts, and what a run is told when it cannot be."""

import importlib.util
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest
import typer
from filelock import FileLock
from typer.testing import CliRunner

from deploy.cli import app
from deploy.commands.train import NO_SKLEARN
from services.router.store.model_shelf import read_manifest
from tests.kit.city import FOLDER

RUN = CliRunner()


def asked(folder: Path, *more: str) -> list[str]:
    return ["train", "--starting", "--model", str(folder / "model"), "--city", str(FOLDER), *more]


def test_a_starting_model_is_made_once_and_reported_by_category(tmp_path: Path) -> None:
    made = RUN.invoke(app, asked(tmp_path, "--report"))
    assert made.exit_code == 0, made.output
    manifest = read_manifest(tmp_path / "model")
    assert manifest is not None
    assert f"text model {manifest.version}: 799 texts (799 our own)" in made.output
    assert sum(line.startswith(manifest.categories) for line in made.output.splitlines()) == 47
    again = RUN.invoke(app, asked(tmp_path))
    assert again.output.strip() == f"the text model {manifest.version} is there"


def test_of_two_trainings_one_waits_for_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model").mkdir()
    other = FileLock(tmp_path / "model" / "training.lock")
    other.acquire()
    said: list[str] = []

    def echo(message: str, **_: object) -> None:
        said.append(message)
        other.release()

    monkeypatch.setattr(typer, "echo", echo)
    assert RUN.invoke(app, asked(tmp_path)).exit_code == 0
    assert said[0] == f"another training is under way in {tmp_path / 'model'}; waiting for it"
    assert said[1].startswith("text model ")


def test_without_scikit_learn_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec

    def without(name: str, package: str | None = None) -> ModuleSpec | None:
        return None if name == "sklearn" else found(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", without)
    refused = RUN.invoke(app, asked(tmp_path))
    assert refused.exit_code == NO_SKLEARN
    assert "pip install 'jiesu[train]'" in refused.output
    assert not (tmp_path / "model").exists()
