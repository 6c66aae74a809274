"""The calls out: intake for a contact, the city's message gateway for texts and calls by a machine.

Intake is asked at call time, with a purpose and a token of a minute; its answer goes to the caller at the
phone or to the message gateway, and is kept nowhere.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from services.survey.domain.messages import Outcome
from services.survey.domain.signatures import HEADER, Signatures
from services.survey.ports import Handed, Outgoing
from shared.http.callers import Caller, Role
from shared.http.tokens import mint, service_audience, service_key_id
from shared.kernel.errors import Unavailable
from shared.kernel.ids import CaseId
from shared.kernel.words import CallbackChannel
from shared.observability.logging import logger

LOG = logger("jiesu.survey.gateways")
PURPOSE = "callback"
PATIENCE = 3.0
GATEWAY_PATIENCE = 8.0
KINDS = {CallbackChannel.LINK: "sms", CallbackChannel.IVR: "voice"}
REFUSED = frozenset({400, 410, 413, 422})
"""What a gateway says of this message; all else is said of the gateway or of our standing with it."""


class ContactAway(Unavailable):
    def __init__(self) -> None:
        super().__init__("intake cannot be asked for the contact just now", retry_after=2)


class Contact(BaseModel):
    """Name and phone as intake's vault has them; None where the citizen left none."""

    model_config = ConfigDict(hide_input_in_errors=True)

    name: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class ContactGateway:
    """Asks intake's vault."""

    client: httpx.AsyncClient
    private_key: bytes
    issuer: str
    audience: str

    async def contact_of(self, case_id: CaseId) -> Contact:
        """The contact of a case. Raises `ContactAway` when intake does not answer, or not as agreed."""
        headers = {"Authorization": f"Bearer {self._token()}"}
        asked = {"case_id": str(case_id), "purpose": PURPOSE}
        try:
            answer = await self.client.post("/v1/contact-readings", json=asked, headers=headers)
            if answer.status_code in (httpx.codes.NOT_FOUND, httpx.codes.GONE):
                return Contact(name=None, phone=None)
            return Contact.model_validate_json(answer.raise_for_status().content)
        except (httpx.HTTPError, ValidationError) as error:
            # By its kind only: what a validator prints may be somebody's number.
            LOG.warning("contact_away", error=type(error).__name__)
            raise ContactAway from None

    async def aclose(self) -> None:
        """Let the connections go."""
        await self.client.aclose()

    def _token(self) -> str:
        return mint(
            self.private_key,
            kid=service_key_id("survey"),
            issuer=self.issuer,
            audience=service_audience(self.audience, "intake"),
            caller=Caller("survey", frozenset({Role.SERVICE}), kind="service"),
            at=datetime.now(UTC),
        )


def contact_gateway(url: str, key: Path, *, issuer: str, audience: str) -> ContactGateway:
    """A gateway to the intake at this address."""
    client = httpx.AsyncClient(base_url=url, timeout=PATIENCE)
    return ContactGateway(client, key.read_bytes(), issuer, audience)


class EmbeddedMessenger:
    """The provider of a town without one: what it is given is shown on survey's page and goes no further."""

    needs_phone = False

    async def hand_over(self, message: Outgoing) -> Handed:
        """Taken: the message's own row is the page's line."""
        del message
        return Handed(Outcome.ACCEPTED)

    async def aclose(self) -> None:
        """Nothing is held open."""


@dataclass(frozen=True, slots=True)
class HttpMessenger:
    """The city's message gateway: one signed POST for each message, under a key that makes it one message."""

    client: httpx.AsyncClient
    url: str
    signatures: Signatures
    needs_phone: bool = True

    async def hand_over(self, message: Outgoing) -> Handed:
        """Give a message to the gateway."""
        body = orjson.dumps(
            {
                "key": message.key,
                "kind": KINDS[message.kind],
                "to": message.phone,
                "text": message.text,
                "callback_id": str(message.callback_id),
            }
        )
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": message.key,
            HEADER: self.signatures.write(body, at=datetime.now(UTC)),
        }
        try:
            answer = await self.client.post(self.url, content=body, headers=headers)
        except httpx.HTTPError as error:
            LOG.warning("gateway_away", error=type(error).__name__)
            return Handed(Outcome.BUSY)
        return _handed(answer)

    async def aclose(self) -> None:
        """Let the connections go."""
        await self.client.aclose()


def http_messenger(url: str, signatures: Signatures) -> HttpMessenger:
    """The gateway at this address."""
    return HttpMessenger(httpx.AsyncClient(timeout=GATEWAY_PATIENCE), url, signatures)


def _handed(answer: httpx.Response) -> Handed:
    if answer.is_success:
        return Handed(Outcome.ACCEPTED, _reference(answer))
    # The status alone: a gateway may repeat the number it was given.
    LOG.warning("gateway_declined", status=answer.status_code)
    return Handed(Outcome.REFUSED if answer.status_code in REFUSED else Outcome.BUSY)


def _reference(answer: httpx.Response) -> str | None:
    """The gateway's own name for the message, if it gives a usable one."""
    try:
        named = orjson.loads(answer.content)
    except orjson.JSONDecodeError:
        return None
    found = named.get("id") if isinstance(named, dict) else None
    return found if isinstance(found, str) and len(found) <= 200 and found.isprintable() else None
