"""换钥 on a real Postgres: keys are turned beside a running intake, values sealed anew, old keys retired."""

import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import UUID

import pytest

from deploy.commands import vault
from deploy.local.key_folders import files_of, prepare_keys
from services.intake.store.resealing import Progress, counts, reseal
from shared.events.router import CaseAnswered
from shared.kernel.ids import CaseId, new_id
from shared.sealing.ring import KeyRing, key_of, load_ring
from shared.sealing.turning import (
    SETTLED_AFTER,
    KeyIsWriting,
    KeyJustTurned,
    KeyStillUsed,
    NoSuchKey,
    turn,
)
from tests.integration.intake_desk import NOON, Desk, Receipt, intake_desk
from tests.kit.flats import dsn_of

pytestmark = pytest.mark.postgres
TABLES = ("cases", "contacts", "timeline", "proposals", "idempotency")
WAITING = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE%'"
CONTACT = {"name": "张三", "phone": "13812345678"}
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with intake_desk(database, tmp_path_factory.mktemp("state") / "keys") as made:
        async with made.flat.store.work() as work:
            await work.connection.exec_driver_sql(f"TRUNCATE {', '.join(TABLES)}")
        made.clock.at = NOON
        yield made


async def furnished(desk: Desk, many: int = 5) -> list[Receipt]:
    """Contacts, kept answers and an answer of the desk's own, all under the first key."""
    found = []
    for number in range(many):
        answer = await desk.reports(
            kind="help", contact=CONTACT, headers={"Idempotency-Key": f"kept-{number}"}
        )
        told = answer.json()
        found.append(Receipt(told["case_id"], told["tracking_number"], told["access_code"]))
    url = f"/v1/cases/{found[0].case_id}/answer"
    told = await desk.client.post(url, json={"text": "张三先生，您好。"}, headers=desk.token("dispatcher"))
    assert told.status_code == 202
    case_id = CaseId(UUID(found[0].case_id))
    asked = await desk.rows("SELECT asked_by FROM proposals WHERE case_id = :case_id", case_id=case_id)
    await desk.hears(CaseAnswered(case_id=case_id), because=asked[0]["asked_by"])
    return found


async def writes(desk: Desk, statement: str, *values: object) -> None:
    async with desk.flat.store.work() as work:
        await work.connection.exec_driver_sql(statement, values)


async def used(desk: Desk) -> dict[str, int]:
    async with desk.flat.store.read() as connection:
        return await counts(connection)


def turns(desk: Desk) -> str:
    """Turn the ring, and have the service look at it."""
    fresh = turn([desk.settings.vault_ring], at=desk.clock.now())
    notices(desk)
    return fresh


def notices(desk: Desk) -> None:
    """The service has noticed a turn when it opened something of the new key."""
    ring = load_ring(desk.settings.vault_ring)
    case_id = CaseId(new_id())
    sealed = ring.seal(b"A", context=f"receipt:{case_id}")
    assert desk.flat.equipment.vault.open_code(case_id, sealed) == "A"
    assert desk.flat.equipment.vault.writing_key == ring.current


