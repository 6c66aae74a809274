"""Grid's doors for terminals and rounds answer as they are described, whatever is sent."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.local.ports import free_port
from tests.integration.grid_desk import grid_desk
from tests.integration.grid_terminals import enrolled
from tests.kit.described import Stranger, answers_as_described
from tests.kit.serving import served
from tests.kit.whistles import GUANYINSI

pytestmark = pytest.mark.postgres
OURS = "^/v1/(terminal/|inspection-plans|coverage)"


async def test_nothing_that_is_sent_finds_an_undescribed_answer(database: str, tmp_path: Path) -> None:
    async with grid_desk(database, tmp_path / "keys") as desk:
        device = await enrolled(desk)
        desk.clock.at += timedelta(minutes=1)
        clerk = Stranger(
            OURS,
            desk.token("supervisor", "unit", unit=GUANYINSI),
            seed=8103,
            examples=2,
            knows={"first": "2026-03-02", "last": "2026-03-08", "unit": GUANYINSI},
            otherwise={"POST /v1/terminal/sync": device.headers},
        )
        async with served(desk.flat.app, free_port()) as address:
            tested = await answers_as_described(address, tmp_path / "own", clerk)
        paths = desk.flat.app.openapi()["paths"]
        assert tested == sum(len(item) for path, item in paths.items() if re.match(OURS, path))
        (row,) = await desk.rows(
            "SELECT seen_at FROM terminals WHERE terminal_id = :id", id=device.terminal_id
        )
        assert row["seen_at"] == desk.clock.at, "what was sent got through"
