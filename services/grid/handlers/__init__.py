"""Grid's desk, one function for each command: load, decide, keep."""

from services.grid.handlers.cases import assign_case, release_case, reschedule_case, take_case
from services.grid.handlers.conferences import settle_division
from services.grid.handlers.directory import learn_unit
from services.grid.handlers.incidents import escalate_incident, handle_incident, note_case, report_incident
from services.grid.handlers.photos import announce_photo, condemn_photos, remove_photos, settle_photo
from services.grid.handlers.rounds import record_inspection, record_track, record_visit
from services.grid.handlers.sync import forget_changes, forget_receipts, open_terminal, sync
from services.grid.handlers.tasks import give_task, report_task, withdraw_task
from services.grid.handlers.terminals import (
    enrol_terminal,
    invite_terminal,
    refresh_terminal,
    revoke_terminal,
)
from services.grid.handlers.whistles import (
    act,
    approve,
    blow_whistle,
    cancel,
    close,
    contact,
    refuse,
    report_in,
    ring_overdue,
    score,
    sign,
)

__all__ = [
    "act",
    "announce_photo",
    "approve",
    "assign_case",
    "blow_whistle",
    "cancel",
    "close",
    "condemn_photos",
    "contact",
    "enrol_terminal",
    "escalate_incident",
    "forget_changes",
    "forget_receipts",
    "give_task",
    "handle_incident",
    "invite_terminal",
    "learn_unit",
    "note_case",
    "open_terminal",
    "record_inspection",
    "record_track",
    "record_visit",
    "refresh_terminal",
    "refuse",
    "release_case",
    "remove_photos",
    "report_in",
    "report_incident",
    "report_task",
    "reschedule_case",
    "revoke_terminal",
    "ring_overdue",
    "score",
    "settle_division",
    "settle_photo",
    "sign",
    "sync",
    "take_case",
    "withdraw_task",
]
