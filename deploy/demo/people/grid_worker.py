"""网格员: walks a grid, tells what is found there, and settles on the spot what can be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deploy.demo.people.line import Line
from deploy.demo.people.table import Table, raises_matter


@dataclass(frozen=True, slots=True)
class GridWorker:
    """A grid worker of one street or community."""

    unit: str
    line: Line

    async def reports_incident(
        self, text: str, *, category: str, place: dict[str, Any], incident_id: str | None = None
    ) -> str:
        """上报; the incident's id."""
        wish: dict[str, Any] = {"category": category, "text": text, "place": place}
        if incident_id is not None:
            wish["incident_id"] = incident_id
        return str((await self.line.say("grid", "/incidents", wish)).content["incident_id"])

    async def incident(self, incident_id: str) -> dict[str, Any]:
        """One incident with what was told of it."""
        return dict((await self.line.read("grid", f"/incidents/{incident_id}")).content)

    async def handles(self, incident_id: str, evidence: str) -> dict[str, Any]:
        """就地处置."""
        return await self._does(incident_id, "handle", {"evidence": evidence})

    async def escalates(self, incident_id: str) -> dict[str, Any]:
        """网格吹哨、街社报到."""
        return await self._does(incident_id, "escalate")

    async def raises_matter(
        self, matter: str, *, raised_from: str = "case", case_ids: Sequence[str] = (), key: str | None = None
    ) -> str:
        """说: bring a matter to the table of the own community; the deliberation's id."""
        return await raises_matter(self.line, matter, raised_from=raised_from, case_ids=case_ids, key=key)

    def table(self, deliberation_id: str) -> Table:
        """议事桌: take part in it."""
        return Table(deliberation_id, self.line)

    async def _does(self, incident_id: str, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        seen = f"/incidents/{incident_id}"
        return dict((await self.line.change("grid", seen, f"{seen}/{what}", body)).content)
