"""Scoring's desk: one function for each command; load, decide, keep."""

from services.scoring.handlers.directory import learn_unit
from services.scoring.handlers.hotspots import note_taken_up, seek_hotspots
from services.scoring.handlers.ledger import (
    appeal,
    ask_close,
    ask_exclusion,
    close_month,
    decide_appeal,
    note_blown,
    note_whistle,
    review_exclusion,
    take_note,
)
from services.scoring.handlers.topics import cancel_topic, choose_topic, close_topic, finish_task, plan_topic

__all__ = [
    "appeal",
    "ask_close",
    "ask_exclusion",
    "cancel_topic",
    "choose_topic",
    "close_month",
    "close_topic",
    "decide_appeal",
    "finish_task",
    "learn_unit",
    "note_blown",
    "note_taken_up",
    "note_whistle",
    "plan_topic",
    "review_exclusion",
    "seek_hotspots",
    "take_note",
]
