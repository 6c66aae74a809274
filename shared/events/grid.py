"""What grid says: whistles with what each department did, incidents grid workers found, conferences."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from shared.events.fact import CaseFact, Count, Fact, Instant
from shared.events.topics import CASE, GRID, Topic
from shared.kernel.ids import (
    CaseId,
    CategoryCode,
    ConferenceId,
    DeliberationId,
    IncidentId,
    MicroProjectId,
    UnitCode,
    WhistleId,
)
from shared.kernel.words import (
    Blower,
    DeliberationStep,
    Giver,
    Means,
    RaisedFrom,
    Share,
    WhistleKind,
)

SOURCE_GRID = "grid"


class WhistleFact(Fact):
    """Something about a whistle; on the case's topic when it was blown on a case."""

    SOURCE: ClassVar[str] = SOURCE_GRID
    TOPICS: ClassVar[tuple[Topic, ...]] = (CASE, GRID)

    whistle_id: WhistleId
    case_id: CaseId | None = None

    def topic(self) -> Topic:
        return CASE if self.case_id else GRID

    def key(self) -> str:
        return str(self.case_id or self.whistle_id)


class Called(BaseModel):
    """A department that was named, and until when it owes what."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: UnitCode
    sign_by: Instant
    contact_by: Instant
    report_in_by: Instant


class WhistleProposed(WhistleFact):
    """A whistle waits for the unit above: no department has heard of it."""

    TYPE: ClassVar[str] = "jiesu.whistle.proposed"

    kind: WhistleKind
    blown_by: UnitCode
    blower: Blower
    approver: UnitCode


class WhistleDropped(WhistleFact):
    """It is not blown: refused by its approver, or taken back before; why stays with grid."""

    TYPE: ClassVar[str] = "jiesu.whistle.dropped"

    refused_by: UnitCode | None


class WhistleBlown(WhistleFact):
    """吹哨: a street calls departments to the site."""

    TYPE: ClassVar[str] = "jiesu.whistle.blown"

    kind: WhistleKind
    blown_by: UnitCode
    departments: tuple[Called, ...]
    blower: Blower | None = None
    """None: of before it was said."""
    approved_by: UnitCode | None = None
    """None: it needed no approval."""


class DepartmentFact(WhistleFact):
    """Something one of the named departments did."""

    unit: UnitCode


class WhistleSigned(DepartmentFact):
    """The department signed for the whistle."""

    TYPE: ClassVar[str] = "jiesu.whistle.signed"

    in_time: bool


class WhistleContacted(DepartmentFact):
    """The department spoke with the blower."""

    TYPE: ClassVar[str] = "jiesu.whistle.contacted"

    in_time: bool


class WhistleReportedIn(DepartmentFact):
    """报到: the department stands on the site; `distance_m` is from the site, None without coordinates."""

    TYPE: ClassVar[str] = "jiesu.whistle.reported_in"

    in_time: bool
    distance_m: float | None
    on_site: bool | None
    counts_as_signed: bool = False
    """It rushed to an emergency while there was time to sign: being there is its signature."""


class WhistleActed(DepartmentFact):
    """The department did its part."""

    TYPE: ClassVar[str] = "jiesu.whistle.acted"


class WhistleScored(DepartmentFact):
    """The blower scored the department: the other half of the double appraisal."""

    TYPE: ClassVar[str] = "jiesu.whistle.scored"

    reported_in_time: bool
    score: Count
    """1 (did nothing) to 5 (solved it)."""


class WhistleOverdue(DepartmentFact):
    """The department is late; the district is told."""

    TYPE: ClassVar[str] = "jiesu.whistle.overdue"

    step: str
    """sign, contact or report_in."""
    district: UnitCode | None = None
    """Which one is told: the blower's."""


class WhistleClosed(WhistleFact):
    """The blower closed the whistle: every department is scored."""

    TYPE: ClassVar[str] = "jiesu.whistle.closed"


class WhistleCancelled(WhistleFact):
    """Taken back by the blower, with a reason that stays with grid."""

    TYPE: ClassVar[str] = "jiesu.whistle.cancelled"


class DeliberationFact(Fact):
    """Something about a deliberation. What was said, and by whom, stays with grid."""

    SOURCE: ClassVar[str] = SOURCE_GRID
    TOPICS: ClassVar[tuple[Topic, ...]] = (GRID,)

    deliberation_id: DeliberationId
    unit: UnitCode
    """The community or street whose residents deliberate."""
    case_ids: tuple[CaseId, ...]
    """The cases it is about; their citizens are told."""

    def key(self) -> str:
        return str(self.deliberation_id)


class DeliberationRaised(DeliberationFact):
    """说: a matter is on the residents' table."""

    TYPE: ClassVar[str] = "jiesu.deliberation.raised"

    raised_from: RaisedFrom


class DeliberationMet(DeliberationFact):
    """议: a meeting was held; with a vote, how many placards there were and whether it decided."""

    TYPE: ClassVar[str] = "jiesu.deliberation.met"

    meeting: Count
    """1 for the first."""
    present: Count
    placards: Count | None
    """None: there was no vote."""
    quorate: bool | None
    adopted: bool


