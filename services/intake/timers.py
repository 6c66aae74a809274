"""Time knocks: repetitions are linked, photos of incidents copied, unused uploads removed; old guesses and
likenesses are dropped, and who asked is forgotten when a case ended long ago.
"""

from datetime import timedelta

from services.intake import handlers
from services.intake.handlers import duplicates
from shared.ticker import Timer

TIMERS = (
    Timer("forget_guesses", timedelta(minutes=1), handlers.forget_guesses),
    Timer("link_repeats", timedelta(seconds=1), duplicates.link_repeats),
    Timer("forget_likenesses", timedelta(minutes=10), duplicates.forget_likenesses),
    Timer("condemn_uploads", timedelta(minutes=1), handlers.condemn_uploads),
    Timer("remove_uploads", timedelta(minutes=1), handlers.remove_uploads),
    Timer("copy_photos", timedelta(seconds=1), handlers.copy_photos),
    Timer("anonymise", timedelta(minutes=10), handlers.anonymise),
)
