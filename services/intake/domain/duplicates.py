"""并案: one matter told twice. Intake finds it and proposes; router merges or refuses."""

from dataclasses import dataclass
from datetime import datetime

from services.intake.domain.likeness import Spot, Telling, apart, blurred, distance, is_alike, near
from services.intake.domain.model import Case
from shared.city.city import City
from shared.city.coordinates import Point
from shared.city.policy import Duplicates
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
CLOSE_BY_M = 100
"""An offered case is told to be this near, or as near as the policy's distance."""


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
    within_m: int | None
    days: int


def is_worth_opening(ours: Likeness, found: Candidate, rule: Duplicates) -> bool:
    """Whether another telling of the same caller is alike enough for its place to be looked at."""
    return is_alike(ours.categories, found.categories, found.likeness, rule.repeat_likeness, rule)


def is_repeat(ours: Telling, theirs: Telling, like: float, city: City) -> bool:
    """Whether the same caller's two tellings are one matter."""
    rule = city.policy.duplicates
    alike = is_alike(ours.categories, theirs.categories, like, rule.repeat_likeness, rule)
    return alike and not apart(ours.spot, theirs.spot, rule, city.units)


def is_offered(ours: Telling, theirs: Telling, like: float, city: City) -> bool:
    """Whether a stranger's case is near and alike enough to be shown, and of nothing that strangers must not
    know of (低保, 残疾, 欠薪): what the city keeps out of Open311's list is kept out here.

    Whoever asks chooses from where. So the other's place counts as the middle of its cell: asked from however
    many places, the answers tell the cell and no door.
    """
    if not all(city.open311.is_listed(each) for each in (*ours.categories, *theirs.categories)):
        return False
    rule = city.policy.duplicates
    alike = is_alike(ours.categories, theirs.categories, like, rule.nearby_likeness, rule)
    return alike and near(ours.spot, blurred(theirs.spot), rule, city.units)


def offer(found: Candidate, ours: Telling, theirs: Telling, rule: Duplicates, *, at: datetime) -> Offer:
    """What the citizen is shown of it; how far off it is, told in one of two bands from its cell's middle."""
    shared = [each for each in theirs.categories if each in ours.categories]
    category = next(iter(shared or theirs.categories), None)
    days = max(0, (at - found.registered_at).days)
    return Offer(found.case_id, category, _within(ours.spot.point, theirs.spot, rule), days)


def propose_merge(case: Case, into: CaseId, reason: MergeReason) -> Decision[Case]:
    """Ask router to lay the case to the other one."""
    fact = CaseMergeProposed(case_id=case.case_id, into_case_id=into, reason=reason)
    return Decision(case, (fact,))


def _within(here: Point | None, there: Spot, rule: Duplicates) -> int | None:
    middle = blurred(there).point
    if here is None or middle is None:
        return None
    return min(CLOSE_BY_M, rule.distance_m) if distance(here, middle) <= CLOSE_BY_M else rule.distance_m
