"""Keys of a local run: one folder for each service with what that service is given, and nothing else's.

Made once and kept: what a lost key sealed stays sealed.
"""

import secrets
import shutil
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from deploy.local.keys import LocalIssuer, new_signing_key
from shared.sealing.ring import new_ring, save_ring

Make = Callable[[Path], None]


def _ring(path: Path) -> None:
    save_ring(new_ring("k1"), path)


def _secret(path: Path) -> None:
    path.touch(mode=0o600)
    path.write_bytes(secrets.token_bytes(32))


_EVERYBODY: Mapping[str, Make] = {"cursor.key": _secret, "idempotency.key": _secret}
_GIVEN: Mapping[str, Mapping[str, Make]] = {
    "intake": {"vault.json": _ring, "vault-index.key": _secret},
    "router": {"router.pem": new_signing_key},
    "survey": {"survey.pem": new_signing_key, "link.key": _secret, "gateway.key": _secret},
}
# What is sealed by one and opened by the other: both hold the same ring. And the secret
# of the passes that intake makes for whoever follows a case, and survey reads.
_SHARED: Mapping[str, tuple[Make, tuple[str, ...]]] = {
    "words.json": (_ring, ("intake", "router")),
    "incidents.json": (_ring, ("grid", "intake")),
    "case-pass.key": (_secret, ("intake", "survey")),
}


def prepare_keys(folder: Path, services: Iterable[str]) -> LocalIssuer:
    """Make what is missing, and the JWKS with the public half of every signing key."""
    for service in services:
        own = folder / service
        own.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, make in {**_EVERYBODY, **_GIVEN.get(service, {})}.items():
            if not (own / name).exists():
                make(own / name)
        for name, (make, holders) in _SHARED.items():
            if service in holders:
                _share(folder / name, own / name, make)
    issuer = LocalIssuer(folder)
    issuer.prepare()
    return issuer


def files_of(folder: Path, ring: str) -> tuple[Path, ...]:
    """Where a ring lies that several hold: the first copy leads, for every other is made from it."""
    _, holders = _SHARED[f"{ring}.json"]
    return (folder / f"{ring}.json", *(folder / holder / f"{ring}.json" for holder in holders))


def _share(first: Path, copy: Path, make: Make) -> None:
    if not first.exists():
        make(first)
    if not copy.exists() or copy.read_bytes() != first.read_bytes():
        shutil.copy2(first, copy)
