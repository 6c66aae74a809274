"""Scoring's memory."""

from services.scoring.store.equipment import Equipment
from services.scoring.store.repository import ScoringWork, UnitCopies

__all__ = ["Equipment", "ScoringWork", "UnitCopies"]
