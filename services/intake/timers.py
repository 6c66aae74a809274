"""What intake does when time passes: counts of wrong access codes are dropped once their window is over."""

from datetime import timedelta

from services.intake import handlers
from services.intake.store import IntakeWork
from shared.ticker import Timer


async def forget_guesses(work: IntakeWork) -> int:
    """Drop old counts; how many."""
    return await handlers.forget_guesses(work)


TIMERS = (Timer("forget_guesses", timedelta(minutes=1), forget_guesses),)
