"""One local Postgres server: start, stop, kill, and come back after either."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
from pathlib import Path
from urllib.parse import quote

import psutil

from deploy.local.child import Child
from deploy.local.marks import is_running
from deploy.local.ports import free_port, same_port
from deploy.local.postgres.binaries import find_programs
from deploy.local.postgres.cluster import SUPERUSER, Cluster, data_folder
from deploy.local.postgres.owner import server_user
from deploy.local.refusals import PostgresUnavailable
from deploy.local.state import StateFolder
from deploy.local.waiting import NEVER, wait_until


class LocalPostgres(Child):
    """Postgres on 127.0.0.1 for one state folder; also the real database of the tests.

    Everything is synchronous: call it from a thread inside an event loop.
    """

    name = "postgres"
    # Fast: open transactions are rolled back, a checkpoint is written.
    ASKED_BY, GRACE = signal.SIGINT, 15.0

    def __init__(self, state: Path, *, port: int | None = None) -> None:
        super().__init__()
        self._state = StateFolder(state)
        self.log = self._state.logs / "postgres.log"
        self._cluster: Cluster | None = None
        self.port = port or 0

    def start(self, *, stop: threading.Event = NEVER, within: float = 60.0) -> None:
        """Initialise if new, clear away a dead or left-over predecessor, start, and wait until it answers."""
        self._state.prepare()
        cluster = self._open()
        if not cluster.exists:
            cluster.initialise(self._password)
        self._clear_predecessor(cluster)
        known = self._state.port(self.name)
        self.port = same_port(self.name, self.port) if self.port else free_port(remembered=known)
        self._state.remember_port(self.name, self.port)
        cluster.configure(self.port)
        command = [str(cluster.programs / "postgres"), "-D", str(cluster.data)]
        self.spawn(command, self.log, cwd="/", **cluster.user.spawn_options())
        self.wait_for(self._says_ready, within=within, stop=stop)

    def attach(self) -> "LocalPostgres":
        """Speak to a server another process started from the same folder, without owning it."""
        self.port = self._state.port(self.name) or 0
        return self

    def dsn(self, database: str = "postgres", user: str = SUPERUSER, password: str | None = None) -> str:
        """The address of a database, for asyncpg and psql alike."""
        secret = quote(self._password if password is None else password, safe="")
        return f"postgresql://{user}:{secret}@127.0.0.1:{self.port}/{database}"

    def execute(self, statement: str, *, database: str = "postgres") -> str:
        """Run a statement as superuser and give back what psql prints, rows by line, columns by tab."""
        cluster = self._open()
        command = [str(cluster.programs / "psql"), "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1"]
        command += ["-h", "127.0.0.1", "-p", str(self.port), "-U", SUPERUSER, "-d", database]
        done = subprocess.run(
            command,
            input=statement,
            cwd="/",
            # Not in the address: command lines are open to everybody on the machine.
            env={**os.environ, "PGPASSWORD": self._password},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise PostgresUnavailable(f"Postgres refused: {done.stderr.strip()}")
        return done.stdout.strip()

    def create_database(self, name: str) -> None:
        """Make a database unless it is there."""
        quoted = name.replace("'", "''")
        if not self.execute(f"SELECT 1 FROM pg_database WHERE datname = '{quoted}'"):
            self.execute('CREATE DATABASE "' + name.replace('"', '""') + '"')

    def discard(self) -> None:
        """Stop and delete the data: for throw-away instances and tests."""
        self.stop()
        folder = self._open().data.parent
        shutil.rmtree(folder / "data", ignore_errors=True)
        if folder != self._state.postgres:
            shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(self._state.postgres, ignore_errors=True)
        self._cluster = None

    @property
    def data(self) -> Path:
        """The data folder, wherever it had to go."""
        return self._open().data

    @property
    def _password(self) -> str:
        return self._state.password(SUPERUSER)

    def _open(self) -> Cluster:
        if self._cluster is None:
            user = server_user()
            self._state.postgres.mkdir(parents=True, exist_ok=True)
            self._state.postgres.chmod(0o711)
            data = data_folder(self._state.postgres, user)
            self._cluster = Cluster(data=data, programs=find_programs(user), user=user)
        return self._cluster

    def _says_ready(self) -> bool:
        lines = _postmaster_lines(self._open().data)
        ours = self._process is not None and lines[:1] == [str(self._process.pid)]
        return ours and len(lines) >= 8 and lines[7].strip() == "ready"

    def _clear_predecessor(self, cluster: Cluster) -> None:
        lines = _postmaster_lines(cluster.data)
        server = _server_of(cluster.data, int(lines[0])) if lines and lines[0].isdigit() else None
        if server is not None:
            server.send_signal(signal.SIGINT)
            wait_until(lambda: not is_running(server), within=15.0)
        _wait_for_sessions(cluster.data)
        # Left by a kill: Postgres would refuse if a stranger now had its pid.
        (cluster.data / "postmaster.pid").unlink(missing_ok=True)


def _postmaster_lines(data: Path) -> list[str]:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return []


def _server_of(data: Path, pid: int) -> psutil.Process | None:
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        if is_running(process) and str(data) in process.cmdline() and pid != os.getpid():
            return process
    return None


def _wait_for_sessions(data: Path) -> None:
    """Sessions of a killed server hold its shared memory for a moment; a new one may not start before."""
    for process in psutil.process_iter(["name", "cwd"]):
        if process.info["name"] == "postgres" and process.info["cwd"] == str(data):
            _see_off(process)


def _see_off(process: psutil.Process) -> None:
    if not wait_until(lambda: not is_running(process), within=5.0):
        process.kill()
