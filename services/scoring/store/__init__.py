"""Scoring's memory."""

from services.scoring.store.repository import ScoringWork, UnitCopies

__all__ = ["ScoringWork", "UnitCopies"]
