"""回访员: calls the citizen back, and writes down what was said."""

from dataclasses import dataclass
from typing import Any

from deploy.demo.people.line import Line


@dataclass(frozen=True, slots=True)
class PhoneCaller:
    """Somebody at the callers' desk."""

    line: Line

    async def worklist(self, *, state: str = "scheduled", kind: str = "round") -> list[Any]:
        """The callers' worklist."""
        return await self.line.pages("survey", "/callbacks", state=state, kind=kind)

    async def callback_of(
        self, case_id: str, *, state: str = "scheduled", kind: str = "round"
    ) -> dict[str, Any] | None:
        """The case's callback on the worklist, or the check of one; None while it is not there."""
        listed = await self.worklist(state=state, kind=kind)
        return next((item for item in listed if item["case_id"] == case_id), None)

    async def callback(self, callback_id: str) -> dict[str, Any]:
        """One round with its attempts and answers."""
        return dict((await self.line.read("survey", f"/callbacks/{callback_id}")).content)

    async def claims(self, callback_id: str) -> dict[str, Any]:
        """Take it in hand: whom to call and what to ask."""
        return dict((await self.line.say("survey", f"/callbacks/{callback_id}/claim")).content)

    async def takes_next(self) -> dict[str, Any] | None:
        """The next-best one in hand: waiting longest, in nobody's hand; None when there is none."""
        taken = (await self.line.say("survey", "/callbacks/next/claim")).content
        return None if taken is None else dict(taken)

    async def reserves(self, count: int) -> list[dict[str, Any]]:
        """So many of the next ones in hand, for a list of one's own."""
        said = await self.line.say("survey", "/callbacks/next/reserve", {"count": count})
        return list(said.content["items"])

    async def writes_down(
        self,
        callback_id: str,
        *,
        contacted: bool = True,
        solved: str,
        satisfied: str,
        note: str = "",
        inbound: bool = False,
    ) -> dict[str, Any]:
        """The citizen answered; `inbound`: it was the citizen who rang."""
        said = {"contacted": contacted, "solved": solved, "satisfied": satisfied, "note": note}
        return await self._attempts(callback_id, {"reached": True, "answers": said, "inbound": inbound})

    async def misses(self, callback_id: str) -> dict[str, Any]:
        """Nobody answered the phone."""
        return await self._attempts(callback_id, {"reached": False})

    async def _attempts(self, callback_id: str, tried: dict[str, Any]) -> dict[str, Any]:
        return dict((await self.line.say("survey", f"/callbacks/{callback_id}/attempts", tried)).content)
