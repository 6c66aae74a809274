"""Scoring's memory."""

from services.scoring.store.repository import ScoringWork

__all__ = ["ScoringWork"]
