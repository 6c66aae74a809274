"""The desk: who dispatches and decides, and who keeps the machine running."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from deploy.demo.people.line import Line


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """派单员: sees every case, sends the unclear ones, decides returns."""

    line: Line

    async def case(self, case_id: str) -> dict[str, Any]:
        """One case with its orders and the citizen's words."""
        return dict((await self.line.read("router", f"/cases/{case_id}")).content)

    async def cases(self, *, state: str | None = None) -> list[Any]:
        """The desk's list."""
        return await self.line.pages("router", "/cases", state=state)

    async def hands_in_batch(self, wishes: Sequence[dict[str, Any]]) -> list[str]:
        """批量受理: what an office took down; the case of each."""
        said = (await self.line.say("intake", "/cases:batch", {"cases": list(wishes)})).content
        return [str(each["case"]["case_id"]) for each in said["outcomes"]]

    async def registered(self, **asked: str) -> list[Any]:
        """What came in at intake."""
        return await self.line.pages("intake", "/cases", **asked)

    async def finds_by_phone(self, phone: str) -> list[dict[str, Any]]:
        """来电查询: the cases of somebody who rings and has lost the number."""
        wanted = {"phone": phone, "purpose": "lost_number"}
        return list((await self.line.say("intake", "/cases:by-phone", wanted)).content["items"])

    async def gives_code(self, number: str, phone: str) -> str:
        """补发查询码: after ringing the citizen's phone."""
        wanted = {"phone": phone, "purpose": "lost_code", "checked": "called_back"}
        return str(
            (await self.line.say("intake", f"/cases/{number}/access-code", wanted)).content["access_code"]
        )

    async def whistles(self, **asked: str) -> list[Any]:
        """吹哨: every whistle there is."""
        return await self.line.pages("grid", "/whistles", **asked)

    async def deliberations(self, **asked: str) -> list[Any]:
        """议事: every deliberation there is, without words."""
        return await self.line.pages("grid", "/deliberations", **asked)

    async def micro_projects(self, **asked: str) -> list[Any]:
        """微项目, without words."""
        return await self.line.pages("grid", "/micro-projects", **asked)

    async def dispatches(
        self,
        case_id: str,
        *,
        lead: str | None = None,
        co_units: Sequence[str] | None = None,
        place: str | None = None,
        category: str | None = None,
        tier: str | None = None,
        reason: str = "",
    ) -> dict[str, Any]:
        """派单: what is left out, the responsibility list says."""
        wish = _said(lead=lead, co_units=co_units, place=place, category=category, tier=tier, reason=reason)
        return await self._decides(case_id, "dispatch", wish)

    async def adjudicates(
        self,
        case_id: str,
        ruling: str,
        *,
        reason: str,
        lead: str | None = None,
        co_units: Sequence[str] | None = None,
        place: str | None = None,
    ) -> dict[str, Any]:
        """裁定 on a return: uphold, redirect or divide."""
        wish = _said(ruling=ruling, reason=reason, lead=lead, co_units=co_units, place=place)
        return await self._decides(case_id, "adjudicate", wish)

    async def answers(self, case_id: str, text: str) -> dict[str, Any]:
        """即时答复."""
        return await self._decides(case_id, "answer", {"text": text})

    async def declines(self, case_id: str, reason: str, *, note: str = "") -> dict[str, Any]:
        """不予受理."""
        return await self._decides(case_id, "decline", {"reason": reason, "note": note})

    async def proposes_to_decline(self, case_id: str, reason: str) -> dict[str, Any]:
        """不予受理, said at intake's desk: router decides."""
        said = await self.line.say("intake", f"/cases/{case_id}/decline", {"reason": reason})
        return dict(said.content)

    async def proposals(self, case_id: str) -> list[dict[str, Any]]:
        """What was proposed at intake's desk, and what router made of it."""
        return list((await self.line.read("intake", f"/cases/{case_id}/proposals")).content)

    async def merges(self, case_id: str, into: str) -> dict[str, Any]:
        """并案."""
        return await self._decides(case_id, "merge", {"into_case_id": into})

    async def extends(self, order_id: str, *, until: str, reason: str) -> dict[str, Any]:
        """延期, approved."""
        return await self._oversees(order_id, "extend", {"until": until, "reason": reason})

    async def shelves(self, order_id: str, *, review_at: str, reason: str) -> dict[str, Any]:
        """挂账, approved."""
        return await self._oversees(order_id, "shelve", {"review_at": review_at, "reason": reason})

    async def unshelves(self, order_id: str) -> dict[str, Any]:
        """Take up again."""
        return await self._oversees(order_id, "unshelve", None)

    async def urges(self, order_id: str, note: str = "") -> dict[str, Any]:
        """催办."""
        return await self._oversees(order_id, "urge", {"note": note})

    async def supervises(self, order_id: str, reason: str) -> dict[str, Any]:
        """督办."""
        return await self._oversees(order_id, "supervise", {"reason": reason})

    async def _decides(self, case_id: str, what: str, wish: dict[str, Any]) -> dict[str, Any]:
        seen = f"/cases/{case_id}"
        return dict((await self.line.change("router", seen, f"{seen}/{what}", wish)).content)

    async def _oversees(self, order_id: str, what: str, wish: dict[str, Any] | None) -> dict[str, Any]:
        seen = f"/work-orders/{order_id}"
        return dict((await self.line.change("router", seen, f"{seen}/{what}", wish)).content)


