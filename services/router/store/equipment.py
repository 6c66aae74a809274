"""What router's work is equipped with."""

from dataclasses import dataclass

from services.router.store.model_shelf import ModelShelf
from shared.http.vault import Vault
from shared.sealing.ring import Ring


@dataclass(frozen=True, slots=True)
class Equipment:
    """The ring that opens the citizen's words, the model that reads them, and the way to intake's vault."""

    ring: Ring
    model: ModelShelf
    vault: Vault

    async def aclose(self) -> None:
        """What a flat calls when it ends."""
        await self.vault.aclose()
