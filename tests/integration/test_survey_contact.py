"""The one call between services: intake is asked for a contact at call time, and nothing of it is kept."""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from deploy.local.ports import free_port
from shared.kernel.ids import CaseId
from shared.observability import metrics
from tests.integration.intake_desk import Desk as IntakeDesk
from tests.integration.intake_desk import intake_desk
from tests.integration.survey_desk import NOON, YES, Desk, desk, survey_desk
from tests.kit.serving import served

__all__ = ["desk"]

pytestmark = pytest.mark.postgres
CONTACT = {"name": "记名某某", "phone": "13987654321"}
MARKS = ("记名某某", "13987654321", "3987654321", "标记正文")


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="module")
async def intake(database: str, keys: Path) -> AsyncIterator[IntakeDesk]:
    async with intake_desk(database, keys) as desk:
        yield desk


@pytest.fixture(scope="module")
async def house(intake: IntakeDesk, database: str, keys: Path) -> AsyncIterator[Desk]:
    """Survey, beside an intake that answers on a port of this machine."""
    async with served(intake.flat.app, free_port()) as url, survey_desk(database, keys, intake=url) as desk:
        yield desk


async def due(desk: Desk, intake: IntakeDesk, **more: object) -> str:
    """The callback of a case that a citizen reported at intake."""
    receipt = await intake.registers(text="标记正文", **{"contact": CONTACT, **more})
    return await desk.callback(await desk.case(CaseId(UUID(receipt.case_id))))


async def test_who_takes_a_callback_in_hand_learns_whom_to_call_and_what_to_ask(
    desk: Desk, intake: IntakeDesk
) -> None:
    callback_id = await due(desk, intake)
    answer = await desk.claims(callback_id)
    assert answer.status_code == 200
    found = answer.json()
    assert found["contact"] == {"name": "记名某某", "phone": "+8613987654321"}
    assert "承办单位" in found["script"][0]
    assert found["callback"]["callback_id"] == callback_id
    assert datetime.fromisoformat(found["callback"]["claimed_until"]) == NOON + timedelta(minutes=30)
    assert "contact you" in (await desk.claims(callback_id, language="en")).json()["script"][0]
    rows = await intake.rows(
        "SELECT reader, purpose, found FROM contact_readings WHERE case_id = :id",
        id=UUID(found["callback"]["case_id"]),
    )
    assert rows == [{"reader": "survey", "purpose": "callback", "found": True}] * 2


async def test_who_is_refused_the_claim_learns_nothing_of_the_citizen(desk: Desk, intake: IntakeDesk) -> None:
    callback_id = await due(desk, intake)
    assert (await desk.claims(callback_id)).status_code == 200
    readings = await intake.counts()
    refused = await desk.claims(callback_id, by="caller-2")
    assert refused.status_code == 409
    assert [mark for mark in MARKS if mark in refused.text] == []
    assert await intake.counts() == readings


async def test_of_an_anonymous_citizen_there_is_no_contact(desk: Desk, intake: IntakeDesk) -> None:
    callback_id = await due(desk, intake, contact={"anonymous": True, **CONTACT})
    answer = await desk.claims(callback_id)
    assert (answer.status_code, answer.json()["contact"]) == (200, {"name": None, "phone": None})


async def test_of_a_citizen_who_was_forgotten_there_is_no_contact_either(
    desk: Desk, intake: IntakeDesk
) -> None:
    callback_id = await due(desk, intake)
    async with intake.flat.store.work() as work:
        newest = (
            await work.connection.exec_driver_sql("SELECT max(case_id::text) FROM contacts")
        ).scalar_one()
        await work.contacts.anonymise([CaseId(UUID(newest))], at=NOON)
    answer = await desk.claims(callback_id)
    assert (answer.status_code, answer.json()["contact"]) == (200, {"name": None, "phone": None})


class Stranger:
    """An intake that is not itself: answers whatever it was told to."""

    def __init__(self, status: int, body: bytes) -> None:
        self.answer = Response(body, status, media_type="application/json")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.answer(scope, receive, send)


@pytest.mark.parametrize(
    "answer",
    [
        None,
        (503, b"{}"),
        (500, b"oops"),
        (401, b"{}"),
        (200, b"<html>"),
        (200, '{"name": ["记名某某"], "phone": "13987654321"}'.encode()),
    ],
    ids=["away", "busy", "broken", "distrustful", "no-json", "another-shape"],
)
async def test_while_intake_cannot_be_asked_the_claim_stands_and_the_caller_is_told_to_try_again(
    database: str,
    keys: Path,
    intake: IntakeDesk,
    desk: Desk,
    answer: tuple[int, bytes] | None,
    capfd: pytest.CaptureFixture[str],
) -> None:
    callback_id = await due(desk, intake)
    port = free_port()
    async with AsyncExitStack() as town:
        if answer is not None:
            await town.enter_async_context(served(Stranger(*answer), port))
        lonely = await town.enter_async_context(
            survey_desk(database, keys, intake=f"http://127.0.0.1:{port}")
        )
        refused = await lonely.claims(callback_id)
        assert (refused.status_code, refused.json()["reason"]) == (503, "contact_away")
        assert int(refused.headers["Retry-After"]) >= 1
        until = datetime.fromisoformat((await lonely.sees(callback_id))["claimed_until"])
        assert until == NOON + timedelta(minutes=30)
        assert (await lonely.claims(callback_id, by="caller-2")).status_code == 409
    told = capfd.readouterr()
    assert "contact_away" in told.out
    assert [mark for mark in MARKS if mark in told.out + told.err + refused.text] == []
    # Intake is back: the same caller asks again and has both.
    assert (await desk.claims(callback_id)).json()["contact"]["phone"] == "+8613987654321"


async def test_the_connections_to_intake_end_with_the_flat(database: str, keys: Path) -> None:
    async with survey_desk(database, keys) as desk:
        client = desk.flat.equipment.contacts.client
        assert not client.is_closed
    assert client.is_closed


async def test_personal_data_is_in_no_table_event_log_line_or_metric_of_survey(
    desk: Desk, intake: IntakeDesk, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    first, second = await due(desk, intake), await due(desk, intake)
    claimed = await desk.claims(first)
    assert "+8613987654321" in claimed.text
    await desk.tries(first, answers={**YES, "note": "电话原话"}, key="marked")
    await desk.answers(await desk.link(second), note="链接原话")
    await desk.tries(first, answers={**YES, "phone": "13987654321"})
    await desk.reads("messages", role="ops")
    tables = await desk.contents()
    lines = capfd.readouterr()
    assert "request" in lines.out
    told = [lines.out, lines.err, caplog.text, metrics.exposition().decode()]
    for mark in MARKS:
        assert [text for text in told if mark in text] == []
        assert {name for name, rows in tables.items() if any(mark in row for row in rows)} == set()
    # What a citizen said stays in survey's own rows, and there alone: where it is forgotten in time.
    for note in ("电话原话", "链接原话"):
        assert [text for text in told if note in text] == []
        assert {name for name, rows in tables.items() if any(note in row for row in rows)} == {"surveys"}
