"""Scoring's desk: one function for each command; load, decide, keep."""

from services.scoring.handlers.hotspots import note_taken_up, seek_hotspots
from services.scoring.handlers.ledger import (
    appeal,
    ask_close,
    ask_exclusion,
    close_month,
    decide_appeal,
    learn_unit,
    note_blown,
    note_whistle,
    review_exclusion,
    take_note,
)

__all__ = [
    "appeal",
    "ask_close",
    "ask_exclusion",
    "close_month",
    "decide_appeal",
    "learn_unit",
    "note_blown",
    "note_taken_up",
    "note_whistle",
    "review_exclusion",
    "seek_hotspots",
    "take_note",
]
