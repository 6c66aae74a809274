"""`jiesu keys`: the folder of keys each service is given, and the public keys beside them."""

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Option("--folder", help="Where the keys are, one folder for each service.")]


def command(folder: Folder = Path(".state/keys")) -> None:
    """Make the keys that are missing; those that are there are never changed."""
    import shutil

    from deploy.local.key_folders import prepare_keys
    from deploy.local.suite import SUITE

    names = [flat.name for flat in SUITE]
    issuer = prepare_keys(folder, names)
    for name in names:
        # A service in a container sees its own folder only; public keys are no secret.
        shutil.copyfile(issuer.jwks, folder / name / issuer.jwks.name)
    typer.echo(f"keys of {', '.join(names)} are in {folder}")
