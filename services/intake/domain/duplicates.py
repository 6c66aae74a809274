"""并案: one matter told twice. Intake finds it and proposes; router merges or refuses."""

from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.likeness import Telling, apart, distance, is_alike, near
from services.intake.domain.model import Case
from shared.city.city import City
from shared.events.intake import CaseMergeProposed
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId
from shared.kernel.words import Kind, MergeReason
from shared.lifecycle.case import CASE_LIFE, CaseState

S = CaseState
MERGEABLE = CASE_LIFE.moves["merge"].sources
MERGE_TARGETS = frozenset(
    {S.REGISTERED, S.AWAITING_DISPATCHER, S.DISPATCHED, S.SIGNED, S.SHELVED, S.RETURNED, S.REOPENED}
)
"""A case that will still be resolved; router looks again when it is asked."""
COMPARED_KINDS = frozenset({Kind.HELP, Kind.COMPLAINT, Kind.REPORT, Kind.SUGGESTION})
"""A question is answered each time it is asked, and praise is welcome twice."""
ROUNDED_TO = 50


@dataclass(frozen=True, slots=True)
class Likeness:
    """What is kept of a telling to find it by: keyed hashes."""

    case_id: CaseId
    categories: tuple[str, ...]
    shingles: tuple[int, ...]
    places: tuple[int, ...]
    registered_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """An open case that may be about the same matter."""

    case_id: CaseId
    categories: tuple[str, ...]
    sealed_words: str
    registered_at: datetime
    likeness: float


@dataclass(frozen=True, slots=True)
class Offer:
    """A case that may be joined, told without anything its citizen said."""

    case_id: CaseId
    category: str | None
    distance_m: int | None
    days: int


def is_repeat(ours: Telling, theirs: Telling, like: float, city: City) -> bool:
    """Whether the same caller's two tellings are one matter."""
    rule = city.policy.duplicates
    alike = is_alike(ours.categories, theirs.categories, like, rule.repeat_likeness, rule)
    return alike and not apart(ours.spot, theirs.spot, rule, city.units)


def is_offered(ours: Telling, theirs: Telling, like: float, city: City) -> bool:
    """Whether a stranger's case is near and alike enough to be shown."""
    rule = city.policy.duplicates
    alike = is_alike(ours.categories, theirs.categories, like, rule.nearby_likeness, rule)
    return alike and near(ours.spot, theirs.spot, rule, city.units)


def offer(found: Candidate, ours: Telling, theirs: Telling, *, at: datetime) -> Offer:
    """What the citizen is shown of it; the distance is rounded, so that no door can be found by it."""
    shared = [each for each in theirs.categories if each in ours.categories]
    metres = None
    if ours.spot.point and theirs.spot.point:
        metres = round(distance(ours.spot.point, theirs.spot.point) / ROUNDED_TO) * ROUNDED_TO
    days = max(0, (at - found.registered_at).days)
    return Offer(found.case_id, next(iter(shared or theirs.categories), None), metres, days)


def propose_merge(case: Case, into: CaseId, reason: MergeReason) -> Decision[Case]:
    """Ask router to lay the case to the other one."""
    fact = CaseMergeProposed(case_id=case.case_id, into_case_id=into, reason=reason)
    return Decision(case, (fact,))
