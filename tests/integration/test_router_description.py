"""Router answers as it is described, whatever is sent."""

from pathlib import Path

import pytest

from deploy.local.ports import free_port
from tests.integration.router_desk import Desk, router_desk
from tests.kit.builders_router import GUANYINSI
from tests.kit.described import Stranger, answers_as_described
from tests.kit.serving import served

pytestmark = pytest.mark.postgres


async def a_clerk(desk: Desk) -> Stranger:
    """Somebody in every role there is, who knows a case and its order."""
    case = await desk.case()
    return Stranger(
        "^/v1",
        desk.token("dispatcher", "supervisor", "ops", "unit", unit=GUANYINSI),
        seed=8102,
        examples=2,
        knows={"case_id": case["case_id"], "order_id": case["orders"][0]["order_id"], "If-Match": "*"},
    )


async def test_nothing_that_is_sent_finds_an_undescribed_answer(database: str, tmp_path: Path) -> None:
    async with router_desk(database, tmp_path / "keys") as desk:
        clerk = await a_clerk(desk)
        async with served(desk.flat.app, free_port()) as address:
            tested = await answers_as_described(address, tmp_path / "own", clerk)
        paths = desk.flat.app.openapi()["paths"]
        assert tested == sum(len(item) for path, item in paths.items() if path.startswith("/v1"))
        found = await desk.sees_case(clerk.knows["case_id"])
        assert found["version"] > 2, "what was sent got through to the case"
