"""诉求人的请求: how often a citizen may ask the same of one case. Pure; `at` comes last.

Whether a wish helps is router's to say. Here it is only seen to that nobody who holds a number and its code
fills the log, one line and one fact after the other.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from services.intake.domain.commands import Supplement
from services.intake.domain.errors import EmptySupplement, TooManySupplements, TooManyWishes
from services.intake.domain.timeline import Code
from services.intake.domain.words import Words

DAY = timedelta(hours=24)
MOST_A_DAY = 20
"""Of one kind within 24 hours (ours): more often than anybody in need rings."""
MOST_SUPPLEMENTS = 100
"""Of one case: router keeps no more of them (ours)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How often one thing was asked of a case before."""

    ever: int
    of_late: int
    """Within the last 24 hours."""
    since: datetime | None
    """The first of those."""


def added_words(cmd: Supplement) -> Words:
    """补充 as router reads it; files alone are told by their number. Raises `EmptySupplement`."""
    if cmd.text is None and not cmd.attachments:
        raise EmptySupplement
    return Words(cmd.text or "", attachments=len(cmd.attachments) or None)


def check(wish: Code, before: Asked, *, at: datetime) -> None:
    """Whether it may be asked once more. Raises `TooManySupplements`, `TooManyWishes`."""
    if wish is Code.SUPPLEMENTED and before.ever >= MOST_SUPPLEMENTS:
        raise TooManySupplements(MOST_SUPPLEMENTS)
    if before.of_late >= MOST_A_DAY:
        raise TooManyWishes(MOST_A_DAY, until=(before.since or at) + DAY, at=at)
