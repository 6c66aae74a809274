"""议事桌: what is done about one matter, from the first option to what residents say of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from deploy.demo.people.line import Line

SIDES = ("party_branch", "residents_committee", "owners_committee", "property_company", "residents")
"""五方, in the order in which who came is counted."""


@dataclass(frozen=True, slots=True)
class Vote:
    """举牌表决: placards by option."""

    entitled: int
    placards: Mapping[int, int]
    against: int = 0

    def told(self) -> dict[str, Any]:
        counts = [{"option": option, "count": count} for option, count in self.placards.items()]
        return {"entitled": self.entitled, "placards": counts, "against": self.against}


@dataclass(frozen=True, slots=True)
class Table:
    """One deliberation, as a unit takes part in it."""

    deliberation_id: str
    line: Line

    async def sees(self) -> dict[str, Any]:
        """All that was said, as far as the unit is told."""
        return dict((await self.line.read("grid", f"/deliberations/{self.deliberation_id}")).content)

    async def links(self, *case_ids: str) -> dict[str, Any]:
        """Other citizens' cases are about the same matter."""
        return await self._does("cases", {"case_ids": list(case_ids)})

    async def proposes(self, words: str) -> dict[str, Any]:
        """方案."""
        return await self._does("options", {"words": words})

    async def drops(self, option: int, *, objections: int, reason: str) -> dict[str, Any]:
        """Residents objected."""
        return await self._does(f"options/{option}/drop", {"objections": objections, "reason": reason})

    async def meets(
        self, held_at: datetime, present: Sequence[int], minutes: str, vote: Vote | None = None
    ) -> dict[str, Any]:
        """议: how many came for each of the five sides, and their vote if there was one."""
        seats = [{"side": side, "present": came} for side, came in zip(SIDES, present, strict=True)]
        body = {"held_at": held_at.isoformat(), "seats": seats, "minutes": minutes}
        return await self._does("meetings", {**body, "vote": vote.told() if vote else None})

    async def pilots(self, *options: int) -> dict[str, Any]:
        """试点."""
        return await self._does("pilots", {"options": list(options)})

    async def commits(self, side: str, words: str) -> dict[str, Any]:
        """五方承诺 of one side."""
        return await self._does("commitments", {"side": side, "words": words})

    async def pledges(
        self, means: str, amount: int, *, giver: str, words: str, unit: str | None = None
    ) -> dict[str, Any]:
        """筹."""
        gift = {"means": means, "amount": amount, "giver": giver, "words": words}
        return await self._does("pledges", {**gift, "unit": unit})

    async def begins(self, *tasks: Mapping[str, str]) -> dict[str, Any]:
        """办: owner, due and words of each."""
        return await self._does("begin", {"tasks": [dict(task) for task in tasks]})

    async def reports_task(self, number: int, evidence: str) -> dict[str, Any]:
        """A task is done, and what shows it."""
        return await self._does(f"tasks/{number}/report", {"evidence": evidence})

    async def is_rated(self, **voices: int) -> dict[str, Any]:
        """评."""
        return await self._does("evaluate", voices)

    async def _does(self, what: str, body: dict[str, Any]) -> dict[str, Any]:
        seen = f"/deliberations/{self.deliberation_id}"
        return dict((await self.line.change("grid", seen, f"{seen}/{what}", body)).content)


async def raises_matter(
    line: Line, matter: str, *, raised_from: str, case_ids: Sequence[str], key: str | None
) -> str:
    """说; the deliberation's id."""
    wish = {"raised_from": raised_from, "case_ids": list(case_ids), "matter": matter}
    return str((await line.say("grid", "/deliberations", wish, key=key)).content["deliberation_id"])
