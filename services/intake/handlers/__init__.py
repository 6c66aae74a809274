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
    "supplement",
]
