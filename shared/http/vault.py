"""查阅联系方式: intake's vault is asked for a contact when it is needed, and the answer is kept nowhere.

The one lookup between services, because names and numbers must not travel on a bus. Each names its purpose,
and proves which service it is by a token that is good for intake alone, for a minute.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.http.callers import Caller, Role
from shared.http.tokens import mint, service_audience, service_key_id
from shared.kernel.errors import NotAllowed, Unavailable
from shared.kernel.ids import CaseId
from shared.observability.logging import logger

LOG = logger("jiesu.http.vault")
PATIENCE = 3.0
NOTHING_THERE = frozenset({httpx.codes.NOT_FOUND, httpx.codes.GONE})
Purpose = Literal["callback", "handling"]


class ContactAway(Unavailable):
    def __init__(self) -> None:
        super().__init__("intake cannot be asked for the contact just now", retry_after=2)


class ContactWithheld(NotAllowed):
    """保密: the citizen asked that the units do not learn who it is."""

    def __init__(self) -> None:
        super().__init__("the citizen asked to stay unknown to the units")


class Contact(BaseModel):
    """Name and phone as intake's vault has them; None where the citizen left none."""

    model_config = ConfigDict(hide_input_in_errors=True)

    name: str | None
    phone: str | None


@dataclass(frozen=True, slots=True)
class Vault:
    """The way to intake's vault for one service and its purpose."""

    client: httpx.AsyncClient
    private_key: bytes
    service: str
    purpose: Purpose
    issuer: str
    audience: str

    async def contact_of(self, case_id: CaseId) -> Contact:
        """The contact of a case. Raises `ContactWithheld`; `ContactAway` when intake does not answer, or not
        as agreed.
        """
        headers = {"Authorization": f"Bearer {self._token()}"}
        asked = {"case_id": str(case_id), "purpose": self.purpose}
        try:
            answer = await self.client.post("/v1/contact-readings", json=asked, headers=headers)
            if answer.status_code in NOTHING_THERE:
                return Contact(name=None, phone=None)
            if answer.status_code == httpx.codes.FORBIDDEN and _is_withheld(answer):
                raise ContactWithheld
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
            kid=service_key_id(self.service),
            issuer=self.issuer,
            audience=service_audience(self.audience, "intake"),
            caller=Caller(self.service, frozenset({Role.SERVICE}), kind="service"),
            at=datetime.now(UTC),
        )


def vault_at(url: str, key: Path, *, service: str, purpose: Purpose, issuer: str, audience: str) -> Vault:
    """The vault of the intake at this address."""
    client = httpx.AsyncClient(base_url=url, timeout=PATIENCE)
    return Vault(client, key.read_bytes(), service, purpose, issuer, audience)


def _is_withheld(answer: httpx.Response) -> bool:
    try:
        return bool(answer.json().get("reason") == "confidential_contact")
    except (ValueError, AttributeError):
        return False
