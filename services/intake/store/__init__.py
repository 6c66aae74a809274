"""Intake's memory, as its doors and `app` take it."""

from services.intake.store.api_keys import ApiKeyShelf
from services.intake.store.equipment import Equipment
from services.intake.store.repository import IntakeWork, UnitCopies
from services.intake.store.vault import KeyVault, links_secret, open_vault
from shared.files.objects import Objects, open_objects

__all__ = [
    "ApiKeyShelf",
    "Equipment",
    "IntakeWork",
    "KeyVault",
    "Objects",
    "UnitCopies",
    "links_secret",
    "open_objects",
    "open_vault",
]
