"""`jiesu score verify`: how it ends is read by machines."""

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.commands import score
from deploy.verifying import Compared
from shared.store.running_city import CityUnsound

SAME = Compared("2026-10", "ab", "ab", 12, ())
OTHER = Compared("2026-11", "ab", "cd", 12, ("110101 response",))


@pytest.mark.parametrize(
    ("found", "code", "told"),
    [
        ([SAME], 0, "1 closed months, 1 the same"),
        ([SAME, OTHER], 1, "110101 response"),
        # Of no month was it found that it differs.
        (ConnectionRefusedError("nobody is there"), 3, "nothing is verified"),
        (CityUnsound("policy 2027.1 cuts 2026-11 otherwise"), 3, "nothing is verified: policy 2027.1"),
        (KeyboardInterrupt(), 130, "nothing is left behind"),
    ],
)
def test_each_ending_has_a_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch, found: list[Compared] | BaseException, code: int, told: str
) -> None:
    async def verified(*_: object) -> list[Compared]:
        if isinstance(found, BaseException):
            raise found
        return found

    monkeypatch.setattr(score, "_verify", verified)
    ended = CliRunner().invoke(app, ["score", "verify"])
    assert ended.exit_code == code, ended.output
    assert told in ended.output
