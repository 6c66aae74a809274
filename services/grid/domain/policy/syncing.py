"""同步: in which order items count, which are known already, and which version they may change.

A number is used once. What is refused or in conflict has used its number too: the worker decides anew, under
a new id and number. So a batch that comes twice, late, or beside another one finds each item answered, its
turn, or not yet its turn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.grid.domain.case_lead import CaseLead, LeadStanding
from services.grid.domain.policy.incidents import place_in_time
from services.grid.domain.syncing import Answered, Item, Outcome, Receipt, Subject
from services.grid.domain.terminal import Terminal
from services.grid.domain.terminal_errors import (
    ItemIdRefused,
    ItemIdTaken,
    SequenceGap,
    SequencePassed,
    VersionPassed,
)
from shared.kernel.errors import Refusal

MOST_ITEMS = 500
KEPT_FOR = timedelta(days=30)
"""How long an answer is known again. After that its number alone keeps an item from being done twice."""
TOLD_FOR = timedelta(days=30)
"""How long terminals are told of what is over, after its last change; later it is read at the desk. Ours."""
LYING_LONGER = timedelta(days=1)
"""How much later what is told of it is dropped: longer than any transaction, and than clocks differ.

So who heard everything less than `TOLD_FOR` ago finds whatever changed since still there.
"""


@dataclass(frozen=True, slots=True)
class Roll:
    """How far a terminal's items have come."""

    last: int
    unreadable: int = 0
    """Items of the batch without even a number: each may stand for one that is missing."""

    def turn(self, item: Item) -> "Roll":
        """The roll after this item. Raises unless the item comes next."""
        if item.sequence <= self.last:
            raise SequencePassed(item.sequence, self.last + 1)
        missing = item.sequence - self.last - 1
        if missing > self.unreadable:
            raise SequenceGap(item.sequence, self.last + 1)
        return Roll(item.sequence, self.unreadable - missing)

    def past(self, item: Item) -> "Roll":
        """The roll after an item that does nothing, but may have a number of its own."""
        try:
            return self.turn(item)
        except Refusal:
            return self


def in_order(items: Iterable[Item]) -> list[Item]:
    """As the worker did them; of two with one number the first that was sent comes first."""
    return sorted(items, key=lambda item: (item.sequence, item.index))


def recall(item: Item, receipt: Receipt, worker: str) -> Answered:
    """The answer an item had before. Raises `ItemIdTaken` when it was something else, or somebody else's."""
    if (receipt.fingerprint, receipt.worker) != (item.fingerprint, worker):
        raise ItemIdTaken(item.item_id)
    return Answered(
        item, Outcome.DUPLICATE, receipt.outcome, receipt.problem, subject_version=receipt.subject_version
    )


def require_sound(item: Item, *, at: datetime) -> None:
    """Raise what no item may be: without a place in time, by its id or by the terminal's clock."""
    if item.item_id.version != 7:
        raise ItemIdRefused
    place_in_time(item.recorded_at, item.behind, at=at)


def require_base(item: Item, version: int) -> None:
    """Raise when what the item changes is not any more as the worker saw it."""
    if item.base_version is not None and item.base_version != version:
        raise VersionPassed(item.base_version, version)


def is_over(subject: Subject | CaseLead) -> bool:
    """Whether nothing is to be done about it any more."""
    if isinstance(subject, CaseLead):
        return subject.standing is LeadStanding.DONE
    return subject.ended_at is not None


def missed_some(heard_all_at: datetime, *, at: datetime) -> bool:
    """Whether what a terminal did not hear of may have been dropped since: it is told everything anew."""
    return at - heard_all_at >= TOLD_FOR


def settle(item: Item, answered: Answered, terminal: Terminal, *, at: datetime) -> Receipt:
    """What is kept of an answer that is for good."""
    return Receipt(
        item_id=item.item_id,
        terminal_id=terminal.terminal_id,
        worker=terminal.worker,
        sequence=item.sequence,
        kind=item.kind,
        recorded_at=item.recorded_at,
        received_at=at,
        fingerprint=item.fingerprint,
        outcome=answered.outcome,
        problem=answered.problem,
        subject_version=answered.subject_version,
    )


def back_in_place(answers: Sequence[Answered]) -> list[Answered]:
    """In the order in which the items were sent."""
    return sorted(answers, key=lambda answered: answered.item.index)
