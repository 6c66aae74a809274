"""网格上报 at intake: an escalated incident becomes one case, however often and late it is told."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.intake import handlers
from services.intake.app import SERVICE
from services.intake.domain.commands import RegisterIncident
from services.intake.domain.errors import IncidentUnderWay
from shared.events.grid import IncidentEscalated
from shared.events.router import CaseWithdrawn
from shared.files.errors import ObjectsAway
from shared.files.media import Measured
from shared.files.objects import Objects, fresh_name
from shared.kernel.ids import CategoryCode, IncidentId, UnitCode, new_id
from shared.observability import metrics
from shared.sealing.ring import SealBroken, load_ring
from shared.service import flat_of, let_go
from shared.store import engine
from shared.ticker import Ticker
from tests.integration.intake_desk import NOON, Desk, desk, house
from tests.kit.media import a_jpeg

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
COMMUNITY = UnitCode("110115009006")
WORDS = {
    "text": "路灯倾斜",
    "address": "安四路北口",
    "lng": 116.339,
    "lat": 39.718,
    "places": [{"unit": COMMUNITY, "role": "site"}],
}
OF_INCIDENT = "SELECT * FROM cases WHERE incident_id = :id"


def escalated(desk: Desk, *, bound_to: UUID | None = None, photos: tuple[str, ...] = ()) -> IncidentEscalated:
    """What grid would say."""
    incident_id = IncidentId(new_id())
    plain = json.dumps(WORDS, ensure_ascii=False).encode()
    sealed = load_ring(desk.settings.incidents_ring).seal(
        plain, context=f"incident:{bound_to or incident_id}"
    )
    return IncidentEscalated(
        incident_id=incident_id,
        unit=COMMUNITY,
        place=COMMUNITY,
        category=CategoryCode("street_lamp"),
        recorded_at=NOON,
        sealed_words=sealed,
        photos=photos,
    )


async def of_grid(desk: Desk, *contents: bytes) -> tuple[str, ...]:
    """Photos as grid has them in the store that both write to."""
    objects: Objects = desk.flat.equipment.objects
    names = tuple(fresh_name() for _ in contents)
    for name, content in zip(names, contents, strict=True):
        await objects.put(name, iter([content]))
    return names


def stored(desk: Desk) -> set[str]:
    folder = Path(desk.settings.objects)
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


async def case_of(desk: Desk, fact: IncidentEscalated) -> dict[str, Any]:
    (case,) = await desk.rows(OF_INCIDENT, id=fact.incident_id)
    return case


async def listed(desk: Desk, fact: IncidentEscalated) -> list[dict[str, Any]]:
    """The attachments of the incident's case, as the desk reads them."""
    asked = {"case_id": str((await case_of(desk, fact))["case_id"])}
    answer = await desk.client.get("/v1/attachments", params=asked, headers=desk.token("dispatcher"))
    return list(answer.json()["items"])


async def test_an_escalated_incident_is_registered_with_its_words_under_the_ring_router_has(
    desk: Desk,
) -> None:
    fact = escalated(desk)
    await desk.hears(fact)
    (case,) = await desk.rows(OF_INCIDENT, id=fact.incident_id)
    assert (case["channel"], case["kind"], case["category"]) == ("grid", "report", "street_lamp")
    assert (case["proactive"], case["anonymous"], case["has_phone"]) == (True, False, False)
    (said,) = await desk.said(case["case_id"])
    assert said["payload"]["incident_id"] == str(fact.incident_id)
    ring = load_ring(desk.settings.words_ring)
    context = f"case:{case['case_id']}"
    words = json.loads(ring.open(said["payload"]["sealed_words"], context=context))
    assert words == {**WORDS, "tracking_number": case["tracking_number"]}
    assert await desk.rows("SELECT * FROM contacts WHERE case_id = :id", id=case["case_id"]) == []


async def test_told_again_at_once_or_after_the_inbox_forgot_it_it_is_the_same_case(desk: Desk) -> None:
    fact = escalated(desk)
    record, other_record = desk.envelope(fact), desk.envelope(fact)
    await desk.delivers([record, record])
    await desk.delivers([record, other_record])
    async with desk.flat.store.work() as work:
        await work.connection.exec_driver_sql("DELETE FROM inbox")
    await desk.delivers([other_record, record])
    assert len(await desk.rows(OF_INCIDENT, id=fact.incident_id)) == 1


async def test_two_in_one_batch_are_one_case(desk: Desk) -> None:
    fact = escalated(desk)
    await desk.delivers([desk.envelope(fact), desk.envelope(fact)])
    (case,) = await desk.rows(OF_INCIDENT, id=fact.incident_id)
    assert await desk.told(case["case_id"]) == ["case.registered"]


async def test_two_processes_at_one_moment_register_one_and_the_other_starts_again(desk: Desk) -> None:
    fact = escalated(desk)
    command = RegisterIncident(fact.incident_id, fact.category, fact.sealed_words)
    both = asyncio.Barrier(2)

    async def one() -> None:
        async with desk.flat.store.work() as work:
            await handlers.register_incident(work, command)
            await both.wait()

    ended = await asyncio.gather(one(), one(), return_exceptions=True)
    assert sorted(type(each) for each in ended if each is not None) == [IncidentUnderWay]
    await desk.hears(fact)
    assert len(await desk.rows(OF_INCIDENT, id=fact.incident_id)) == 1


async def test_words_sealed_for_another_incident_register_nothing(desk: Desk) -> None:
    fact = escalated(desk, bound_to=new_id())
    with pytest.raises(SealBroken):
        await desk.hears(fact)
    assert await desk.rows(OF_INCIDENT, id=fact.incident_id) == []


