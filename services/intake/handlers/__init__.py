"""One function for each command: load, decide, keep."""

from services.intake.handlers.api_keys import issue_key, revoke_key
from services.intake.handlers.attachments import (
    abandon_uploads,
    announce_upload,
    claim_uploads,
    condemn_uploads,
    remove_uploads,
    settle_upload,
)
from services.intake.handlers.cases import (
    Drawn,
    Registered,
    admit,
    draw_up,
    follow,
    forget_guesses,
    recognise,
    register,
    register_finding,
    register_incident,
)
from services.intake.handlers.contacts import anonymise, erase, read_contact
from services.intake.handlers.directory import learn_unit
from services.intake.handlers.handovers import copy_photos
from services.intake.handlers.lookups import check_caller, give_code, search
from services.intake.handlers.open311 import request_service
from services.intake.handlers.wishes import ask_urge, ask_withdrawal, supplement

__all__ = [
    "Drawn",
    "Registered",
    "abandon_uploads",
    "admit",
    "announce_upload",
    "anonymise",
    "ask_urge",
    "ask_withdrawal",
    "check_caller",
    "claim_uploads",
    "condemn_uploads",
    "copy_photos",
    "draw_up",
    "erase",
    "follow",
    "forget_guesses",
    "give_code",
    "issue_key",
    "learn_unit",
    "read_contact",
    "recognise",
    "register",
    "register_finding",
    "register_incident",
    "remove_uploads",
    "request_service",
    "revoke_key",
    "search",
    "settle_upload",
    "supplement",
]
