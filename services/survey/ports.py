"""What survey's handlers need from memory and from outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.survey.domain.links import Links
from services.survey.domain.model import Survey
from shared.city.city import City
from shared.kernel.decision import Decision
from shared.kernel.ids import CallbackId, CaseId


class Surveys(Protocol):
    async def find(self, key: CaseId) -> Survey | None: ...

    async def get(self, key: CaseId) -> Survey: ...

    async def keep(self, decision: Decision[Survey]) -> Survey: ...

    async def with_callback(self, callback_id: CallbackId) -> Survey:
        """The case of a round. Raises `UnknownCallback`."""

    async def without_link(self, at: datetime, limit: int) -> Sequence[tuple[CaseId, CallbackId]]:
        """Rounds that are due and whose citizen has not been sent a link, their cases under lock."""


class Messages(Protocol):
    async def send_links(self, callback_ids: Sequence[CallbackId], *, at: datetime) -> None:
        """Hand links over to the citizens' phones: once for each callback, however often it is asked."""


class Contact(Protocol):
    @property
    def name(self) -> str | None: ...

    @property
    def phone(self) -> str | None: ...


class Contacts(Protocol):
    async def contact_of(self, case_id: CaseId) -> Contact:
        """Name and phone from intake's vault, asked for at call time and kept nowhere."""

    async def aclose(self) -> None:
        """Let the connections go."""


@dataclass(frozen=True, slots=True)
class Equipment:
    """What survey has beside its store."""

    contacts: Contacts
    links: Links

    async def aclose(self) -> None:
        """What a flat calls when it ends."""
        await self.contacts.aclose()


class SurveyWork(Protocol):
    @property
    def now(self) -> datetime: ...

    @property
    def city(self) -> City: ...

    @property
    def surveys(self) -> Surveys: ...

    @property
    def messages(self) -> Messages: ...