def jiesu(desk: Desk, database: str, *words: str) -> "subprocess.Popen[str]":
    """An operator's command, as a process of its own beside the running service."""
    told = {name: text for name, text in os.environ.items() if not name.startswith("JIESU_")}
    told |= {
        "JIESU_DATABASE_URL": dsn_of(database, "intake"),
        "JIESU_BUS": "embedded",
        "JIESU_KEYS": str(desk.keys / "intake"),
        "JIESU_JWKS": str(desk.keys / "jwks.json"),
        "JIESU_OBJECTS": str(desk.keys / "objects"),
        "JIESU_STATE": str(desk.keys.parent),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.cli", "vault", *words],
        env=told,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def done(started: "subprocess.Popen[str]") -> tuple[int, str, str]:
    said, complained = started.communicate(timeout=120)
    return started.returncode, said, complained


async def all_open(desk: Desk, receipts: Sequence[Receipt]) -> None:
    """Every contact, kept answer and desk's answer opens as before, and is found by its phone."""
    for number, receipt in enumerate(receipts):
        body = {"case_id": receipt.case_id, "purpose": "callback"}
        read = await desk.client.post("/v1/contact-readings", json=body, headers=desk.survey())
        assert (read.status_code, read.json()["phone"]) == (200, "+8613812345678")
        headers = {"Idempotency-Key": f"kept-{number}"}
        again = await desk.reports(kind="help", contact=CONTACT, headers=headers)
        assert again.json()["access_code"] == receipt.code
    assert (await desk.follows(receipts[0])).json()["answer"] == "张三先生，您好。"
    wanted = {"phone": CONTACT["phone"], "purpose": "inquiry"}
    found = await desk.client.post("/v1/cases:by-phone", json=wanted, headers=desk.token("dispatcher"))
    shown = {item["tracking_number"] for item in found.json()["items"]}
    assert shown == {receipt.number for receipt in receipts}


async def test_everything_is_sealed_anew_and_opens_as_before(desk: Desk) -> None:
    receipts = await furnished(desk)
    assert await used(desk) == {"k1": 16}
    fresh = turns(desk)
    told: list[Progress] = []
    assert await reseal(desk.flat.store, at_once=2, tell=told.append) == Progress(done=16)
    assert await used(desk) == {fresh: 16}
    assert [one.done for one in told] == sorted(one.done for one in told)
    await all_open(desk, receipts)
    assert await reseal(desk.flat.store) == Progress()


async def test_a_run_that_is_stopped_ends_after_its_batch_and_the_next_goes_on(desk: Desk) -> None:
    receipts = await furnished(desk)
    fresh = turns(desk)
    told: list[Progress] = []
    first = await reseal(desk.flat.store, at_once=2, tell=told.append, stopped=lambda: len(told) >= 2)
    assert first == Progress(done=8)
    assert await used(desk) == {"k1": 8, fresh: 8}
    await all_open(desk, receipts)
    assert await reseal(desk.flat.store, at_once=2) == Progress(done=8)
    assert await used(desk) == {fresh: 16}


async def test_what_opens_under_no_key_is_left_and_told_and_stops_nothing(desk: Desk) -> None:
    receipts = await furnished(desk)
    fresh = turns(desk)
    spoil = "UPDATE contacts SET sealed_phone = 'k1.AAAA' WHERE case_id = $1"
    await writes(desk, spoil, receipts[2].case_id)
    assert await reseal(desk.flat.store, at_once=2) == Progress(done=14, unreadable=1)
    assert await used(desk) == {"k1": 2, fresh: 14}


async def test_a_service_that_has_the_old_ring_reads_what_is_sealed_with_the_new_key(desk: Desk) -> None:
    receipts = await furnished(desk, many=1)
    path = desk.settings.vault_ring
    fresh = turn([path], at=NOON)
    # Another replica noticed the turn before this one did.
    ring = load_ring(path)
    (row,) = await desk.rows("SELECT * FROM contacts")
    context = f"contacts.phone:{receipts[0].case_id}"
    anew = ring.seal(ring.open(row["sealed_phone"], context=context), context=context)
    await writes(desk, "UPDATE contacts SET sealed_phone = $1", anew)
    assert key_of(anew) == fresh
    await all_open(desk, receipts)


async def test_the_operator_s_way_from_rotating_to_retiring(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    receipts, path = await furnished(desk), desk.settings.vault_ring
    capsys.readouterr()
    await vault.turn_ring(desk.flat, [path], prepare=False)
    fresh = load_ring(path).current
    notices(desk)
    await vault.seal_anew(desk.flat)
    await vault.look(desk.flat)
    assert capsys.readouterr().out.splitlines() == [
        f"{fresh} seals from now on",
        f"16 of 16 values sealed anew with {fresh}",
        "k1             0 values",
        f"{fresh}            16 values seals",
    ]
    for key, why in (("k9", NoSuchKey), (fresh, KeyIsWriting), ("k1", KeyJustTurned)):
        with pytest.raises(why):
            await vault.take_off(desk.flat, key)
    desk.clock.at = NOON + SETTLED_AFTER
    # A replica that had slept wrote with the old key after all.
    late = KeyRing("k1", load_ring(path).keys).seal(b"x", context="x")
    await writes(desk, "UPDATE contacts SET sealed_name = $1 WHERE case_id = $2", late, receipts[0].case_id)
    with pytest.raises(KeyStillUsed):
        await vault.take_off(desk.flat, "k1")
    await writes(desk, "UPDATE contacts SET sealed_name = NULL WHERE case_id = $1", receipts[0].case_id)
    await vault.take_off(desk.flat, "k1")
    assert list(load_ring(path).keys) == [fresh]
    await all_open(desk, receipts)


async def test_ctrl_c_ends_after_the_batch_and_says_how_to_go_on(desk: Desk, database: str) -> None:
    await furnished(desk)
    fresh = turns(desk)
    async with desk.flat.store.work() as work:
        # The command waits for this row in the middle of its first batch: time to press the keys.
        await work.connection.exec_driver_sql("SELECT * FROM contacts FOR UPDATE")
        running = jiesu(desk, database, "reseal")
        waiting = (
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%FOR UPDATE%'"
        )
        while not await desk.rows(waiting):
            assert running.poll() is None, running.communicate()
            # The database ends a transaction that says nothing for longer than a process may take to start.
            await work.connection.exec_driver_sql("SELECT 1")
        running.send_signal(signal.SIGINT)
    code, said, complained = done(running)
    assert (code, said) == (130, f"10 of 16 values sealed anew with {fresh}\n")
    assert complained == "stopped; `jiesu vault reseal` goes on from here\n"
    assert await used(desk) == {"k1": 6, fresh: 10}
    assert await reseal(desk.flat.store) == Progress(done=6)


async def test_a_key_nobody_has_is_refused_at_the_terminal_by_name(desk: Desk, database: str) -> None:
    code, _, complained = done(jiesu(desk, database, "retire", "k9"))
    assert (code, complained) == (1, "no_such_key: the ring has no key k9; it has k1\n")


async def test_a_shared_ring_turns_in_every_holder_s_folder(desk: Desk) -> None:
    for ring in ("words", "incidents"):
        files = files_of(desk.keys, ring)
        await vault.turn_ring(desk.flat, files, prepare=True)
        laid = next(reversed(load_ring(files[0]).keys))
        assert {load_ring(path).current for path in files} == {"k1"}
        await vault.turn_ring(desk.flat, files, prepare=False)
        assert {load_ring(path).current for path in files} == {laid}
        # What makes missing keys finds nothing to do: no copy is older than the first.
        before = [path.read_bytes() for path in files]
        prepare_keys(desk.keys, ["intake", "router", "grid"])
        assert [path.read_bytes() for path in files] == before
    assert (await desk.registers(contact=CONTACT)).case_id
