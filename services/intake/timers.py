"""What intake does when time passes.

Counts of wrong access codes are dropped once their window is over; repetitions are linked; likenesses too old
to be compared are dropped; uploads that no case was made of are removed; photos of incidents are copied;
who asked is forgotten when a case ended long ago.
"""

from datetime import timedelta

from services.intake import handlers
from services.intake.handlers import duplicates
from services.intake.store import IntakeWork
from shared.ticker import Timer


async def forget_guesses(work: IntakeWork) -> int:
    """Drop old counts; how many."""
    return await handlers.forget_guesses(work)


async def link_repeats(work: IntakeWork) -> int:
    """同一来电人重复反映: propose to merge; how many were compared."""
    return await duplicates.link_repeats(work)


async def forget_likenesses(work: IntakeWork) -> int:
    """Drop old likenesses; how many."""
    return await duplicates.forget_likenesses(work)


async def condemn_uploads(work: IntakeWork) -> int:
    """Give up uploads that no case was made of within a day; how many."""
    return await handlers.condemn_uploads(work)


async def remove_uploads(work: IntakeWork) -> int:
    """Remove what was given up; how many."""
    return await handlers.remove_uploads(work)


async def copy_photos(work: IntakeWork) -> int:
    """Copy what came with incidents; how many waited."""
    return await handlers.copy_photos(work)


async def anonymise(work: IntakeWork) -> int:
    """匿名化: forget who asked; in how many cases."""
    return await handlers.anonymise(work)


TIMERS = (
    Timer("forget_guesses", timedelta(minutes=1), forget_guesses),
    Timer("link_repeats", timedelta(seconds=1), link_repeats),
    Timer("forget_likenesses", timedelta(minutes=10), forget_likenesses),
    Timer("condemn_uploads", timedelta(minutes=1), condemn_uploads),
    Timer("remove_uploads", timedelta(minutes=1), remove_uploads),
    Timer("copy_photos", timedelta(seconds=1), copy_photos),
    Timer("anonymise", timedelta(minutes=10), anonymise),
)
