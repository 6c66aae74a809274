"""Scoring answers as it is described, whatever is sent."""

from pathlib import Path

import pytest

from deploy.local.ports import free_port
from tests.integration.scoring_desk import scoring_desk
from tests.kit.case_story import DONGHUASHI, POLICE, handled
from tests.kit.described import Stranger, answers_as_described
from tests.kit.serving import served

pytestmark = pytest.mark.postgres


async def test_nothing_that_is_sent_finds_an_undescribed_answer(database: str, tmp_path: Path) -> None:
    async with scoring_desk(database, tmp_path / "keys") as desk:
        story = handled("described", DONGHUASHI)
        await desk.delivers(story.heard)
        problems = [{"category": name, "title": name} for name in ("parking", "noise")]
        body = {"period": "2026-11", "unit": DONGHUASHI, "theme": "题", "problems": problems, "lead": POLICE}
        chosen = await desk.client.post("/v1/topics", json=body, headers=desk.token("supervisor"))
        caller = Stranger(
            "^/v1",
            desk.token("supervisor", "analyst", "ops"),
            seed=8105,
            examples=1,
            knows={
                "case_id": str(story.case_id),
                "unit": DONGHUASHI,
                "topic_id": chosen.json()["topic_id"],
                "period": "2026-11",
            },
        )
        async with served(desk.flat.app, free_port()) as address:
            tested = await answers_as_described(address, tmp_path / "own", caller)
        paths = desk.flat.app.openapi()["paths"]
        assert tested == sum(len(item) for path, item in paths.items() if path.startswith("/v1"))
