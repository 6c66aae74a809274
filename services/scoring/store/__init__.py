"""Scoring's memory."""

from services.scoring.store.directory import Directory
from services.scoring.store.equipment import Equipment
from services.scoring.store.repository import ScoringWork

__all__ = ["Directory", "Equipment", "ScoringWork"]
