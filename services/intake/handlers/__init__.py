"""One function for each command: load, decide, keep."""

from services.intake.handlers.cases import (
    Drawn,
    Registered,
    admit,
    ask_urge,
    ask_withdrawal,
    draw_up,
    follow,
    forget_guesses,
    read_contact,
    recognise,
    register,
    supplement,
)
from services.intake.handlers.open311 import request_service

__all__ = [
    "Drawn",
    "Registered",
    "admit",
    "ask_urge",
    "ask_withdrawal",
    "draw_up",
    "follow",
    "forget_guesses",
    "read_contact",
    "recognise",
    "register",
    "request_service",
    "supplement",
]
