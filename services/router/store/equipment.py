"""What router's work is equipped with."""

from dataclasses import dataclass

from services.router.store.model_shelf import ModelShelf
from shared.sealing.ring import Ring


@dataclass(frozen=True, slots=True)
class Equipment:
    """The ring that opens the citizen's words, and the model that reads them."""

    ring: Ring
    model: ModelShelf
