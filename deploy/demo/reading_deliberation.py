"""Reads what came of a deliberation: from grid, and from the timeline of whoever's case it was about."""

from collections.abc import Iterable
from typing import Any

from deploy.demo.ending import DeliberationEnding
from deploy.demo.people import Receipt, Town, eventually

LAST_WORD = frozenset({"deliberation_evaluated", "deliberation_abandoned"})


async def read_deliberation(town: Town, held: Receipt) -> DeliberationEnding | None:
    """The case's deliberation, once its citizen has read how it ended; None if there was none."""
    found = await town.dispatcher().deliberations(case_id=held.case_id)
    if not found:
        return None
    ended = found[0]
    projects = await town.dispatcher().micro_projects(deliberation_id=ended["deliberation_id"])
    meeting = _deciding(ended["meetings"])
    rating = ended["rating"] or {}
    return DeliberationEnding(
        community=ended["unit_name"],
        state=ended["state"],
        options=tuple(option["standing"] for option in ended["options"]),
        meetings=len(ended["meetings"]),
        present=meeting["present"] if meeting else 0,
        placards=_placards(meeting) if meeting else 0,
        commitments=len(ended["commitments"]),
        money_fen=ended["pledged"]["money_fen"],
        work_hours=ended["pledged"]["work_hours"],
        things=ended["pledged"]["things"],
        tasks=len(ended["tasks"]),
        tasks_done=sum(task["done_at"] is not None for task in ended["tasks"]),
        satisfied=rating.get("satisfied", 0) + rating.get("basically", 0),
        voices=sum(rating.values()),
        micro_projects=tuple(project["state"] for project in projects),
        citizen_read=await _citizen_read(town, held),
    )


async def _citizen_read(town: Town, held: Receipt) -> tuple[str, ...]:
    app = town.citizen_app()
    seen = await eventually(
        lambda: app.follows(held),
        until=lambda seen: LAST_WORD & {line["code"] for line in seen["entries"]},
        what="the deliberation's end in the timeline",
    )
    codes = (line["code"] for line in seen["entries"])
    return tuple(code for code in codes if code.startswith("deliberation_"))


def _deciding(meetings: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    return next((each for each in meetings if each["vote"] and each["vote"]["adopted"]), None)


def _placards(meeting: dict[str, Any]) -> int:
    vote = meeting["vote"]
    return int(next(each["count"] for each in vote["placards"] if each["option"] == vote["adopted"]))
