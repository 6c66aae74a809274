"""事件 over HTTP on a real Postgres: reported, handled, escalated; sent again; seen by whom it concerns."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from shared.events.intake import CaseRegistered
from shared.kernel.ids import CaseId, IncidentId, new_id
from shared.kernel.words import Channel, Kind
from shared.sealing.ring import load_ring
from tests.integration.grid_desk import Desk, desk, house
from tests.kit.whistles import BLOWN_AT, DAXING, DONGHUASHI, GUANYINSI, GUANYINSI_COMMUNITY, SITE

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
TEXT, EVIDENCE, ADDRESS = "路灯倾斜，快倒了", "已扶正并加固", "安四路北口"


def worker(desk: Desk, unit: str = GUANYINSI_COMMUNITY) -> dict[str, str]:
    return desk.token("grid_worker", unit=unit)


async def reports(desk: Desk, *, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    body = {
        "category": "street_lamp",
        "text": TEXT,
        "place": {"lng": SITE.lng, "lat": SITE.lat, "address": ADDRESS},
        **more,
    }
    sent = {**worker(desk), **(headers or {})}
    return await desk.client.post("/v1/incidents", json=body, headers=sent)


async def reported(desk: Desk, **more: Any) -> str:
    answer = await reports(desk, **more)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["incident_id"])


async def asks(desk: Desk, incident_id: str, move: str, *, by: str = GUANYINSI_COMMUNITY) -> httpx.Response:
    body = {"evidence": EVIDENCE} if move == "handle" else None
    headers = {**worker(desk, by), "If-Match": "*"}
    return await desk.client.post(f"/v1/incidents/{incident_id}/{move}", headers=headers, json=body)


async def test_reported_handled_and_read_again(desk: Desk) -> None:
    answer = await reports(desk, recorded_at="2026-03-02T08:40:00+08:00")
    incident = answer.json()
    incident_id = incident["incident_id"]
    assert answer.headers["location"] == f"/v1/incidents/{incident_id}"
    assert (answer.headers["etag"], incident["state"]) == ('"1"', "reported")
    done = await asks(desk, incident_id, "handle")
    assert (done.status_code, done.json()["state"], done.headers["etag"]) == (200, "handled", '"2"')
    seen = (await desk.reads(f"incidents/{incident_id}", by=GUANYINSI)).json()
    assert (seen["text"], seen["evidence"], seen["unit_name"]) == (TEXT, EVIDENCE, "观音寺社区居委会")
    assert seen["place"] == {
        "unit": GUANYINSI_COMMUNITY,
        "unit_name": "观音寺社区居委会",
        "address": ADDRESS,
        "spot": {"lng": SITE.lng, "lat": SITE.lat},
    }
    assert await desk.told(incident_id) == ["incident.reported", "incident.handled"]
    assert {fact["topic"] for fact in await desk.said(incident_id)} == {"jiesu.grid"}


async def test_what_a_terminal_sends_again_is_the_same_incident(desk: Desk) -> None:
    mine = str(new_id())
    told = {"incident_id": mine, "recorded_at": "2026-03-02T08:40:00+08:00"}
    answers = await asyncio.gather(*(reports(desk, **told) for _ in range(4)))
    assert [answer.status_code for answer in answers] == [201] * 4
    for _ in range(2):
        assert (await asks(desk, mine, "handle")).json()["version"] == 2
    assert await desk.told(mine) == ["incident.reported", "incident.handled"]
    other = await reports(desk, **told, text="井盖缺失")
    assert (other.status_code, other.json()["reason"]) == (409, "incident_id_taken")


async def test_escalated_once_and_not_handled_after_it(desk: Desk) -> None:
    incident_id = await reported(desk)
    for _ in range(2):
        assert (await asks(desk, incident_id, "escalate")).json()["state"] == "escalated"
    refused = await asks(desk, incident_id, "handle")
    assert (refused.status_code, refused.json()["reason"]) == (409, "move_not_allowed")
    assert await desk.told(incident_id) == ["incident.reported", "incident.escalated"]


async def test_which_case_it_became_is_shown_once_intake_has_said_so(desk: Desk) -> None:
    incident_id, case_id = await reported(desk), CaseId(new_id())
    await asks(desk, incident_id, "escalate")
    registered = CaseRegistered(
        case_id=case_id,
        channel=Channel.GRID,
        kind=Kind.REPORT,
        sealed_words="k1.x",
        has_phone=False,
        incident_id=IncidentId(incident_id),
    )
    ours = registered.model_copy(update={"incident_id": IncidentId(new_id())})
    await desk.hears(CaseRegistered.model_validate_json(registered.model_dump_json()), ours, again=1)
    seen = (await desk.reads(f"incidents/{incident_id}", by=GUANYINSI_COMMUNITY)).json()
    assert seen["case_id"] == str(case_id)


async def test_what_was_said_lies_and_leaves_sealed_and_grid_has_no_key_to_citizens_words(desk: Desk) -> None:
    incident_id = await reported(desk, headers={"Idempotency-Key": "sealed-1"})
    await asks(desk, incident_id, "handle")
    other = await reported(desk)
    await asks(desk, other, "escalate")
    for table, values in (await desk.contents()).items():
        found = [mark for mark in (TEXT, EVIDENCE, ADDRESS, str(SITE.lng)) if mark in " ".join(values)]
        assert found == [], table
    (fact,) = [one for one in await desk.said(other) if one["type"] == "jiesu.incident.escalated.v1"]
    ring = load_ring(desk.keys / "grid" / "incidents.json")
    told = ring.open(fact["payload"]["sealed_words"], context=f"incident:{other}").decode()
    assert TEXT in told
    assert sorted(path.name for path in (desk.keys / "grid").iterdir()) == [
        "cursor.key",
        "idempotency.key",
        "incidents.json",
    ]


async def test_others_see_none_and_those_above_look_on(desk: Desk) -> None:
    incident_id = await reported(desk)
    assert (await desk.reads(f"incidents/{incident_id}", by=DONGHUASHI)).status_code == 404
    assert (await desk.reads(f"incidents/{incident_id}", by=DAXING)).status_code == 200
    assert (await desk.reads(f"incidents/{incident_id}", by=None, role="dispatcher")).status_code == 200
    assert (await desk.reads(f"incidents/{incident_id}", by=None, role="citizen")).status_code == 403
    assert (await asks(desk, incident_id, "handle", by=DONGHUASHI)).status_code == 404
    above = await asks(desk, incident_id, "handle", by=DAXING)
    assert (above.status_code, above.json()["reason"]) == (403, "not_your_incident")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"incident_id": "0195000a-0000-4000-8000-000000000001"}, "incident_id"),
        ({"category": "no.such"}, "category"),
        ({"place": {}}, "place"),
        ({"place": {"lng": 120.0, "lat": 39.9}}, "place.lng"),
        ({"place": {"lng": 116.3}}, "place.lat"),
        ({"place": {"unit": "nobody"}}, "place.unit"),
        ({"recorded_at": "2031-01-01T00:00:00+08:00"}, "recorded_at"),
        ({"recorded_at": "2026-03-02T08:40:00"}, "recorded_at"),
        ({"text": "   "}, "text"),
        ({"phone": "13800001234"}, "phone"),
    ],
)
async def test_a_wrong_report_names_its_field_and_leaves_nothing(
    desk: Desk, wrong: dict[str, Any], field: str
) -> None:
    before = await desk.counts()
    answer = await reports(desk, **wrong)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert await desk.counts() == before


async def test_a_change_names_the_version_it_saw(desk: Desk) -> None:
    incident_id = await reported(desk)
    url = f"/v1/incidents/{incident_id}/escalate"
    assert (await desk.client.post(url, headers=worker(desk))).status_code == 428
    stale = {**worker(desk), "If-Match": '"7"'}
    assert (await desk.client.post(url, headers=stale)).status_code == 412
    desk.clock.at = BLOWN_AT + timedelta(hours=1)
    first = {**worker(desk), "If-Match": '"1"'}
    assert (await desk.client.post(url, headers=first)).json()["ended_at"] == "2026-03-02T02:00:00Z"


async def test_the_list_is_the_unit_s_own_and_below_newest_first_and_by_pages(desk: Desk) -> None:
    street, community, elsewhere = "110114008", "110114008001", "110114009"
    made = [
        await reported(desk, headers=worker(desk, unit)) for unit in (street, community, street, community)
    ]
    away = await reported(desk, headers=worker(desk, elsewhere))
    await asks(desk, made[1], "handle", by=community)

    async def listed(by: str | None, role: str = "unit", **query: Any) -> list[str]:
        answer = await desk.reads("incidents", by=by, role=role, **query)
        assert answer.status_code == 200, answer.text
        assert TEXT not in answer.text
        return [one["incident_id"] for one in answer.json()["items"]]

    assert await listed(street) == made[::-1]
    assert await listed(community, role="grid_worker") == [made[3], made[1]]
    assert await listed("110114") == [away, *made[::-1]]
    assert await listed(None, role="supervisor", unit=street, state="handled") == [made[1]]
    assert (await listed(None, role="dispatcher", limit=1), await listed(street, category="no")) == (
        [away],
        [],
    )
    first = (await desk.reads("incidents", by=street, limit=3)).json()
    rest = (await desk.reads("incidents", by=street, limit=3, cursor=first["next"])).json()
    found = [one["incident_id"] for one in (*first["items"], *rest["items"])]
    assert (found, rest["next"]) == (made[::-1], None)
    foreign = await desk.reads("incidents", by=street, unit=elsewhere)
    assert (foreign.status_code, foreign.json()["errors"][0]["field"]) == (422, "unit")
    assert (await desk.reads("incidents", by=None, role="citizen")).status_code == 403
