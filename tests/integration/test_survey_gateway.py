"""短信网关: messages go out signed and once, again later when it is busy, and never against a wish."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from deploy.local.ports import free_port
from services.survey.domain.signatures import Signatures
from services.survey.gateways import http_messenger
from shared.http.vault import vault_at
from shared.kernel.ids import CallbackId, CaseId
from shared.kernel.words import CallbackChannel, Language
from tests.integration.survey_desk import NIGHT, NOON, YES, Desk, survey_desk, withdrawn
from tests.kit.gateway import Gateway, phone_book, phone_of
from tests.kit.people import eventually
from tests.kit.serving import served

pytestmark = pytest.mark.postgres


@dataclass(frozen=True, slots=True)
class Town:
    desk: Desk
    gateway: Gateway

    async def state(self, callback_id: str, kind: str = "link") -> tuple[str, int]:
        (row,) = await self.desk.rows(
            "SELECT state, tries FROM messages WHERE callback_id = :id AND kind = :kind",
            id=UUID(callback_id),
            kind=kind,
        )
        return row["state"], row["tries"]


@pytest.fixture(scope="module")
async def house(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """Survey beside a gateway and a vault that answer on ports of this machine."""
    keys = tmp_path_factory.mktemp("survey-keys")
    async with (
        served(phone_book(), free_port()) as intake,
        survey_desk(database, keys, intake=intake) as desk,
    ):
        signatures: Signatures = desk.flat.equipment.signatures
        gateway = Gateway(signatures)
        async with served(gateway.app, free_port()) as url:
            equipment = desk.flat.equipment
            messenger = http_messenger(f"{url}/messages", signatures)
            made = type(equipment)(
                equipment.contacts, equipment.links, messenger, signatures, equipment.passes
            )
            desk.flat.equipment = desk.flat.store.equipment = made
            yield Town(desk, gateway)


@pytest.fixture
async def town(house: Town) -> Town:
    house.desk.clock.at = NOON
    house.desk.goes_by()
    house.gateway.status = 202
    await house.desk.sends()
    house.gateway.received.clear()
    house.gateway.sent.clear()
    house.gateway.texts.clear()
    house.gateway.languages.clear()
    return house


async def test_who_is_to_be_asked_in_english_is_written_to_and_called_in_english(town: Town) -> None:
    callback_id = await town.desk.callback(await town.desk.case(language=Language.ENGLISH))
    await town.desk.sends()
    assert "Your request" in town.gateway.texts[0]
    assert town.gateway.languages == ["en"]
    rang = (await town.desk.claims(callback_id, inbound=True)).json()
    assert rang["language"] == "en"


async def test_a_message_is_handed_over_once_with_the_phone_of_this_moment(town: Town) -> None:
    case_id = await town.desk.case()
    callback_id = await town.desk.callback(case_id)
    assert await town.desk.sends() == 1
    assert town.gateway.sent == {f"{callback_id}:link": phone_of(str(case_id))}
    assert town.desk.flat.equipment.links.url(CallbackId(UUID(callback_id))) in town.gateway.texts[0]
    assert town.gateway.languages == ["zh-CN"]
    # With a citizen's link anybody could answer for him.
    shown = await town.desk.message(callback_id)
    assert (shown["text"], shown["url"]) == (None, None)
    assert await town.state(callback_id) == ("sent", 1)
    assert await town.desk.sends() == 0
    phone = phone_of(str(case_id))[3:]
    assert [
        name for name, rows in (await town.desk.contents()).items() if any(phone in row for row in rows)
    ] == []


async def test_a_busy_gateway_is_asked_again_after_a_while(town: Town) -> None:
    callback_id = await town.desk.callback()
    town.gateway.status = 503
    assert await town.desk.sends() == 1
    assert await town.state(callback_id) == ("queued", 1)
    assert await town.desk.sends() == 0
    town.gateway.status = 202
    town.desk.clock.passes(minutes=1)
    assert await town.desk.sends() == 1
    assert await town.state(callback_id) == ("sent", 2)
    assert town.gateway.received == [f"{callback_id}:link"] * 2
    assert len(town.gateway.sent) == 1


@pytest.mark.parametrize(
    ("status", "state"), [(422, "failed"), (429, "queued"), (401, "queued"), (302, "queued")]
)
async def test_what_a_gateway_says_of_the_message_is_for_good_all_else_is_for_now(
    town: Town, status: int, state: str
) -> None:
    callback_id = await town.desk.callback()
    town.gateway.status = status
    await town.desk.sends()
    assert await town.state(callback_id) == (state, 1)


async def test_while_intake_cannot_be_asked_the_message_waits(town: Town) -> None:
    callback_id = await town.desk.callback()
    whole = town.desk.flat.store.equipment
    settings = town.desk.flat.settings
    away = vault_at(
        "http://127.0.0.1:9",
        settings.service_key,
        service="survey",
        purpose="callback",
        issuer="x",
        audience="x",
    )
    town.desk.flat.store.equipment = type(whole)(
        away, whole.links, whole.messenger, whole.signatures, whole.passes
    )
    try:
        await town.desk.sends()
    finally:
        town.desk.flat.store.equipment = whole
        await away.aclose()
    assert (await town.state(callback_id), town.gateway.received) == (("queued", 1), [])


async def test_what_arrived_though_survey_never_wrote_that_it_was_taken_was_sent(town: Town) -> None:
    callback_id = await town.desk.callback()
    while await town.desk.rings("send_links"):
        pass
    told = await town.desk.tells(
        "deliveries", event_id=f"d-{callback_id}", callback_id=callback_id, kind="sms", status="delivered"
    )
    assert told.json() == {"outcome": "taken"}
    message = await town.desk.message(callback_id)
    assert (message["state"], datetime.fromisoformat(message["sent_at"])) == ("delivered", NOON)
    assert await town.desk.sends() == 0


async def test_what_arrived_is_written_down_while_the_gateway_lets_another_message_wait(town: Town) -> None:
    """It waited for the whole batch, with a connection that everybody else was short of."""
    quick, slow = await town.desk.callback(), await town.desk.callback()
    town.gateway.holds_from = 1

    async def handed_over() -> list[str]:
        return list(town.gateway.received)

    sending = asyncio.create_task(town.desk.sends())
    try:
        keys = await eventually(handed_over, until=lambda keys: len(keys) == 2, what="both handed over")
        first = keys[0].removesuffix(":link")
        told = {"event_id": f"d-{first}", "callback_id": first, "kind": "sms", "status": "delivered"}
        answer = await town.desk.tells("deliveries", **told)
        assert not sending.done()
        assert (answer.status_code, await town.state(first)) == (200, ("delivered", 0))
    finally:
        town.gateway.answers.set()
        assert await sending == 2
        town.gateway.holds_from = None
        town.gateway.answers.clear()
    assert await town.state(first) == ("delivered", 1)
    (other,) = {quick, slow} - {first}
    assert await town.state(other) == ("sent", 1)


async def test_who_answered_before_the_message_went_is_sent_nothing(town: Town) -> None:
    answered, gone = await town.desk.callback(), await town.desk.case()
    withdrawn_later = await town.desk.callback(gone)
    while await town.desk.rings("send_links"):
        pass
    await town.desk.tries(answered, inbound=True, answers=YES)
    await town.desk.hears(withdrawn(CaseId(gone)))
    await town.desk.sends()
    assert town.gateway.received == []
    assert await town.state(answered) == await town.state(withdrawn_later) == ("dropped", 0)


async def test_nothing_is_sent_at_night_though_it_was_queued_by_day(town: Town) -> None:
    callback_id = await town.desk.callback()
    while await town.desk.rings("send_links"):
        pass
    town.desk.clock.at = NIGHT
    assert await town.desk.rings("hand_over_messages") == 0
    town.desk.clock.passes(hours=10)
    assert await town.desk.sends() >= 1
    assert await town.state(callback_id) == ("sent", 1)


async def test_where_the_city_wants_it_a_machine_calls_and_says_which_keys_to_press(town: Town) -> None:
    town.desk.goes_by(messages=(CallbackChannel.LINK, CallbackChannel.IVR))
    callback_id = await town.desk.callback()
    town.desk.clock.passes(seconds=1)
    assert await town.desk.sends() == 2
    assert set(town.gateway.sent) == {f"{callback_id}:link", f"{callback_id}:ivr"}
    assert any("不满意请按3" in text for text in town.gateway.texts)
    town.desk.clock.passes(minutes=5)
    pressed = await town.desk.tells("keys", event_id=f"e-{callback_id}", callback_id=callback_id, keys="111")
    assert pressed.json() == {"outcome": "taken"}
    assert (await town.desk.sees(callback_id))["channel"] == "ivr"
    # The gateway counts deliveries apart: the same id there is another event, and only once.
    told = {"event_id": f"e-{callback_id}", "callback_id": callback_id, "kind": "sms", "status": "delivered"}
    outcomes = [(await town.desk.tells("deliveries", **told)).json()["outcome"] for _ in range(2)]
    assert outcomes == ["taken", "ignored"]


async def test_who_said_when_he_would_be_called_is_called_by_no_machine_before(town: Town) -> None:
    town.desk.goes_by(messages=(CallbackChannel.LINK, CallbackChannel.IVR))
    callback_id = await town.desk.callback()
    while await town.desk.rings("send_links"):
        pass
    await town.desk.holds(callback_id)
    until = town.desk.clock.now() + timedelta(hours=5)
    assert (
        await town.desk.tries(callback_id, missed="put_off", call_at=until.isoformat())
    ).status_code == 201
    for _ in range(2):
        await town.desk.sends()
        assert set(town.gateway.sent) == {f"{callback_id}:link"}
        town.desk.clock.at = until


async def test_a_gateway_that_is_away_is_a_busy_one(town: Town) -> None:
    callback_id = await town.desk.callback()
    whole = town.desk.flat.store.equipment
    nowhere = http_messenger(f"http://127.0.0.1:{free_port()}/messages", whole.signatures)
    town.desk.flat.store.equipment = type(whole)(
        whole.contacts, whole.links, nowhere, whole.signatures, whole.passes
    )
    try:
        await town.desk.sends()
    finally:
        town.desk.flat.store.equipment = whole
        await nowhere.aclose()
    assert await town.state(callback_id) == ("queued", 1)
    town.desk.clock.at += timedelta(minutes=1)
    await town.desk.sends()
    assert await town.state(callback_id) == ("sent", 2)
