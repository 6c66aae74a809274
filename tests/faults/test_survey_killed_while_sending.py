"""Survey is killed while messages are on their way: in the end each citizen was sent exactly one."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import Process
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from deploy.commands.topics import create_topics
from deploy.local.ports import free_port
from tests.integration.survey_desk import NOON, Desk, resolved, survey_desk
from tests.kit.city import FOLDER
from tests.kit.clock import DrivenClock
from tests.kit.flats import dsn_of
from tests.kit.gateway import Gateway, phone_book, phone_of
from tests.kit.people import eventually
from tests.kit.serving import served

pytestmark = pytest.mark.postgres
MANY, HELD_FROM = 50, 25
"""Messages go over twenty at a time: the kill falls into the second handful, with the first one committed."""


async def test_survey_killed_while_sending_sends_none_twice(
    database: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("survey-killed")
    async with survey_desk(database, folder) as desk:
        cases = [await desk.case() for _ in range(MANY)]
        await desk.hears(*(resolved(case_id) for case_id in cases))
        await create_topics("embedded", None, database, [desk.SERVICE])
        gateway = Gateway(desk.flat.equipment.signatures, holds_from=HELD_FROM)
        async with served(phone_book(), free_port()) as intake, served(gateway.app, free_port()) as url:
            clock = DrivenClock(folder / "clock", starts=NOON + timedelta(hours=1))
            told = _environment(desk, database, folder, intake, f"{url}/messages")
            survey = await _start(told)
            try:
                await eventually(lambda: _more(gateway, HELD_FROM), what="messages on their way")
                survey.send_signal(signal.SIGKILL)
                assert await survey.wait() == -signal.SIGKILL
                before = Counter(gateway.received)
                assert "queued" in (await _states(desk)).values()
                gateway.holds_from = None
                gateway.answers.set()
                survey = await _start(told)
                await eventually(lambda: _later(desk, clock), until=_all_sent, what="every message sent")
            finally:
                gateway.answers.set()
                if survey.returncode is None:
                    survey.send_signal(signal.SIGTERM)
                await survey.wait()
        after = Counter(gateway.received)
        again = {key for key in after if before[key] and after[key] > before[key]}
        assert again, "nothing was under way when survey died"
        keys = {f"{callback_id}:link" for callback_id in await _states(desk)}
        assert set(gateway.sent) == keys
        assert sorted(gateway.sent.values()) == sorted(phone_of(str(case_id)) for case_id in cases)
        assert len(gateway.texts) == len(set(gateway.texts)) == MANY


async def _more(gateway: Gateway, than: int) -> bool:
    return len(gateway.received) > than


async def _states(desk: Desk) -> dict[str, str]:
    rows = await desk.rows("SELECT callback_id, state FROM messages")
    return {str(row["callback_id"]): row["state"] for row in rows}


async def _later(desk: Desk, clock: DrivenClock) -> dict[str, str]:
    """A gateway that a slow machine let wait too long is asked again after a minute: let it come."""
    clock.passes(seconds=5)
    return await _states(desk)


def _all_sent(states: dict[str, str]) -> bool:
    return len(states) == MANY and set(states.values()) == {"sent"}


def _environment(desk: Desk, database: str, folder: Path, intake: str, gateway: str) -> dict[str, str]:
    return {
        **os.environ,
        "JIESU_DATABASE_URL": dsn_of(database, desk.SERVICE),
        "JIESU_BUS": "embedded",
        "JIESU_PORT": str(free_port()),
        "JIESU_CITY": str(FOLDER),
        "JIESU_JWKS": str(desk.issuer.jwks),
        "JIESU_KEYS": str(folder / desk.SERVICE),
        "JIESU_CLOCK_FILE": str(folder / "clock"),
        "JIESU_INTAKE_URL": intake,
        "JIESU_MESSAGE_GATEWAY_URL": gateway,
    }


async def _start(told: dict[str, str]) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "services.survey", env=told, stdout=asyncio.subprocess.DEVNULL
    )
