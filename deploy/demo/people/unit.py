"""承办单位: a street, a community, a department — what its staff do at their desks and on the site."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deploy.demo.people.citizen import Person, Receipt, contact_of, receipt
from deploy.demo.people.line import Line
from deploy.demo.people.table import Table, raises_matter

_OPEN = ("sent", "signed")


@dataclass(frozen=True, slots=True)
class Unit:
    """Staff of one unit."""

    code: str
    line: Line

    # 工单

    async def queue(self, **asked: str) -> list[Any]:
        """The unit's queue with those of the units below it."""
        return await self.line.pages("router", "/work-orders", **asked)

    async def order_of(self, case_id: str) -> dict[str, Any] | None:
        """The unit's own running order of a case; None while it has none."""
        case = (await self.line.read("router", f"/cases/{case_id}")).content
        return next(
            (each for each in case["orders"] if each["unit"] == self.code and each["state"] in _OPEN), None
        )

    async def order(self, order_id: str) -> dict[str, Any]:
        """One order with the citizen's words."""
        return dict((await self.line.read("router", f"/work-orders/{order_id}")).content)

    async def photos(self, case_id: str) -> list[str]:
        """附件: links to what the citizen laid to the case."""
        listed = (await self.line.read("intake", "/attachments", case_id=case_id)).content["items"]
        made = [await self.line.say("intake", f"/attachments/{one['attachment_id']}/links") for one in listed]
        return [str(link.content["url"]) for link in made]

    async def signs(self, order_id: str) -> dict[str, Any]:
        """签收."""
        return await self._does(order_id, "sign")

    async def looks_up_citizen(self, order_id: str) -> dict[str, Any]:
        """查阅联系方式: whom to call."""
        return dict((await self.line.say("router", f"/work-orders/{order_id}/contact-readings")).content)

    async def contacts(self, order_id: str, note: str = "") -> dict[str, Any]:
        """Note that the citizen was spoken with."""
        return await self._does(order_id, "contact", {"note": note})

    async def progresses(self, order_id: str, note: str) -> dict[str, Any]:
        """Note what was done so far."""
        return await self._does(order_id, "progress", {"note": note})

    async def assigns(self, order_id: str, to_unit: str) -> dict[str, Any]:
        """Give the work to a community of ours."""
        return await self._does(order_id, "assign", {"to_unit": to_unit})

    async def returns(self, order_id: str, reason: str, evidence: str) -> dict[str, Any]:
        """退单, with reason and evidence."""
        return await self._does(order_id, "return", {"reason": reason, "evidence": evidence})

    async def resolves(self, order_id: str, evidence: str) -> dict[str, Any]:
        """办结, with evidence."""
        return await self._does(order_id, "resolve", {"evidence": evidence})

    async def finds(self, order_id: str, text: str, category: str | None = None) -> str:
        """未诉先办: what else was seen on the site of an order; the case it becomes."""
        body = {"text": text, **({"category": category} if category else {})}
        return str((await self._does(order_id, "findings", body))["case_id"])

    async def reports_finding(
        self,
        text: str,
        *,
        linked_case_id: str | None = None,
        place: dict[str, Any] | None = None,
        kind: str = "report",
        person: Person | None = None,
    ) -> Receipt:
        """未诉先办: what was found on the site, as a case of its own."""
        wish: dict[str, Any] = {"channel": "grid", "kind": kind, "text": text, "proactive": True}
        if linked_case_id is not None:
            wish["linked_case_id"] = linked_case_id
        if place is not None:
            wish["place"] = place
        if person is not None:
            wish["contact"] = contact_of(person, anonymous=False)
        return receipt((await self.line.say("intake", "/cases", wish)).content)

    # 吹哨报到

    async def blows(
        self,
        kind: str,
        *,
        departments: Sequence[str],
        reason: str,
        case_id: str | None = None,
        site: dict[str, Any] | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        """吹哨: call departments to a site."""
        wish: dict[str, Any] = {"kind": kind, "departments": list(departments), "reason": reason}
        if case_id is not None:
            wish["case_id"] = case_id
        if site is not None:
            wish["site"] = site
        return dict((await self.line.say("grid", "/whistles", wish, key=key)).content)

    async def whistle(self, whistle_id: str) -> dict[str, Any]:
        """One whistle with every department's part."""
        return dict((await self.line.read("grid", f"/whistles/{whistle_id}")).content)

    async def whistles(self, **asked: str) -> list[Any]:
        """The whistles the unit blew or is called by."""
        return await self.line.pages("grid", "/whistles", **asked)

    async def signs_whistle(self, whistle_id: str) -> dict[str, Any]:
        """签收 of a whistle, by a department that is called."""
        return await self._answers_call(whistle_id, "sign")

    async def contacts_blower(self, whistle_id: str) -> dict[str, Any]:
        """Speak with the blower before coming."""
        return await self._answers_call(whistle_id, "contact")

    async def reports_in(
        self, whistle_id: str, *, lng: float | None = None, lat: float | None = None
    ) -> dict[str, Any]:
        """报到: stand on the site."""
        spot = {name: value for name, value in (("lng", lng), ("lat", lat)) if value is not None}
        return await self._answers_call(whistle_id, "report-in", spot)

    async def acts(self, whistle_id: str, note: str | None = None) -> dict[str, Any]:
        """Do the department's part."""
        return await self._answers_call(whistle_id, "act", {"note": note} if note else None)

    async def scores(self, whistle_id: str, department: str, score: int) -> dict[str, Any]:
        """街乡评部门."""
        return await self._calls(whistle_id, f"departments/{department}/score", {"score": score})

    async def closes_whistle(self, whistle_id: str) -> dict[str, Any]:
        """消哨."""
        return await self._calls(whistle_id, "close")

    async def cancels_whistle(self, whistle_id: str, reason: str) -> dict[str, Any]:
        """撤哨."""
        return await self._calls(whistle_id, "cancel", {"reason": reason})

    # 说议筹办评

    async def raises_matter(
        self, matter: str, *, raised_from: str = "case", case_ids: Sequence[str] = (), key: str | None = None
    ) -> str:
        """说: bring a matter to the table of the own community; the deliberation's id."""
        return await raises_matter(self.line, matter, raised_from=raised_from, case_ids=case_ids, key=key)

    def table(self, deliberation_id: str) -> Table:
        """议事桌: take part in it."""
        return Table(deliberation_id, self.line)

    async def offers_micro_project(self, words: str, deliberation_id: str | None = None) -> str:
        """微项目: a small work waits for somebody; its id."""
        wish = {"words": words, "deliberation_id": deliberation_id}
        return str((await self.line.say("grid", "/micro-projects", wish)).content["project_id"])

    async def claims_micro_project(self, project_id: str, giver: str, words: str) -> dict[str, Any]:
        """认领: for itself, or for people who reported in with it."""
        return await self._takes(project_id, "claim", {"giver": giver, "words": words})

    async def reports_micro_project(self, project_id: str, words: str) -> dict[str, Any]:
        """It is done."""
        return await self._takes(project_id, "report", {"words": words})

    async def _takes(self, project_id: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
        seen = f"/micro-projects/{project_id}"
        return dict((await self.line.change("grid", seen, f"{seen}/{what}", body)).content)

    async def _does(self, order_id: str, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        seen = f"/work-orders/{order_id}"
        return dict((await self.line.change("router", seen, f"{seen}/{what}", body)).content)

    async def _answers_call(
        self, whistle_id: str, what: str, body: dict[str, Any] | None = None
    ) -> dict[str, Any]:
        return await self._calls(whistle_id, f"departments/{self.code}/{what}", body)

    async def _calls(self, whistle_id: str, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        seen = f"/whistles/{whistle_id}"
        return dict((await self.line.change("grid", seen, f"{seen}/{what}", body)).content)