@dataclass(frozen=True, slots=True)
class Operator:
    """运维 and analysts: the messages that went out, and the numbers with what lies behind them."""

    line: Line

    async def unit(self, code: str) -> dict[str, Any]:
        """A unit of the directory."""
        return dict((await self.line.read("router", f"/units/{code}")).content)

    async def clauses(self, category: str | None) -> list[str]:
        """权责清单: the clauses about a category."""
        listed = await self.line.read("router", "/responsibilities", category=category)
        return [item["clause"] for item in listed.content["items"]]

    async def link_of(self, case_id: str) -> str | None:
        """The newest link sent for a case; None when none was sent yet."""
        sent = await self.line.pages("survey", "/messages")
        return next((message["url"] for message in sent if message["case_id"] == case_id), None)

    async def callback_figures(self, *, since: str) -> dict[str, Any]:
        """回访统计 of the rounds that began since then."""
        return dict((await self.line.read("survey", "/figures", since=since)).content)

    async def workload(self, *, since: str) -> dict[str, dict[str, Any]]:
        """回访员工作量 since then, by caller."""
        rows = await self.line.pages("survey", "/figures/callers", since=since)
        return {row["caller"]: row for row in rows}

    async def makes_a_key(self, client: str) -> str:
        """A client app's API key, as it is shown once."""
        made = await self.line.say("intake", "/api-keys", {"name": client})
        return str(made.content["text"])

    async def periods(self) -> list[Any]:
        """考核周期 in which something counts."""
        return list((await self.line.read("scoring", "/periods")).content)

    async def rates(self, unit: str, *, period: str = "current") -> dict[str, Any]:
        """三率 of a unit."""
        return dict((await self.line.read("scoring", f"/rates/{unit}", period=period)).content)

    async def cases_behind(
        self, unit: str, measure: str, *, period: str = "current", proactive: bool = False
    ) -> list[Any]:
        """The cases behind one of its numbers."""
        side = "true" if proactive else "false"
        path = f"/rates/{unit}/cases"
        return await self.line.pages("scoring", path, measure=measure, period=period, proactive=side)

    async def ledger(self, case_id: str) -> dict[str, Any]:
        """A case's page of the ledger."""
        return dict((await self.line.read("scoring", f"/cases/{case_id}")).content)

    async def departments(self, *, period: str = "current") -> dict[str, Any]:
        """How departments came when they were called."""
        return dict((await self.line.read("scoring", "/departments", period=period)).content)


def _said(**wish: Any) -> dict[str, Any]:
    told = {name: value for name, value in wish.items() if value is not None}
    return {name: list(value) if name == "co_units" else value for name, value in told.items()}
