"""One function for each command: load, decide, keep."""

from services.intake.handlers.cases import (
    Registered,
    ask_urge,
    ask_withdrawal,
    follow,
    forget_guesses,
    read_contact,
    recognise,
    register,
    supplement,
)

__all__ = [
    "Registered",
    "ask_urge",
    "ask_withdrawal",
    "follow",
    "forget_guesses",
    "read_contact",
    "recognise",
    "register",
    "supplement",
]
