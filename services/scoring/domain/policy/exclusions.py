"""剔除 and 申诉: asked with evidence, reviewed by two, contested once, decided by a third."""

from dataclasses import replace
from datetime import datetime

from services.scoring.domain.commands import Appeal, AskExclusion, Review
from services.scoring.domain.errors import EvidenceTwice, HadAHand, NotTheAsker
from services.scoring.domain.exclusion import Exclusion, Signature, Verdict
from services.scoring.domain.lifecycle import EXCLUSION_LIFE, ExclusionState
from shared.city.units import Units
from shared.events import scoring as say
from shared.events.fact import Fact
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode


def ask(cmd: AskExclusion, *, at: datetime) -> Decision[Exclusion]:
    """Ask for it. Raises `EvidenceTwice`."""
    asked = Exclusion(
        exclusion_id=cmd.exclusion_id,
        case_id=cmd.case_id,
        period=cmd.period,
        reason=cmd.reason,
        evidence=_each_once(cmd.evidence),
        unit=cmd.unit,
        asked=Signature(cmd.by, at, cmd.note),
    )
    fact = say.ExclusionAsked(**_about(asked), reason=asked.reason, evidence=asked.evidence)
    return Decision(asked, (fact,))


def review(exclusion: Exclusion, cmd: Review, *, at: datetime) -> Decision[Exclusion]:
    """A reviewer's word; the second for it puts it in force, one against it refuses it. Raises `HadAHand`."""
    _require_clean_hands(exclusion, cmd.by)
    move = _move(exclusion.state, upheld=cmd.upheld)
    verdict = Verdict(Signature(cmd.by, at, cmd.note), cmd.upheld)
    state = EXCLUSION_LIFE.fire(move, exclusion.state)
    after = replace(exclusion, state=state, reviews=(*exclusion.reviews, verdict))
    if state is ExclusionState.SECONDED:
        return Decision(after, (say.ExclusionReviewed(**_about(after)),))
    decided = say.ExclusionDecided(**_about(after), reason=after.reason, upheld=cmd.upheld)
    return Decision(after, (decided,))


def _move(state: ExclusionState, *, upheld: bool) -> str:
    if not upheld:
        return "refuse"
    return "second" if state is ExclusionState.ASKED else "uphold"


def appeal(exclusion: Exclusion, cmd: Appeal, units: Units, *, at: datetime) -> Decision[Exclusion]:
    """申诉, by the unit or the desk that asked. Raises `NotTheAsker`, `EvidenceTwice`."""
    state = EXCLUSION_LIFE.fire("appeal", exclusion.state)
    if cmd.unit != exclusion.unit and not _stands_for(cmd.unit, exclusion.unit, units):
        raise NotTheAsker(exclusion.exclusion_id)
    signature = Signature(cmd.by, at, cmd.note)
    after = replace(exclusion, state=state, appeal=signature, appeal_evidence=_each_once(cmd.evidence))
    return Decision(after, (say.AppealLodged(**_about(after)),))


def _stands_for(unit: UnitCode | None, asker: UnitCode | None, units: Units) -> bool:
    """Whether the asker has been closed since, and lay below this unit: it has no staff any more."""
    if unit is None or asker is None or asker in units or not units.knows(asker):
        return False
    return units.is_within(asker, unit)


def decide_appeal(exclusion: Exclusion, cmd: Review, *, at: datetime) -> Decision[Exclusion]:
    """A third one's word is the last. Raises `HadAHand`."""
    state = EXCLUSION_LIFE.fire("grant" if cmd.upheld else "deny", exclusion.state)
    _require_clean_hands(exclusion, cmd.by)
    verdict = Verdict(Signature(cmd.by, at, cmd.note), cmd.upheld)
    fact: Fact = say.AppealDecided(**_about(exclusion), upheld=cmd.upheld)
    return Decision(replace(exclusion, state=state, appeal_verdict=verdict), (fact,))


def _require_clean_hands(exclusion: Exclusion, by: str) -> None:
    if by in exclusion.hands:
        raise HadAHand(exclusion.exclusion_id)


def _each_once(evidence: tuple[str, ...]) -> tuple[str, ...]:
    for index, digest in enumerate(evidence):
        if digest in evidence[:index]:
            raise EvidenceTwice(digest)
    return evidence


def _about(exclusion: Exclusion) -> dict[str, object]:
    return {
        "period": exclusion.period,
        "exclusion_id": exclusion.exclusion_id,
        "case_id": exclusion.case_id,
    }
