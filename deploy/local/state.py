"""The state folder: everything a local run keeps, and the only place it keeps it.

run.json    who runs now (removed by a clean stop)      ports.json   ports chosen once, kept
run.lock    held while a run lives                      secrets.json database passwords, 0600
logs/  keys/  postgres/  kafka/  model/  clock          seeded.json  which seed is in
"""

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from deploy.local.marks import ProcessMark, find
from deploy.local.refusals import AlreadyRunning, StateUnusable


def project_root(start: Path | None = None) -> Path:
    """The nearest folder upwards that holds a pyproject.toml, else the folder we stand in."""
    here = (start or Path.cwd()).resolve()
    return next((folder for folder in (here, *here.parents) if (folder / "pyproject.toml").exists()), here)


def state_path(option: Path | None, environment: Mapping[str, str]) -> Path:
    """Where the state lives: the option, then JIESU_STATE, then .state in the project."""
    chosen = option or (Path(environment["JIESU_STATE"]) if environment.get("JIESU_STATE") else None)
    return (chosen or project_root() / ".state").expanduser().resolve()


def model_folder(state: Path, environment: Mapping[str, str]) -> Path:
    """Where router's text model lies: JIESU_MODEL, else in the state."""
    return Path(environment.get("JIESU_MODEL") or state / "model")


@dataclass(frozen=True, slots=True)
class RunFile:
    """What runs now, as another process may read it."""

    supervisor: ProcessMark
    phase: str
    bus: str
    bus_reason: str
    bootstrap: str | None = None
    processes: Mapping[str, ProcessMark] = field(default_factory=dict)
    urls: Mapping[str, str] = field(default_factory=dict)
    ports: Mapping[str, int] = field(default_factory=dict)
    heard: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """The topics each service reads: whoever asks for the lag need not load the services to know."""
    clock_file: str | None = None
    city: str | None = None

    def with_process(self, name: str, mark: ProcessMark | None) -> "RunFile":
        """The same run with one process told anew, or struck out."""
        others = {key: value for key, value in self.processes.items() if key != name}
        return replace(self, processes={**others, name: mark} if mark else others)

    def as_json(self) -> dict[str, Any]:
        """The run as it stands in the file."""
        return {
            "supervisor": self.supervisor.as_json(),
            "phase": self.phase,
            "bus": self.bus,
            "bus_reason": self.bus_reason,
            "bootstrap": self.bootstrap,
            "processes": {name: mark.as_json() for name, mark in self.processes.items()},
            "urls": dict(self.urls),
            "ports": dict(self.ports),
            "heard": {name: list(topics) for name, topics in self.heard.items()},
            "clock_file": self.clock_file,
            "city": self.city,
        }

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> "RunFile":
        """The run as it was read."""
        marks = {name: ProcessMark.from_json(mark) for name, mark in row["processes"].items()}
        return cls(**{**row, "supervisor": ProcessMark.from_json(row["supervisor"]), "processes": marks})

    def is_alive(self) -> bool:
        """Whether the run that wrote this still lives."""
        return find(self.supervisor) is not None


class StateFolder:
    """One state folder on disk."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.logs = path / "logs"
        self.keys = path / "keys"
        self.postgres = path / "postgres"
        self.kafka = path / "kafka"
        self.clock = path / "clock"

    def prepare(self) -> None:
        """Make the folder; others may pass through it (the database's user must), not look into it."""
        try:
            for folder, mode in ((self.path, 0o711), (self.logs, 0o755), (self.keys, 0o700)):
                folder.mkdir(parents=True, exist_ok=True)
                folder.chmod(mode)
        except OSError as error:
            raise StateUnusable(f"the state folder {self.path} cannot be used: {error}") from error

    def lock(self) -> FileLock:
        """Take the lock, or say who holds it; the kernel frees a dead holder's lock, so it is never stale."""
        lock = FileLock(self.path / "run.lock", timeout=0)
        try:
            lock.acquire()
        except Timeout:
            run = self.run()
            raise AlreadyRunning(str(self.path), run.supervisor.pid if run else None) from None
        return lock

    def run(self) -> RunFile | None:
        """What the run file says, or None; a file torn by a kill says nothing."""
        try:
            return RunFile.from_json(self.read("run.json"))
        except (KeyError, TypeError, ValueError):
            return None

    def write_run(self, run: RunFile | None) -> None:
        """Tell who runs now; None strikes the file out."""
        if run is None:
            (self.path / "run.json").unlink(missing_ok=True)
        else:
            self.write("run.json", run.as_json())

    def port(self, name: str) -> int | None:
        """A port chosen in an earlier run."""
        port = self.read("ports.json").get(name)
        return port if isinstance(port, int) else None

    def remember_port(self, name: str, port: int) -> None:
        """Keep a chosen port for the next run."""
        self.write("ports.json", {**self.read("ports.json"), name: port})

    def password(self, role: str) -> str:
        """The role's password: made once, kept where only we can read it."""
        known = self.read("secrets.json")
        if role not in known:
            known[role] = secrets.token_urlsafe(24)
            self.write("secrets.json", known)
        return str(known[role])

    def read(self, name: str) -> dict[str, Any]:
        """One JSON file of ours; empty when it is missing or torn, or when the folder is none."""
        try:
            content = json.loads((self.path / name).read_text(encoding="utf-8"))
        except (FileNotFoundError, NotADirectoryError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def write(self, name: str, content: Mapping[str, Any]) -> None:
        """Write one JSON file of ours whole: readers see the old or the new one, never half."""
        draft = self.path / f".{name}.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path / name)
