"""The one call out: intake is asked for a contact at call time, with a purpose and a token of a minute.

The answer is handed on to the caller at the phone and kept nowhere.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.http.callers import Caller, Role
from shared.http.tokens import mint, service_audience, service_key_id
from shared.kernel.errors import Unavailable
from shared.kernel.ids import CaseId
from shared.observability.logging import logger

LOG = logger("jiesu.survey.contacts")
PURPOSE = "callback"
PATIENCE = 3.0


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
