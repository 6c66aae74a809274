"""Whose server it is: Postgres refuses root, and the user it runs as must be able to reach its folders.

A clone under a 0700 home is not reachable for that user: data and programs may have to live elsewhere.
"""

import hashlib
import os
import pwd
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deploy.local.refusals import PostgresUnavailable

_CANDIDATES = ("postgres", "nobody")


@dataclass(frozen=True, slots=True)
class ServerUser:
    """The user the server runs as; uid None means ourselves."""

    uid: int | None
    gid: int | None
    name: str

    def spawn_options(self) -> dict[str, Any]:
        """What subprocess must be told so that the child is this user and holds no group of ours."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give a file or folder to this user."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether this user can pass into the folder; asked of the system, as mode bits do not tell ACLs."""
        if self.uid is None:
            return os.access(folder, os.X_OK)
        asked = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)],
            cwd="/",
            capture_output=True,
            check=False,
            **self.spawn_options(),
        )
        return asked.returncode == 0


def server_user() -> ServerUser:
    """Ourselves, or, when we are root, an unprivileged user this machine has."""
    if os.geteuid() != 0:
        return ServerUser(uid=None, gid=None, name=pwd.getpwuid(os.geteuid()).pw_name)
    for name in _CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return ServerUser(uid=entry.pw_uid, gid=entry.pw_gid, name=name)
    raise PostgresUnavailable(
        f"Postgres refuses to run as root and this machine has none of the users {', '.join(_CANDIDATES)}; "
        "make one (useradd --system postgres), or run as an ordinary user"
    )


def reachable_folder(user: ServerUser, name: str) -> Path:
    """A folder of ours outside every closed home, which this user can pass into; kept over restarts."""
    for base in (Path("/var/tmp"), Path(tempfile.gettempdir())):
        folder = base / f"jiesu-{os.geteuid()}" / name
        if not base.is_dir():
            continue
        for part in (folder.parent, folder):
            part.mkdir(mode=0o711, exist_ok=True)
            _refuse_foreign(part)
            part.chmod(0o711)
        if user.can_enter(folder):
            return folder
    raise PostgresUnavailable(
        f"no folder that user {user.name} can reach: neither the state folder, /var/tmp nor the temp folder"
    )


def key_of(path: Path) -> str:
    """A short name for a path, for a folder that stands in for it."""
    return hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:16]


def _refuse_foreign(folder: Path) -> None:
    # Temp folders are open to all: what somebody else laid there must not receive our database.
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.geteuid():
        raise PostgresUnavailable(f"{folder} belongs to somebody else; have it removed")
