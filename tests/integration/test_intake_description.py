"""Intake answers as it is described, whatever is sent: in its own words and in Open311's."""

import asyncio
from pathlib import Path

import pytest

from deploy.local.ports import free_port
from tests.integration.intake_desk import Desk, intake_desk
from tests.kit.described import Stranger, answers_as_described
from tests.kit.media import a_jpeg
from tests.kit.serving import served

pytestmark = pytest.mark.postgres


async def a_clerk(desk: Desk) -> Stranger:
    """Somebody in every role there is, who knows a case with a photo."""
    headers = {"X-Api-Key": desk.key, "Content-Type": "image/jpeg"}
    upload = await desk.client.post("/v1/attachments", content=a_jpeg(), headers=headers)
    attachment_id: str = upload.json()["attachment_id"]
    receipt = await desk.registers(attachments=[attachment_id])
    return Stranger(
        "^/(v1|health)",
        desk.token("dispatcher", "ops", "unit", unit="110115009"),
        seed=12345,
        examples=4,
        knows={
            "tracking_number": receipt.number,
            "X-Access-Code": receipt.code,
            "case_id": receipt.case_id,
            "attachment_id": attachment_id,
        },
        otherwise={"POST /v1/contact-readings": desk.survey()},
    )


async def an_app(desk: Desk) -> Stranger:
    """A client of Open311, where there are requests already."""
    for service in ("noise", "minimum_living"):
        sent = {"api_key": desk.key, "service_code": service, "lat": "39.7", "long": "116.3"}
        assert (await desk.client.post("/open311/v2/requests.xml", data=sent)).status_code == 200
    return Stranger("^/open311", {"X-Api-Key": desk.key}, seed=311, examples=8, thorough=True)


async def test_nothing_that_is_sent_finds_an_undescribed_answer(database: str, tmp_path: Path) -> None:
    async with intake_desk(database, tmp_path) as desk:
        clerk, app = await a_clerk(desk), await an_app(desk)
        before = await desk.counts()
        async with served(desk.flat.app, free_port()) as address:
            own, open311 = await asyncio.gather(
                answers_as_described(address, tmp_path / "own", clerk),
                answers_as_described(address, tmp_path / "open311", app),
            )
        paths = desk.flat.app.openapi()["paths"]
        assert (own + open311, open311) == (sum(len(item) for item in paths.values()), 8)
        after = await desk.counts()
        grown = {table for table, rows in after.items() if rows > before[table]}
        assert grown >= {"cases", "timeline", "outbox", "idempotency"}
