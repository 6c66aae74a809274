"""What people do at grid in journeys alone: sentences that the demonstration has no use for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from shared.kernel.ids import new_id
from tests.kit.people import Dispatcher, GridWorker, Line, Unit


async def blows(worker: GridWorker, kind: str, *, departments: Sequence[str], reason: str) -> dict[str, Any]:
    """网格吹哨: in the name of the worker's unit."""
    site = {"unit": worker.unit}
    wish = {"kind": kind, "departments": list(departments), "reason": reason, "site": site}
    return dict((await worker.line.say("grid", "/whistles", wish)).content)


async def approves(street: Unit, whistle_id: str) -> dict[str, Any]:
    """批准."""
    seen = f"/whistles/{whistle_id}"
    return dict((await street.line.change("grid", seen, f"{seen}/approve")).content)


async def refuses(street: Unit, whistle_id: str, reason: str) -> dict[str, Any]:
    """不批."""
    seen = f"/whistles/{whistle_id}"
    return dict((await street.line.change("grid", seen, f"{seen}/refuse", {"reason": reason})).content)


async def records_conference(
    host: Unit | Dispatcher, case_id: str, parties: Mapping[str, str], minutes: str
) -> dict[str, Any]:
    """联席会商: who was at the table with which share."""
    listed = [{"unit": unit, "share": share} for unit, share in parties.items()]
    wish = {"case_id": case_id, "parties": listed, "minutes": minutes}
    return dict((await host.line.say("grid", "/conferences", wish)).content)


@dataclass(slots=True)
class Terminal:
    """A grid worker's terminal: what is done offline is numbered and sent when there is a net."""

    line: Line
    terminal_id: str
    refresh_token: str = field(repr=False)
    done: list[dict[str, Any]] = field(default_factory=list)
    cursor: str | None = None

    def does(self, kind: str, *, recorded_at: datetime, **told: Any) -> str:
        """Something done offline; its id, by which it is known from then on."""
        key = str(new_id())
        number = len(self.done) + 1
        head = {"id": key, "sequence": number, "recorded_at": recorded_at.isoformat(), "kind": kind}
        self.done.append({**head, **told})
        return key

    async def sends_photo(self, content: bytes) -> str:
        """上传照片; the hash that names it."""
        taken = await self.line.hand_in("grid", "/terminal/photos", content, "image/jpeg")
        return str(taken.content["sha256"])

    async def syncs(self, *items: dict[str, Any], sent_at: datetime | None = None) -> dict[str, Any]:
        """同步 of these items, or of all there were; the answer."""
        batch = list(items or self.done)
        wish = {"items": batch, "cursor": self.cursor, "sent_at": sent_at and sent_at.isoformat()}
        return dict((await self.line.say("grid", "/terminal/sync", wish)).content)

    async def is_refreshed(self) -> None:
        """The next tokens, for the last ones."""
        nobody = Line(self.line.clients)
        wish = {"refresh_token": self.refresh_token}
        tokens = (await nobody.say("grid", "/terminal/refresh", wish)).content
        self.line = Line(self.line.clients, tokens["access_token"])
        self.refresh_token = tokens["refresh_token"]

    async def hears(self) -> list[dict[str, Any]]:
        """What changed since it asked last."""
        answer = (await self.line.say("grid", "/terminal/sync", {"items": [], "cursor": self.cursor})).content
        self.cursor = answer["cursor"]
        return list(answer["changes"])


async def terminal_of(unit: Unit, worker: str) -> Terminal:
    """终端 given out by the unit to one of its workers, and enrolled with its code."""
    wish = {"worker": worker, "unit": unit.code, "name": "三号机"}
    code = (await unit.line.say("grid", "/terminals", wish)).content["code"]
    nobody = Line(unit.line.clients)
    tokens = (await nobody.say("grid", "/terminal/enrol", {"code": code})).content
    line = Line(unit.line.clients, tokens["access_token"])
    return Terminal(line, tokens["terminal_id"], tokens["refresh_token"])


async def takes_back(unit: Unit, terminal: Terminal, *, reason: str, wipe: bool) -> dict[str, Any]:
    """收回 of a terminal."""
    wish = {"reason": reason, "wipe": wipe}
    return dict((await unit.line.say("grid", f"/terminals/{terminal.terminal_id}/revoke", wish)).content)


async def coverage(reader: Unit, first: date, last: date) -> dict[str, Any]:
    """巡查覆盖 of the reader's unit and those below it."""
    days = {"first": first.isoformat(), "last": last.isoformat()}
    return dict((await reader.line.read("grid", "/coverage", **days)).content)


async def gives_task(street: Unit, unit: str, words: str, due_at: datetime) -> str:
    """布置; the task's id."""
    wish = {"unit": unit, "words": words, "due_at": due_at.isoformat()}
    return str((await street.line.say("grid", "/tasks", wish)).content["task_id"])


async def task(reader: Unit, task_id: str) -> dict[str, Any]:
    """One task with its words."""
    return dict((await reader.line.read("grid", f"/tasks/{task_id}")).content)
