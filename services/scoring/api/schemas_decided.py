"""What goes in and out about departments, exclusions, and what is closed and judged."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.scoring.api.schemas import PeriodView, RulesView
from services.scoring.domain.lifecycle import ExclusionState
from services.scoring.domain.policy.calls import CallMeasure
from shared.http.wire import Wire
from shared.kernel.words import DeclineReason, StreetClass, SupervisionStep, WhistleKind

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=4_000)]
Label = Annotated[str, StringConstraints(max_length=7)]
EVIDENCE = 20


class DepartmentView(Wire):
    """双考核: how a department came when it was called, and what citizens said of the cases it led."""

    unit: str
    name: str
    called: int
    signed_in_time: int
    signed_rate: Decimal | None
    called_to_site: int
    reported_in_time: int
    reported_rate: Decimal | None
    scored: int
    average_score: Decimal | None = Field(description="1 (did nothing) to 5 (solved it).")
    late: int
    adjustments: int
    streets: Decimal | None = Field(description="What streets say, in one figure.")
    citizens: Decimal | None = Field(description="The composite of the cases it led.")
    double: Decimal | None = Field(description="Both together; null while one of them is.")


class AppraisalRules(Wire):
    """How the double appraisal is weighed."""

    citizens: Decimal
    streets: Decimal
    signed: Decimal
    reported_in: Decimal
    result: Decimal
    source: str


class DepartmentsView(Wire):
    """The departments that were called in a period; cancelled whistles are not counted."""

    period: PeriodView
    rules: RulesView
    appraisal: AppraisalRules
    departments: list[DepartmentView]


class CallView(Wire):
    """One call behind a department's numbers."""

    whistle_id: UUID
    unit: str
    measure: CallMeasure
    number: int
    case_id: UUID | None
    kind: WhistleKind
    blown_by: str
    at: datetime
    period: str
    late_from: str | None
    numerator: Decimal
    denominator: int
    undecided_until: datetime | None


class ExclusionIn(Wire):
    """剔除: the case is not to count in the period, for one of the eight reasons."""

    case_id: UUID
    period: Label
    reason: DeclineReason
    evidence: list[Sha256] = Field(
        min_length=1, max_length=EVIDENCE, description="SHA-256 of each document; they stay with you."
    )
    note: Words | None = Field(None, description="Stays with scoring.")


class ReviewIn(Wire):
    """A reviewer's word."""

    upheld: bool
    note: Words | None = Field(None, description="Stays with scoring.")


class AppealIn(Wire):
    """申诉: why the refusal is wrong."""

    evidence: list[Sha256] = Field(max_length=EVIDENCE, description="SHA-256 of what is shown in addition.")
    note: Words | None = Field(None, description="Stays with scoring.")


class SignatureView(Wire):
    """Who did it, and when."""

    by: str
    at: datetime
    note: str | None


class VerdictView(Wire):
    """One reviewer's word."""

    signature: SignatureView
    upheld: bool


class ExclusionView(Wire):
    """剔除 with everybody who had a hand in it; the ETag is its version."""

    exclusion_id: UUID
    case_id: UUID
    period: str
    reason: DeclineReason
    evidence: list[str]
    unit: str | None = Field(description="Whose staff asked; null: a supervisor.")
    asked: SignatureView
    state: ExclusionState
    reviews: list[VerdictView]
    appeal: SignatureView | None
    appeal_evidence: list[str]
    appeal_verdict: VerdictView | None
    version: int


class FrozenView(Wire):
    """What was frozen."""

    lines: int
    cases: int
    exclusions: int
    sha256: str = Field(description="A replay of the topics must come to the same.")


class LatenessView(Wire):
    """What came too late for the period and is booked in a later one."""

    facts: int = Field(description="Facts said in time that came after the close.")
    late_lines: int
    adjustments: int


class UnheardView(Wire):
    """How far the ledger is behind what was said."""

    records: int
    since: datetime | None = Field(
        description="About when the first of it was said; before the period's `settled` its close is refused."
    )


class MonthView(Wire):
    """月结: the period's close, or what would be closed now."""

    period: PeriodView
    policy_version: str
    can_be_closed: bool
    hindrance: str | None = Field(description="Why not, by name.")
    asked_by: str | None
    asked_at: datetime | None
    closed_at: datetime | None
    frozen: FrozenView | None = Field(description="Null until the period is closed.")
    exclusions: dict[ExclusionState, int] = Field(description="What is undecided at the close lapses.")
    undecided: int = Field(description="Orders that may still be signed in time.")
    cases: int
    lateness: LatenessView
    unheard: UnheardView | None = Field(
        description="Null where the bus does not answer, and when the close was asked for."
    )
    parked: int = Field(
        description="Facts that wait for ops, of any period; heard after the close, they are late."
    )


class ClosingView(Wire):
    """月结 asked for; `/v1/months/{period}` tells when it is done."""

    period: PeriodView
    policy_version: str
    asked_by: str
    asked_at: datetime


class ClassedView(Wire):
    """四类街乡镇: one street's class with the figures that put it there."""

    unit: str
    name: str
    street_class: StreetClass | None
    reason: str
    composite: Decimal | None
    before: Decimal | None
    volume: int


class ClassRules(Wire):
    """The thresholds, and that they are ours."""

    advanced: Decimal
    rectifying: Decimal
    governed: Decimal
    progress: Decimal
    min_orders: int
    source: str


class ClassesView(Wire):
    """The streets of a closed period by class."""

    period: PeriodView
    rules: ClassRules
    streets: list[ClassedView]


class FigureView(Wire):
    """One closed month's composite."""

    period: str
    composite: Decimal | None


class RecommendedView(Wire):
    """五步督办: a step that is recommended, the threshold, and the figures below it."""

    unit: str
    name: str
    step: SupervisionStep
    below: Decimal
    figures: list[FigureView]


class RungView(Wire):
    """When a step is recommended: below this in each of so many closed months."""

    step: SupervisionStep
    below: Decimal
    months: int


class SupervisionView(Wire):
    """Recommendations for people to decide on; nothing is done by itself."""

    period: PeriodView
    steps: list[RungView]
    source: str
    recommended: list[RecommendedView]
