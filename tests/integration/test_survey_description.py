"""Survey answers as it is described, whatever is sent: at the desk, by a link or an app, by the gateway."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from deploy.local.ports import free_port
from services.survey.domain.signatures import HEADER
from shared.kernel.ids import CaseId
from tests.integration.survey_desk import Desk, survey_desk
from tests.kit.described import Stranger, answers_as_described
from tests.kit.gateway import phone_book
from tests.kit.serving import served

pytestmark = pytest.mark.postgres


async def a_caller(desk: Desk) -> Stranger:
    """Somebody in every role there is, who knows a callback, a citizen's link and an app's pass."""
    case_id: CaseId = await desk.case()
    callback_id = await desk.callback(case_id)
    token = await desk.link(callback_id)
    # Passes follow the desk's clock, signatures the machine's own.
    case_pass = desk.flat.equipment.passes.make(case_id, at=desk.clock.now())
    return Stranger(
        "^/v1",
        desk.token("caller", "supervisor", "ops", "analyst"),
        seed=8104,
        examples=2,
        knows={"callback_id": callback_id, "token": token, "case_pass": case_pass},
        # Good for one body, the empty one: whatever else is sent to the gateway's doors is forged.
        otherwise={
            f"POST /v1/webhooks/{door}": {
                HEADER: desk.flat.equipment.signatures.write(b"{}", at=datetime.now(UTC))
            }
            for door in ("keys", "deliveries")
        },
    )


async def test_nothing_that_is_sent_finds_an_undescribed_answer(database: str, tmp_path: Path) -> None:
    async with (
        served(phone_book(), free_port()) as intake,
        survey_desk(database, tmp_path / "keys", intake=intake) as desk,
    ):
        caller = await a_caller(desk)
        before = await desk.counts()
        async with served(desk.flat.app, free_port()) as address:
            tested = await answers_as_described(address, tmp_path / "own", caller)
        paths = desk.flat.app.openapi()["paths"]
        assert tested == sum(len(item) for path, item in paths.items() if path.startswith("/v1"))
        found = await desk.sees(caller.knows["callback_id"])
        assert found["attempts"], "what was sent got through to the callback"
        after = await desk.counts()
        assert {name for name, rows in after.items() if rows > before[name]} >= {"attempts", "outbox"}