async def test_its_photos_become_attachments_of_the_case_and_outlive_grid_s_own(desk: Desk) -> None:
    before = stored(desk)
    origins = await of_grid(desk, a_jpeg(), a_jpeg(size=(32, 32)))
    fact = escalated(desk, photos=origins)
    await desk.hears(fact)
    assert await listed(desk, fact) == []
    assert [await desk.rings("copy_photos") for _ in range(3)] == [1, 1, 0]
    for origin in origins:
        await desk.flat.equipment.objects.remove(origin)
    shown = await listed(desk, fact)
    assert [(one["media_type"], one["width"]) for one in shown] == [("image/jpeg", 64), ("image/jpeg", 32)]
    headers = desk.token("dispatcher")
    link = await desk.client.post(f"/v1/attachments/{shown[0]['attachment_id']}/links", headers=headers)
    assert len((await desk.client.get(link.json()["url"])).content) == shown[0]["bytes"]
    assert len(stored(desk) - before) == 2
    # Nobody may lay them to another case, and no clock takes them for idle uploads.
    desk.clock.at += timedelta(days=2)
    assert (await desk.rings("condemn_uploads"), await desk.rings("remove_uploads")) == (0, 0)


async def test_told_again_its_photos_are_copied_once(desk: Desk) -> None:
    fact = escalated(desk, photos=await of_grid(desk, a_jpeg()))
    await desk.delivers([desk.envelope(fact), desk.envelope(fact)])
    assert await desk.rings("copy_photos") == 1
    async with desk.flat.store.work() as work:
        await work.connection.exec_driver_sql("DELETE FROM inbox")
    await desk.hears(fact, again=1)
    assert await desk.rings("copy_photos") == 0
    assert len(await listed(desk, fact)) == 1


async def test_a_photo_that_is_not_there_is_told_to_ops_and_the_case_has_the_others(
    desk: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    there, broken = await of_grid(desk, a_jpeg(), b"no picture")
    fact = escalated(desk, photos=(gone := fresh_name(), broken, there))
    await desk.hears(fact)
    assert [await desk.rings("copy_photos") for _ in range(3)] == [1, 1, 1]
    assert len(await listed(desk, fact)) == 1
    lines = [line for line in capfd.readouterr().out.splitlines() if "photo lost" in line]
    case_id = str((await case_of(desk, fact))["case_id"])
    told = zip(lines, ((gone, "no_such_file"), (broken, "unknown_content")), strict=True)
    for line, (origin, reason) in told:
        assert [word for word in (origin, reason, case_id) if word not in line] == []
        assert f'jiesu_photos_lost_total{{reason="{reason}"}}' in metrics.exposition().decode()
    assert await desk.rings("copy_photos") == 0


async def test_while_the_store_is_away_the_case_is_there_and_its_photos_wait(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = escalated(desk, photos=await of_grid(desk, a_jpeg()))
    await desk.hears(fact)

    async def away(_name: str, _content: object) -> None:
        raise ObjectsAway

    with monkeypatch.context() as broken, pytest.raises(ObjectsAway):
        broken.setattr(desk.flat.equipment.objects, "put", away)
        await desk.rings("copy_photos")
    assert await listed(desk, fact) == []
    assert await desk.rings("copy_photos") == 1
    assert len(await listed(desk, fact)) == 1


async def test_many_photos_of_a_slow_store_are_copied_before_the_database_ends_the_knock(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "ABANDONED", 1.0)
    flat = flat_of(SERVICE, desk.settings, clock=desk.clock, city=desk.flat.city)
    copy = flat.equipment.objects.copy

    async def slow(origin: str, name: str) -> Measured:
        await asyncio.sleep(0.5)
        return await copy(origin, name)

    monkeypatch.setattr(flat.equipment.objects, "copy", slow)
    fact = escalated(desk, photos=await of_grid(desk, *(a_jpeg() for _ in range(4))))
    await desk.hears(fact)
    (timer,) = [timer for timer in SERVICE.ticks if timer.name == "copy_photos"]
    while await Ticker(flat.store, ()).ring(timer):
        pass
    assert len(await listed(desk, fact)) == 4
    await let_go(flat)


async def test_killed_between_copy_and_commit_it_leaves_nothing_of_nobody(desk: Desk) -> None:
    fact = escalated(desk, photos=await of_grid(desk, a_jpeg()))
    await desk.hears(fact)
    before = stored(desk)
    with pytest.raises(KeyboardInterrupt):
        async with desk.flat.store.work() as work:
            await handlers.copy_photos(work)
            raise KeyboardInterrupt
    (copy,) = stored(desk) - before
    assert await desk.rings("copy_photos") == 1
    assert stored(desk) - before == {copy}
    assert len(await listed(desk, fact)) == 1


async def test_forgetting_the_case_removes_its_copies_and_never_grid_s_own(desk: Desk) -> None:
    early, late = [escalated(desk, photos=await of_grid(desk, a_jpeg())) for _ in range(2)]
    before = stored(desk)
    await desk.hears(early)
    await desk.rings("copy_photos")
    await desk.hears(late)
    for fact in (early, late):
        await desk.hears(CaseWithdrawn(case_id=(await case_of(desk, fact))["case_id"]))
    desk.clock.at += timedelta(days=365)
    assert await desk.rings("anonymise") == 2
    # What was to be copied all the time is not laid to a case that nobody may know any more.
    assert (await desk.rings("copy_photos"), await desk.rings("remove_uploads")) == (1, 1)
    assert (await listed(desk, early), await listed(desk, late)) == ([], [])
    assert stored(desk) == before
