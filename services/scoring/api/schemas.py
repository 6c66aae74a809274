"""What goes out. Numbers that were counted are exact; a rate is rounded here and nowhere before."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from services.scoring.domain.lifecycle import Outcome, WhistleOutcome
from services.scoring.domain.model import Department, Order, Result, Stamp
from services.scoring.domain.policy.lines import Measure
from shared.http.wire import Wire
from shared.kernel.words import Channel, DeclineReason, Kind, Tier, UnitLevel, WhistleKind


class PeriodView(Wire):
    """考核周期: from `starts` up to, not including, `ends`."""

    label: str
    starts: datetime
    ends: datetime
    is_current: bool
    cases: int | None = Field(None, description="Cases something counts of; in the list of periods only.")


class RulesView(Wire):
    """By which rules the numbers came about."""

    policy_version: str
    source: str = Field(description="Where the rules come from, and that they are no official city rule.")
    official: bool = False
    response_weight: Decimal
    resolution_weight: Decimal
    satisfaction_weight: Decimal
    basically_satisfied: Decimal
    partly_solved: Decimal
    response_reading: Measure = Field(description="Which reading of response is in the composite.")
    rounding: str


class RateView(Wire):
    """One rate, with what it is made of."""

    numerator: Decimal
    denominator: int
    undecided: int = Field(description="Counted already, but may still be signed in time.")
    rate: Decimal | None = Field(description="Null when nothing is counted.")


class SideView(Wire):
    """The four rates of one side."""

    response: RateView
    contact: RateView
    resolution: RateView
    satisfaction: RateView


class UnitRatesView(SideView):
    """三率 of a unit with all units below it."""

    unit: str
    name: str
    level: UnitLevel | None
    volume: int = Field(description="Dispatched orders; decides between equals.")
    composite: Decimal | None = Field(description="Null while one of the three rates is.")
    rank: int | None = Field(None, description="Among the units of its level.")
    proactive: SideView = Field(description="未诉先办, apart: in none of the rates beside it.")


class RatesView(Wire):
    """排名 of one level."""

    period: PeriodView
    rules: RulesView
    level: UnitLevel
    units: list[UnitRatesView] = Field(description="By rank; units nothing counts for are not here.")


class UnitView(Wire):
    """A unit opened: the whole, its own part, and the parts below it, which sum up to the whole."""

    period: PeriodView
    rules: RulesView
    whole: UnitRatesView
    own: UnitRatesView
    parts: list[UnitRatesView]


class BehindView(Wire):
    """One case behind a number."""

    case_id: UUID
    measure: Measure
    because: UUID = Field(description="The work order or the callback that counts.")
    unit: str | None
    at: datetime
    period: str
    numerator: Decimal
    denominator: int
    proactive: bool
    is_lead: bool
    redo: int
    undecided_until: datetime | None


class WhistleView(Wire):
    """A whistle on the case."""

    whistle_id: UUID
    kind: WhistleKind
    blown_by: str
    blown: Stamp
    outcome: WhistleOutcome
    departments: tuple[Department, ...]


class CaseView(Wire):
    """A case's page of the ledger: every stamp names the fact it rests on."""

    case_id: UUID
    registered_at: datetime | None
    channel: Channel | None
    kind: Kind | None
    category: str | None
    tier: Tier | None
    place: str | None
    proactive: bool
    linked_case_id: UUID | None
    lead: str | None
    redo: int
    outcome: Outcome
    ended_at: datetime | None
    merged_into: UUID | None
    decline_reason: DeclineReason | None
    orders: tuple[Order, ...]
    results: tuple[Result, ...]
    lines: list[BehindView]
    whistles: list[WhistleView]


class DepartmentView(Wire):
    """双考核, the other half: how a department came when it was called."""

    unit: str
    name: str
    called: int
    signed_in_time: int
    signed_rate: Decimal | None
    reported_in_time: int
    reported_rate: Decimal | None
    scored: int
    average_score: Decimal | None = Field(description="1 (did nothing) to 5 (solved it).")


class DepartmentsView(Wire):
    """The departments that were called in a period; cancelled whistles are not counted."""

    period: PeriodView
    rules: RulesView
    departments: list[DepartmentView]


class CallView(Wire):
    """One whistle behind a department's numbers."""

    whistle_id: UUID
    unit: str
    case_id: UUID | None
    kind: WhistleKind
    blown_by: str
    at: datetime
    signed_in_time: bool | None
    reported_in_time: bool | None
    score: int | None