class DeliberationPledged(DeliberationFact):
    """筹: means were pledged; `amount` counts fen, hours or things."""

    TYPE: ClassVar[str] = "jiesu.deliberation.pledged"

    means: Means
    amount: Count
    giver: Giver


class DeliberationProgressed(DeliberationFact):
    """办: a step between the matter and its evaluation, and how many of the tasks are done after it."""

    TYPE: ClassVar[str] = "jiesu.deliberation.progressed"

    step: DeliberationStep
    tasks: Count
    tasks_done: Count


class DeliberationEvaluated(DeliberationFact):
    """评: how many residents said what of the outcome."""

    TYPE: ClassVar[str] = "jiesu.deliberation.evaluated"

    satisfied: Count
    basically: Count
    not_satisfied: Count
    no_opinion: Count


class DeliberationAbandoned(DeliberationFact):
    """Given up, with a reason that stays with grid."""

    TYPE: ClassVar[str] = "jiesu.deliberation.abandoned"


class FoundationTicked(Fact):
    """五有: a community has one of the things residents deliberate with, or lacks it."""

    TYPE: ClassVar[str] = "jiesu.foundation.ticked"
    SOURCE: ClassVar[str] = SOURCE_GRID
    TOPICS: ClassVar[tuple[Topic, ...]] = (GRID,)

    unit: UnitCode
    """The community."""
    item: str
    """Its code in the city's list."""
    has: bool
    by: UnitCode
    """The community itself, or its street."""
    list_version: Count

    def key(self) -> str:
        return self.unit


class MicroProjectFact(Fact):
    """Something about a micro-project. What it is, and who the people are, stays with grid."""

    SOURCE: ClassVar[str] = SOURCE_GRID
    TOPICS: ClassVar[tuple[Topic, ...]] = (GRID,)

    project_id: MicroProjectId
    unit: UnitCode
    """The community or street it is for."""
    deliberation_id: DeliberationId | None
    """What it grew out of."""

    def key(self) -> str:
        return str(self.project_id)


class MicroProjectOffered(MicroProjectFact):
    """微项目: a small work waits for somebody who takes it on."""

    TYPE: ClassVar[str] = "jiesu.micro_project.offered"


class MicroProjectClaimed(MicroProjectFact):
    """认领: a unit, Party members or volunteers took it on."""

    TYPE: ClassVar[str] = "jiesu.micro_project.claimed"

    giver: Giver
    claimed_by: UnitCode
    """The unit itself; for people, the community or street where they reported in."""


class MicroProjectReleased(MicroProjectFact):
    """Given back: it waits again."""

    TYPE: ClassVar[str] = "jiesu.micro_project.released"


class MicroProjectReported(MicroProjectFact):
    """Done, with a report that stays with grid."""

    TYPE: ClassVar[str] = "jiesu.micro_project.reported"

    giver: Giver
    claimed_by: UnitCode


class MicroProjectWithdrawn(MicroProjectFact):
    """Nobody need take it on any more."""

    TYPE: ClassVar[str] = "jiesu.micro_project.withdrawn"


class IncidentFact(Fact):
    """Something about an incident. Where exactly it is stays with grid; `place` is the unit it lies in."""

    SOURCE: ClassVar[str] = SOURCE_GRID
    TOPICS: ClassVar[tuple[Topic, ...]] = (GRID,)

    incident_id: IncidentId
    unit: UnitCode
    """Whose grid worker reported it."""
    place: UnitCode
    category: CategoryCode

    def key(self) -> str:
        return str(self.incident_id)


class IncidentReported(IncidentFact):
    """上报: a grid worker found something; `recorded_at` by the terminal's clock, perhaps hours ago."""

    TYPE: ClassVar[str] = "jiesu.incident.reported"

    recorded_at: Instant


class IncidentHandled(IncidentFact):
    """未诉先办: settled on the spot, with evidence that stays with grid; counted as proactive."""

    TYPE: ClassVar[str] = "jiesu.incident.handled"


class IncidentEscalated(IncidentFact):
    """网格吹哨、街社报到: too much for the grid; intake registers a case for it."""

    TYPE: ClassVar[str] = "jiesu.incident.escalated"

    recorded_at: Instant
    sealed_words: str
    """Text, address and coordinates under the incidents ring, bound to the incident; only intake opens it."""
    photos: tuple[str, ...] = ()
    """Names in the store of files, drawn at random: to who cannot open the store they say how many there are.
    Intake copies each; no digest, by which a picture could be known again.
    """


class Party(BaseModel):
    """A unit at the table, and the part it takes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    unit: UnitCode
    share: Share


class ConferenceHeld(CaseFact):
    """联席会商: who is responsible for what was settled at one table. The minutes stay with grid."""

    TYPE: ClassVar[str] = "jiesu.conference.held"
    SOURCE: ClassVar[str] = SOURCE_GRID

    conference_id: ConferenceId
    parties: tuple[Party, ...]
    """One leads; the others take a part."""
    minutes_hash: str
    """SHA-256 of the signed minutes, in hex: whoever holds them can show that nothing was changed."""
