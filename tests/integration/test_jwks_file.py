"""The issuers' keys in a file: read when first needed, and again after they were changed."""

from pathlib import Path

import orjson
import pytest

from shared.http.jwks import PAUSE, Jwks
from shared.http.refusals import KeysAway
from tests.kit.http_door import Issuer


async def test_a_rotated_file_is_read_again(tmp_path: Path) -> None:
    first, second, now = Issuer(), Issuer(), [0.0]
    file = tmp_path / "jwks.json"
    jwks = Jwks(str(file), ticks=lambda: now[0])
    with pytest.raises(KeysAway):
        await jwks.key(first.kid)
    file.write_bytes(orjson.dumps(first.document()))
    assert (await jwks.key(first.kid)).key_id == first.kid
    file.write_bytes(orjson.dumps(second.document()))
    now[0] += PAUSE
    assert (await jwks.key(second.kid)).key_id == second.kid


async def test_a_file_that_vanished_leaves_the_remembered_keys(tmp_path: Path) -> None:
    issuer = Issuer()
    file = tmp_path / "jwks.json"
    file.write_bytes(orjson.dumps(issuer.document()))
    jwks = Jwks(str(file), ticks=lambda: 0.0)
    await jwks.key(issuer.kid)
    file.unlink()
    assert (await jwks.key(issuer.kid)).key_id == issuer.kid
