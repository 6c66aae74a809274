"""The data folder: made once by initdb, given its settings at every start, found again where it had to go."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.postgres.owner import ServerUser, key_of, reachable_folder
from deploy.local.refusals import PostgresUnavailable

SUPERUSER = "postgres"

# For two cores shared with five services and Kafka. fsync stays on: what was acknowledged survives a kill.
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "300",
    "password_encryption": "scram-sha-256",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "wal_buffers": "16MB",
    "min_wal_size": "256MB",
    "max_wal_size": "1GB",
    "checkpoint_timeout": "10min",
    "random_page_cost": "1.1",
    "jit": "off",
    "max_worker_processes": "4",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "1",
    # Outbox and inbox rows come and go by the million: vacuum little and often.
    "autovacuum_naptime": "15s",
    "autovacuum_vacuum_scale_factor": "0.05",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """One data folder and the programs that know it."""

    data: Path
    programs: Path
    user: ServerUser

    @property
    def exists(self) -> bool:
        """Whether initdb went through: our settings are written after it, PG_VERSION before its end."""
        return (self.data / "jiesu.conf").exists() and (self.data / "PG_VERSION").exists()

    def initialise(self, password: str) -> None:
        """Run initdb: scram for everybody, UTF-8, the password from a file only the server's user reads."""
        if self.data.exists():
            shutil.rmtree(self.data)  # what an interrupted initdb left
        self.data.mkdir(mode=0o700)
        self.user.own(self.data)
        secret = self.data.parent / f".password.{os.getpid()}"
        secret.touch(mode=0o600)
        try:
            secret.write_text(password, encoding="utf-8")
            self.user.own(secret)
            self._initdb(secret)
        finally:
            secret.unlink(missing_ok=True)
        with (self.data / "postgresql.conf").open("a", encoding="utf-8") as file:
            file.write("\ninclude 'jiesu.conf'\n")

    def configure(self, port: int) -> None:
        """Write our settings for this start."""
        lines = [f"{name} = '{value}'" for name, value in {**_SETTINGS, "port": str(port)}.items()]
        path = self.data / "jiesu.conf"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        self.user.own(path)

    def _initdb(self, secret: Path) -> None:
        command = [self.programs / "initdb", "-D", self.data, "-U", SUPERUSER, "-A", "scram-sha-256"]
        command += [
            f"--pwfile={secret}",
            "-E",
            "UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
        ]
        command += ["--no-locale", "--no-instructions"]
        done = subprocess.run(
            [str(word) for word in command],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **self.user.spawn_options(),
        )
        if done.returncode != 0:
            raise PostgresUnavailable(f"initdb failed: {(done.stderr or done.stdout).strip()[-600:]}")


def data_folder(folder: Path, user: ServerUser) -> Path:
    """Where the data lives: in this folder, or where the user can reach, which the folder then tells.

    The note is kept although the place can be computed: a clone that is moved must still find its database.
    """
    note = folder / "location"
    if note.exists():
        told = Path(note.read_text(encoding="utf-8").strip())
        if told.is_dir() and user.can_enter(told):
            return told / "data"
    place = folder if user.can_enter(folder) else reachable_folder(user, f"postgres-{key_of(folder)}")
    note.write_text(f"{place}\n", encoding="utf-8")
    return place / "data"
