"""微项目: offered by a community, claimed by units, Party members and volunteers, reported when done."""

from dataclasses import replace
from datetime import datetime

from services.grid.domain.deliberation import Deliberation
from services.grid.domain.deliberation_errors import PlaceRefused, UnknownDeliberation
from services.grid.domain.lifecycle import MICRO_PROJECT_LIFE, MicroProjectState
from services.grid.domain.micro_project import Claim, MicroProject, Offer, Release, Report, Withdraw
from services.grid.domain.micro_project_errors import (
    ClaimantRefused,
    ClaimForOthers,
    MayNotOffer,
    NotYourClaim,
    UnknownMicroProject,
)
from services.grid.domain.policy.deliberation import TABLES
from shared.city.units import Units
from shared.events.grid import (
    MicroProjectClaimed,
    MicroProjectOffered,
    MicroProjectReleased,
    MicroProjectReported,
    MicroProjectWithdrawn,
)
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode
from shared.kernel.words import Giver

CLAIMANTS = frozenset({Giver.UNIT, Giver.PARTY_MEMBERS, Giver.VOLUNTEERS})


def offer(
    cmd: Offer, deliberation: Deliberation | None, sealed_words: str, *, units: Units, at: datetime
) -> Decision[MicroProject]:
    """Alone, or out of a deliberation of the same community."""
    if cmd.unit not in units or units.get(cmd.unit).level not in TABLES:
        raise PlaceRefused(cmd.unit)
    if cmd.by not in (cmd.unit, units.street_of(cmd.unit)):
        raise MayNotOffer(cmd.by, cmd.unit)
    if cmd.deliberation_id is not None and (deliberation is None or deliberation.unit != cmd.unit):
        raise UnknownDeliberation(cmd.deliberation_id)
    offered = MicroProject(cmd.project_id, cmd.unit, cmd.deliberation_id, sealed_words, at)
    return Decision(offered, (MicroProjectOffered(**offered.about()),))


def claim(
    project: MicroProject, cmd: Claim, sealed_claim: str, *, units: Units, at: datetime
) -> Decision[MicroProject]:
    """认领: a unit for itself, wherever it is; people through the community they reported in to (双报到)."""
    require_sight(project, cmd.by, units)
    after = MICRO_PROJECT_LIFE.fire("claim", project.state)
    if cmd.giver not in CLAIMANTS:
        raise ClaimantRefused
    if cmd.giver is not Giver.UNIT and not _is_own(project, cmd.by, units):
        raise ClaimForOthers(cmd.by)
    claimed = replace(
        project,
        state=after,
        giver=cmd.giver,
        claimed_by=cmd.by,
        sealed_claim=sealed_claim,
        claimed_at=at,
    )
    said = MicroProjectClaimed(**claimed.about(giver=cmd.giver, claimed_by=cmd.by))
    return Decision(claimed, (said,))


def release(project: MicroProject, cmd: Release, *, units: Units) -> Decision[MicroProject]:
    """Given back, or taken back by the community from somebody who does nothing."""
    require_sight(project, cmd.by, units)
    after = MICRO_PROJECT_LIFE.fire("release", project.state)
    _require_claim(project, cmd.by, units)
    free = replace(project, state=after, giver=None, claimed_by=None, sealed_claim=None, claimed_at=None)
    return Decision(free, (MicroProjectReleased(**free.about()),))


def report(
    project: MicroProject, cmd: Report, sealed_report: str, *, units: Units, at: datetime
) -> Decision[MicroProject]:
    """Done; what was done is kept."""
    require_sight(project, cmd.by, units)
    after = MICRO_PROJECT_LIFE.fire("report", project.state)
    _require_claim(project, cmd.by, units)
    done = replace(project, state=after, sealed_report=sealed_report, ended_at=at)
    said = MicroProjectReported(**done.about(giver=done.giver, claimed_by=done.claimed_by))
    return Decision(done, (said,))


def withdraw(project: MicroProject, cmd: Withdraw, *, units: Units, at: datetime) -> Decision[MicroProject]:
    """Not needed any more."""
    require_sight(project, cmd.by, units)
    if not _is_own(project, cmd.by, units):
        raise MayNotOffer(cmd.by, project.unit)
    after = MICRO_PROJECT_LIFE.fire("withdraw", project.state)
    ended = replace(project, state=after, ended_at=at)
    return Decision(ended, (MicroProjectWithdrawn(**ended.about()),))


def require_sight(project: MicroProject, unit: UnitCode, units: Units) -> None:
    """What waits is everybody's to see; else its unit's, its taker's, and those above either."""
    if project.state is MicroProjectState.OFFERED:
        return
    parties = [code for code in (project.unit, project.claimed_by) if code is not None]
    if not any(units.oversees(unit, code) for code in parties):
        raise UnknownMicroProject(project.project_id)


def _is_own(project: MicroProject, by: UnitCode, units: Units) -> bool:
    """Whether the asker offered it or is the street above; what a closed street offered is its district's."""
    street = units.street_of(project.unit) if units.knows(project.unit) else None
    return by == street or units.answers_for(by, project.unit)


def _require_claim(project: MicroProject, by: UnitCode, units: Units) -> None:
    if by != project.claimed_by and not _is_own(project, by, units):
        raise NotYourClaim(by)
