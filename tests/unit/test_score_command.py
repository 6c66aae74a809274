"""`jiesu score verify`: how it ends is read by machines."""

from dataclasses import replace

import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.commands import score
from deploy.verifying import Compared
from shared.store.running_city import CityUnsound

SAME = Compared("2026-10", "ab", "ab", "ab", 12)
OTHER = Compared("2026-11", "ab", "ab", "cd", 12, ("110101 response",))
HASH = replace(SAME, kept="ef")
FIGURE = replace(SAME, changed=("110101 resolution",))
GONE = ("jiesu.case, partition 3, begins with record 1,234",)
DELETED = replace(OTHER, gone=GONE)
UNTOLD = replace(SAME, published=None)


@pytest.mark.parametrize(
    ("found", "code", "told"),
    [
        ([SAME], 0, "1 closed months, 1 the same"),
        ([SAME, OTHER], 1, "differs: 110101 response"),
        # What readers are shown is not what was published, however well the topics are replayed.
        ([HASH], 1, "kept     ef"),
        ([FIGURE], 1, "changed where it is kept: 110101 resolution"),
        # What the bus does not have any more proves nothing against a month, and nothing for it.
        ([SAME, DELETED], 3, "deleted on the bus: jiesu.case, partition 3, begins with record 1,234"),
        ([SAME, UNTOLD], 3, "jiesu.score does not tell of its close"),
        ([replace(SAME, gone=GONE)], 0, "1 closed months, 1 the same"),
        ([replace(FIGURE, gone=GONE)], 1, "DIFFERS"),
        ([DELETED, OTHER], 1, "2 closed months, 0 the same"),
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
