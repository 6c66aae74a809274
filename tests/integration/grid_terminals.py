"""A terminal at grid's door, as its worker carries it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx

from shared.kernel.ids import new_id
from tests.integration.grid_desk import Desk
from tests.kit.whistles import BLOWN_AT, GUANYINSI_COMMUNITY, SITE

WORKER = "worker-7"
TEXT = "路灯倾斜，快倒了"


@dataclass(slots=True)
class Device:
    """An enrolled terminal with the tokens it was given last."""

    desk: Desk
    tokens: dict[str, Any] = field(repr=False)

    @property
    def terminal_id(self) -> str:
        return str(self.tokens["terminal_id"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.tokens['access_token']}"}

    async def syncs(self, *items: dict[str, Any], cursor: str | None = None) -> httpx.Response:
        body = {"items": list(items), "cursor": cursor}
        return await self.desk.client.post("/v1/terminal/sync", json=body, headers=self.headers)

    async def sends_photo(self, content: bytes, kind: str = "image/jpeg") -> httpx.Response:
        """上传照片, before anything names it."""
        headers = {**self.headers, "Content-Type": kind}
        return await self.desk.client.post("/v1/terminal/photos", content=content, headers=headers)

    async def refreshes(self, token: str | None = None) -> httpx.Response:
        body = {"refresh_token": token or self.tokens["refresh_token"]}
        return await self.desk.client.post("/v1/terminal/refresh", json=body)

    async def is_refreshed(self) -> None:
        answer = await self.refreshes()
        assert answer.status_code == 200, answer.text
        self.tokens = answer.json()


async def invited(desk: Desk, *, by: str = GUANYINSI_COMMUNITY, **more: Any) -> httpx.Response:
    """A unit makes a code for one of its workers."""
    body = {"worker": WORKER, "unit": GUANYINSI_COMMUNITY, "name": "三号机", **more}
    return await desk.client.post("/v1/terminals", json=body, headers=desk.token("unit", unit=by))


async def enrolled(desk: Desk, **more: Any) -> Device:
    """A device that used its code."""
    made = await invited(desk, **more)
    assert made.status_code == 201, made.text
    answer = await desk.client.post("/v1/terminal/enrol", json={"code": made.json()["code"]})
    assert answer.status_code == 200, answer.text
    return Device(desk, answer.json())


def item(sequence: int, kind: str = "incident", **more: Any) -> dict[str, Any]:
    """Something done offline, so many minutes after the whistle."""
    told = {
        "category": "street_lamp",
        "text": TEXT,
        "place": {"lng": SITE.lng, "lat": SITE.lat},
    }
    recorded_at = (BLOWN_AT + timedelta(minutes=sequence)).isoformat()
    head = {"id": str(new_id()), "sequence": sequence, "recorded_at": recorded_at, "kind": kind}
    return {**head, **(told if kind == "incident" else {}), **more}


def outcomes(answer: httpx.Response) -> list[str]:
    """What became of each item of a batch that was taken."""
    assert answer.status_code == 200, answer.text
    return [one["outcome"] for one in answer.json()["outcomes"]]


def reasons(answer: httpx.Response) -> list[str | None]:
    """Why each item was not accepted, by name."""
    return [one["problem"] and one["problem"]["reason"] for one in answer.json()["outcomes"]]


async def caught_up(device: Device) -> str | None:
    """The cursor of a device that has heard everything."""
    cursor, more = None, True
    while more:
        answer = (await device.syncs(cursor=cursor)).json()
        cursor, more = answer["cursor"], answer["more"]
    return cursor
