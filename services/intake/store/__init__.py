"""Intake's memory, as its doors and `app` take it."""

from services.intake.store.api_keys import ApiKeyShelf
from services.intake.store.repository import Equipment, IntakeWork
from services.intake.store.vault import KeyVault, open_vault

__all__ = ["ApiKeyShelf", "Equipment", "IntakeWork", "KeyVault", "open_vault"]
