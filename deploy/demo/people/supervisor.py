"""督办: looks at what comes back again and again, chooses the topic of the month, and follows it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deploy.demo.people.line import Line


@dataclass(frozen=True, slots=True)
class Supervisor:
    """Somebody who watches over the city, or a department that leads a topic."""

    line: Line

    async def hotspot(self, within: str, category: str) -> dict[str, Any] | None:
        """热点: the newest one of a category in a unit; None while there is none."""
        found = await self.line.pages("scoring", "/hotspots", within=within, category=category)
        return dict(found[0]) if found else None

    async def candidates(self, within: str) -> list[dict[str, Any]]:
        """Categories that may be worth a month, best first."""
        told = await self.line.read("scoring", "/topics/candidates", within=within)
        return list(told.content["candidates"])

    async def chooses_topic(
        self, unit: str, theme: str, problems: Mapping[str, str], lead: str
    ) -> dict[str, Any]:
        """每月一题."""
        listed = [{"category": code, "title": title} for code, title in problems.items()]
        wish = {"period": "current", "unit": unit, "theme": theme, "problems": listed, "lead": lead}
        return dict((await self.line.say("scoring", "/topics", wish)).content)

    async def plans(self, topic_id: str, starts: str, tasks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """任务清单、责任清单、时限清单."""
        wish = {"starts": starts, "tasks": list(tasks)}
        return await self._moves(topic_id, "plan", wish, method="PUT")

    async def finishes(self, topic_id: str, number: int, note: str) -> dict[str, Any]:
        """A task is done."""
        return await self._moves(topic_id, f"tasks/{number}/done", {"note": note})

    async def closes_topic(self, topic_id: str, note: str) -> dict[str, Any]:
        """The topic is over."""
        return await self._moves(topic_id, "close", {"note": note})

    async def effect(self, topic_id: str) -> dict[str, Any]:
        """Before and after, with intervals."""
        return dict((await self.line.read("scoring", f"/topics/{topic_id}/effect")).content)

    async def _moves(
        self, topic_id: str, what: str, wish: Mapping[str, Any], *, method: str = "POST"
    ) -> dict[str, Any]:
        seen = f"/topics/{topic_id}"
        return dict((await self.line.change("scoring", seen, f"{seen}/{what}", wish, method=method)).content)
