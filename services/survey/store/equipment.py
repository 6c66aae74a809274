"""What survey's work is equipped with."""

from dataclasses import dataclass

from services.survey.domain.links import Links
from services.survey.domain.signatures import Signatures
from services.survey.ports import Contacts, Messenger
from shared.sealing.passes import CasePasses


@dataclass(frozen=True, slots=True)
class Equipment:
    """The ways to intake's vault and the message gateway; the secrets of links, webhooks and passes."""

    contacts: Contacts
    links: Links
    messenger: Messenger
    signatures: Signatures
    passes: CasePasses

    async def aclose(self) -> None:
        """What a flat calls when it ends."""
        await self.contacts.aclose()
        await self.messenger.aclose()
