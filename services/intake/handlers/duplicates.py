"""并案: note what was told, link a caller's repetition, offer what is near, join."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from services.intake.domain import duplicates
from services.intake.domain.commands import Join, NoteLikeness
from services.intake.domain.duplicates import Candidate, Likeness, Offer
from services.intake.domain.errors import NothingToJoin
from services.intake.domain.likeness import (
    Spot,
    Telling,
    keys_around,
    place_keys,
    spot,
    spot_found,
    telling,
)
from services.intake.domain.model import Case
from services.intake.domain.timeline import Code
from services.intake.domain.words import Words
from services.intake.handlers.wishes import note_wish
from services.intake.ports import IntakeWork
from shared.kernel.ids import CaseId
from shared.kernel.words import MergeReason
from shared.sealing.ring import SealBroken

COMPARED_AT_ONCE = 100
FORGOTTEN_AT_ONCE = 1000


async def note_likeness(work: IntakeWork, cmd: NoteLikeness) -> None:
    """Keep what the case is found by."""
    if cmd.kind in duplicates.COMPARED_KINDS:
        told = _telling(work, cmd.case_id, cmd.sealed_words, cmd.category)
        work.likenesses.note(_hashed(work, cmd, told))


async def link_repeats(work: IntakeWork) -> int:
    """Compare the cases router has begun to handle with what their callers asked before; how many."""
    due = await work.likenesses.due(limit=COMPARED_AT_ONCE)
    await work.cases.preload([one.case_id for one in due])
    for one in due:
        case = await work.cases.get(one.case_id)
        into = await _told_before(work, case, one)
        if into is not None:
            await work.cases.keep(duplicates.propose_merge(case, into, MergeReason.REPEAT_CALLER))
        # One after the other: of two alike that are due together, the second finds the first.
        await work.likenesses.compared([one.case_id], at=work.now)
    return len(due)


async def offers(work: IntakeWork, case: Case) -> Sequence[Offer]:
    """Open cases near by and alike, the most alike first."""
    rule = work.city.policy.duplicates
    if case.kind not in duplicates.COMPARED_KINDS or case.status not in duplicates.MERGEABLE:
        return ()
    ours = _own(work, case)
    if ours is None:
        return ()
    around = work.vault.marks(keys_around(ours.spot, rule, work.city.units))
    if not around:
        return ()
    one = _hashed(work, NoteLikeness(case.case_id, case.kind, None, "", case.registered_at), ours)
    since = work.now - timedelta(days=rule.days)
    found = await work.likenesses.nearby(one, around, since=since)
    near = (
        duplicates.offer(each, ours, theirs, rule, at=work.now)
        for each, theirs in _opened(work, found, lambda words: spot_found(words, ours.spot))
        if duplicates.is_offered(ours, theirs, each.likeness, work.city)
    )
    return [each for each, _ in zip(near, range(rule.offers), strict=False)]


async def join(work: IntakeWork, cmd: Join) -> Case:
    """我也遇到: ask router to lay the citizen's case to the one that was offered. Raises `NothingToJoin`."""
    into = work.vault.open_offer(cmd.case_id, cmd.token, at=work.now)
    if into is None:
        raise NothingToJoin
    case = await work.cases.get(cmd.case_id)
    await note_wish(work, cmd.case_id, Code.JOIN_ASKED)
    return await work.cases.keep(duplicates.propose_merge(case, into, MergeReason.JOINED))


async def forget_likenesses(work: IntakeWork) -> int:
    """Drop what is too old to be compared; how many."""
    before = work.now - timedelta(days=work.city.policy.duplicates.days)
    return await work.likenesses.forget(before=before, limit=FORGOTTEN_AT_ONCE)


async def _told_before(work: IntakeWork, case: Case, one: Likeness) -> CaseId | None:
    if case.status not in duplicates.MERGEABLE or not case.has_phone:
        return None
    rule = work.city.policy.duplicates
    found = await work.likenesses.of_caller(one, since=work.now - timedelta(days=rule.days))
    alike = [each for each in found if duplicates.is_worth_opening(one, each, rule)]
    ours = _own(work, case) if alike else None
    if ours is None:
        return None
    for each, theirs in _opened(work, alike, lambda words: spot(words, work.city, beside=ours.spot)):
        if duplicates.is_repeat(ours, theirs, each.likeness, work.city):
            return each.case_id
    return None


def _opened(
    work: IntakeWork, found: Sequence[Candidate], spot_of: Callable[[Words], Spot]
) -> Iterator[tuple[Candidate, Telling]]:
    """Candidates with what of them is compared here: how alike they are has been found in the database. Words
    whose key was destroyed are compared no more.
    """
    for each in found:
        try:
            words = work.vault.open_words(each.case_id, each.sealed_words)
        except SealBroken:
            continue
        yield each, Telling(each.categories, spot_of(words), frozenset())


def _own(work: IntakeWork, case: Case) -> Telling | None:
    """What the case itself told; None when its words' key was destroyed: the others must not wait for it."""
    try:
        return _telling(work, case.case_id, case.sealed_words, case.category)
    except SealBroken:
        return None


def _telling(work: IntakeWork, case_id: CaseId, sealed_words: str, stated: str | None) -> Telling:
    return telling(work.vault.open_words(case_id, sealed_words), stated, work.city)


def _hashed(work: IntakeWork, cmd: NoteLikeness, told: Telling) -> Likeness:
    shingles, places = (
        work.vault.marks(told.shingles),
        work.vault.marks(place_keys(told.spot, work.city.units)),
    )
    return Likeness(cmd.case_id, told.categories, shingles, places, cmd.registered_at)
