"""What people do at grid in journeys alone: sentences that the demonstration has no use for."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.kit.people import Dispatcher, GridWorker, Unit


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
