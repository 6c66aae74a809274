"""`jiesu keys`: the folder of keys each service is given, and the public keys beside them."""

import typer

from deploy.commands.options import State, state_folder


def command(state: State = None) -> None:
    """Make the keys that are missing; those that are there are never changed."""
    import shutil

    from deploy.local.key_folders import prepare_keys
    from deploy.local.suite import NAMES

    folder = state_folder(state)
    folder.prepare()
    issuer = prepare_keys(folder.keys, NAMES)
    for name in NAMES:
        # A service in a container sees its own folder only; public keys are no secret.
        shutil.copyfile(issuer.jwks, folder.keys / name / issuer.jwks.name)
    typer.echo(f"keys of {', '.join(NAMES)} are in {folder.keys}")
