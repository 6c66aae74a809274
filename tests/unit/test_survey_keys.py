"""Survey starts only with secrets that nobody guesses."""

import secrets
from pathlib import Path

import pytest

from deploy.local.keys import new_signing_key
from services.survey.app import equip
from services.survey.settings import SHORTEST, SurveySettings, WeakKey

SECRETS = ("gateway.key", "link.key", "case-pass.key")


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    """A folder as a city fills it."""
    new_signing_key(tmp_path / "survey.pem")
    for name in SECRETS:
        (tmp_path / name).write_bytes(secrets.token_bytes(SHORTEST))
    return tmp_path


@pytest.mark.parametrize("name", SECRETS)
@pytest.mark.parametrize("length", [0, SHORTEST - 1])
async def test_a_secret_that_is_too_short_is_refused_at_the_start_by_its_name(
    keys: Path, name: str, length: int
) -> None:
    (keys / name).write_bytes(b"x" * length)
    with pytest.raises(WeakKey, match=name):
        equip(SurveySettings(keys=keys))


async def test_secrets_that_are_long_enough_are_taken(keys: Path) -> None:
    await equip(SurveySettings(keys=keys)).aclose()
