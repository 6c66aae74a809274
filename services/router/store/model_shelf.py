"""The folder the text model lies in: `model.json` names the files of numbers and words, with their hashes.

Nothing in it can run: the numbers are arrays without pickles, the words are JSON. It is read with the first
text that is to be read, and again when `model.json` was replaced. Without a model, or with a broken one,
rules go alone.
"""

import hashlib
import io
import json
import math
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from services.router.domain.text_model import LONGEST, Opinion, TextModel
from services.router.domain.training import Report
from shared.observability.logging import logger

FORMAT = 1
MANIFEST = "model.json"
LOG = logger("jiesu.router")


class Manifest(BaseModel):
    """模型说明: which model this is, what made it, and how well it did on texts held back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int
    version: str
    """The hash of numbers and words: the same texts give the same version."""
    made_from: str
    """The hash of everything that went into it, to tell whether it must be made anew."""
    sklearn: str
    longest_run: int
    temperature: float
    categories: tuple[str, ...]
    numbers: str
    words: str
    sha256: dict[str, str]
    report: dict[str, Any]


PATIENCE = 1.0
"""Seconds between two looks at what lies there: texts come by the thousand."""


class BrokenModel(Exception):
    """The folder does not hold what its `model.json` says."""


@dataclass(slots=True)
class ModelShelf:
    """The model as it is read: at most once for each time it was put there."""

    folder: Path
    patience: float = PATIENCE
    _looked: float = field(default=-math.inf, init=False)
    _seen: int | None = field(default=None, init=False)
    _model: TextModel | None = field(default=None, init=False)

    def opinions(self, text: str) -> tuple[Opinion, ...]:
        """What the model thinks of a text, the surest first; nothing where there is none."""
        model = self.model()
        return model.opinions(text) if model else ()

    def model(self) -> TextModel | None:
        """The model that lies there, or lay there a second ago."""
        if time.monotonic() - self._looked < self.patience:
            return self._model
        self._looked = time.monotonic()
        try:
            put = (self.folder / MANIFEST).stat().st_mtime_ns
        except OSError:
            put = None
        if put != self._seen:
            try:
                self._model = None if put is None else _read_or_tell(self.folder)
            except OSError as error:
                # It is there, and cannot be read just now: the next look tries again.
                LOG.warning("the text model cannot be read just now", reason=str(error))
                return self._model
            self._seen = put
        return self._model


def read_manifest(folder: Path) -> Manifest | None:
    """What lies in the folder, or nothing when it holds no model of ours."""
    try:
        return _manifest(folder)
    except (BrokenModel, OSError):
        return None


def whole_manifest(folder: Path) -> Manifest | None:
    """What lies in the folder, if its files are those that were put there; the numbers are not read."""
    found = read_manifest(folder)
    if found is None:
        return None
    try:
        for name in (found.numbers, found.words):
            _whole(folder, found, name)
    except (BrokenModel, OSError):
        return None
    return found


def read_model(folder: Path) -> TextModel:
    """The model of a folder. Raises `BrokenModel`, and `OSError` where it cannot be read just now."""
    import numpy as np

    manifest = _manifest(folder)
    words = json.loads(_whole(folder, manifest, manifest.words))
    with np.load(io.BytesIO(_whole(folder, manifest, manifest.numbers)), allow_pickle=False) as numbers:
        rarity, weights, offsets = numbers["rarity"], numbers["weights"], numbers["offsets"]
    if weights.shape != (len(words), len(manifest.categories)) or offsets.shape != weights.shape[1:]:
        raise BrokenModel(f"{manifest.numbers} does not fit {manifest.words}")
    vocabulary = {run: at for at, run in enumerate(words)}
    return TextModel(
        manifest.version, manifest.categories, vocabulary, rarity, weights, offsets, manifest.temperature
    )


def write_model(folder: Path, model: TextModel, report: Report, *, made_from: str, sklearn: str) -> Manifest:
    """Put a model there; whoever reads meanwhile gets the old one or the new one, never half."""
    import numpy as np

    numbers = io.BytesIO()
    np.savez(numbers, rarity=model.rarity, weights=model.weights, offsets=model.offsets)
    words = json.dumps(list(model.vocabulary), ensure_ascii=False).encode()
    arrays = (each.tobytes() for each in (model.rarity, model.weights, model.offsets))
    version = _hash(b"".join((*arrays, words)))[:12]
    files = {f"model-{version}.npz": numbers.getvalue(), f"model-{version}.words.json": words}
    manifest = Manifest(
        format=FORMAT,
        version=version,
        made_from=made_from,
        sklearn=sklearn,
        longest_run=LONGEST,
        temperature=model.temperature,
        categories=model.categories,
        numbers=f"model-{version}.npz",
        words=f"model-{version}.words.json",
        sha256={name: _hash(content) for name, content in files.items()},
        report=asdict(report),
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in {**files, MANIFEST: manifest.model_dump_json(indent=1).encode()}.items():
        draft = folder / f".{name}"
        draft.write_bytes(content)
        draft.replace(folder / name)
    for old in folder.glob("model-*"):
        if old.name not in files:
            old.unlink(missing_ok=True)
    return manifest


def _read_or_tell(folder: Path) -> TextModel | None:
    try:
        model = read_model(folder)
    except (BrokenModel, FileNotFoundError, ValueError, KeyError) as error:
        LOG.warning("the text model cannot be read; rules go alone", reason=str(error))
        return None
    LOG.info("the text model is read", version=model.version)
    return model


def _manifest(folder: Path) -> Manifest:
    try:
        found = Manifest.model_validate_json((folder / MANIFEST).read_bytes())
    except ValidationError as error:
        raise BrokenModel(f"{folder / MANIFEST} is no description of a model") from error
    if (found.format, found.longest_run) != (FORMAT, LONGEST):
        raise BrokenModel(f"{folder / MANIFEST} describes no model of this release")
    return found


def _whole(folder: Path, manifest: Manifest, name: str) -> bytes:
    if Path(name).name != name or name not in manifest.sha256:
        raise BrokenModel(f"{name} is no file of this folder")
    content = (folder / name).read_bytes()
    if _hash(content) != manifest.sha256[name]:
        raise BrokenModel(f"{name} is not the file that was put there")
    return content


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
