"""市民: reports by an app, follows with number and code, and judges by the link."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.demo.people.line import Line, Refused


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who asks, as the vault will know them."""

    name: str | None = None
    phone: str | None = None
    confidential: bool = False


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the citizen is handed."""

    case_id: str
    tracking_number: str
    access_code: str


@dataclass(frozen=True, slots=True)
class CitizenApp:
    """The app or hotline desk through which a citizen speaks."""

    line: Line

    async def reports(
        self,
        text: str,
        *,
        kind: str = "complaint",
        channel: str = "app",
        place: dict[str, Any] | None = None,
        related_places: Sequence[dict[str, str]] = (),
        category: str | None = None,
        person: Person | None = None,
        anonymous: bool = False,
        attachments: Sequence[str] = (),
        key: str | None = None,
    ) -> Receipt:
        """诉求: say what is wrong and where; be handed a number and a code."""
        wish: dict[str, Any] = {"channel": channel, "kind": kind, "text": text}
        if place is not None:
            wish["place"] = place
        if related_places:
            wish["related_places"] = list(related_places)
        if category is not None:
            wish["category"] = category
        if person is not None or anonymous:
            wish["contact"] = contact_of(person or Person(), anonymous=anonymous)
        if attachments:
            wish["attachments"] = list(attachments)
        return receipt((await self.line.say("intake", "/cases", wish, key=key)).content)

    async def hands_in(self, photo: bytes, kind: str = "image/jpeg") -> str:
        """上传: a photo for the case that is reported next, or added to; its id."""
        return str((await self.line.hand_in("intake", "/attachments", photo, kind)).content["attachment_id"])

    async def looks_up(self, address: str) -> dict[str, Any]:
        """地点核对: which unit the address names, or which ones to choose from."""
        return dict((await self.line.say("intake", "/places:match", {"address": address})).content)

    async def follows(self, held: Receipt, *, language: str = "zh-CN") -> dict[str, Any]:
        """查询: where it stands and what was done."""
        headers = {"X-Access-Code": held.access_code, "Accept-Language": language}
        found = await self.line.read("intake", f"/cases/{held.tracking_number}", headers=headers)
        return dict(found.content)

    async def similar(self, held: Receipt) -> list[dict[str, Any]]:
        """相似诉求: what others told that may be the same matter."""
        headers = {"X-Access-Code": held.access_code}
        found = await self.line.read("intake", f"/cases/{held.tracking_number}/similar", headers=headers)
        return list(found.content["items"])

    async def joins(self, held: Receipt, join_token: str) -> dict[str, Any]:
        """我也遇到."""
        return await self._asks(held, "join", {"join_token": join_token})

    async def supplements(
        self, held: Receipt, text: str, *, attachments: Sequence[str] = ()
    ) -> dict[str, Any]:
        """补充: words, and photos that were handed in."""
        wish: dict[str, Any] = {"text": text}
        if attachments:
            wish["attachments"] = list(attachments)
        return await self._asks(held, "supplement", wish)

    async def urges(self, held: Receipt) -> dict[str, Any]:
        """催办."""
        return await self._asks(held, "urge")

    async def withdraws(self, held: Receipt) -> dict[str, Any]:
        """撤回."""
        return await self._asks(held, "withdraw")

    async def opens_link(self, url: str) -> dict[str, Any]:
        """What the page behind the link asks. Raises `Refused` (410) when it is used up or over."""
        return dict((await self.line.read("survey", f"/links/{_token(url)}")).content)

    async def answers_link(
        self, url: str, *, contacted: bool = True, solved: str, satisfied: str, note: str = ""
    ) -> None:
        """Judge by the link that was sent; it works once."""
        said = {"contacted": contacted, "solved": solved, "satisfied": satisfied, "note": note}
        try:
            await self.line.say("survey", f"/links/{_token(url)}", said)
        except Refused as refusal:
            # Used up, by ourselves: the answer to the first try was lost on its way.
            if refusal.status != httpx.codes.GONE or not refusal.repeated:
                raise

    async def answers_in_app(
        self, held: Receipt, *, contacted: bool = True, solved: str, satisfied: str, note: str = ""
    ) -> None:
        """Judge where the case is followed: the pass is in its timeline while the callback runs."""
        case_pass = (await self.follows(held))["callback_pass"]
        said = {"contacted": contacted, "solved": solved, "satisfied": satisfied, "note": note}
        await self.line.say("survey", f"/app-callbacks/{case_pass}", said)

    async def _asks(self, held: Receipt, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        headers = {"X-Access-Code": held.access_code}
        path = f"/cases/{held.tracking_number}/{what}"
        return dict((await self.line.say("intake", path, body, headers=headers)).content)


def receipt(content: dict[str, Any]) -> Receipt:
    """The receipt in intake's answer."""
    return Receipt(content["case_id"], content["tracking_number"], content["access_code"])


def contact_of(person: Person, *, anonymous: bool) -> dict[str, Any]:
    """The contact as intake wants it."""
    told = {"name": person.name, "phone": person.phone}
    known = {name: value for name, value in told.items() if value is not None}
    return {**known, "confidential": person.confidential, "anonymous": anonymous}


def _token(url: str) -> str:
    return url.rstrip("/").rsplit("/", 1)[-1]
