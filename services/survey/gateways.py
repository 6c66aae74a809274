"""The calls out: the city's message gateway for texts and calls by a machine. A phone number goes through."""

from dataclasses import dataclass
from datetime import UTC, datetime

import httpx
import orjson

from services.survey.domain.messages import Outcome
from services.survey.domain.signatures import HEADER, Signatures
from services.survey.ports import Handed, Outgoing
from shared.kernel.words import CallbackChannel
from shared.observability.logging import logger

LOG = logger("jiesu.survey.gateways")
GATEWAY_PATIENCE = 8.0
KINDS = {CallbackChannel.LINK: "sms", CallbackChannel.IVR: "voice"}
REFUSED = frozenset({400, 410, 413, 422})
"""What a gateway says of this message; all else is said of the gateway or of our standing with it."""


class EmbeddedMessenger:
    """The provider of a town without one: what it is given is shown on survey's page and goes no further."""

    needs_phone = False
    is_shown = True

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
    is_shown: bool = False
    """A citizen's link is his own: with it anybody could answer for him."""

    async def hand_over(self, message: Outgoing) -> Handed:
        """Give a message to the gateway."""
        body = orjson.dumps(
            {
                "key": message.key,
                "kind": KINDS[message.kind],
                "to": message.phone,
                "text": message.text,
                "language": message.language,
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
