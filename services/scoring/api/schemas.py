"""What goes out. Numbers that were counted are exact; a rate is rounded here and nowhere before."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from pydantic import Field

from services.scoring.domain.lifecycle import MonthState, Outcome, WhistleOutcome
from services.scoring.domain.model import Department, Order, Result, Stamp
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.placing import Exclusions
from shared.http.wire import Wire
from shared.kernel.words import Channel, DeclineReason, Kind, Tier, UnitLevel, WhistleKind


class PeriodView(Wire):
    """考核周期: from `starts` up to, not including, `ends`."""

    label: str
    starts: datetime
    ends: datetime
    settled: datetime = Field(description="What is said later counts in the period after.")
    is_current: bool
    state: MonthState
    cases: int | None = Field(None, description="Proactive ones left out; in the list of periods only.")


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
    late: int = Field(description="Lines that came too late for an earlier, settled period.")
    adjustments: int = Field(description="Differences to lines of earlier, settled periods; signed.")
    rate: Decimal | None = Field(description="Null when nothing is counted; held within 0 and 1.")


class SideView(Wire):
    """The four rates of one side."""

    response: RateView
    contact: RateView
    resolution: RateView
    satisfaction: RateView


class BeforeView(Wire):
    """环比: the same unit in the period before."""

    composite: Decimal | None
    rank: int | None
    change: Decimal | None = Field(description="How much the composite moved since.")


class UnitRatesView(SideView):
    """三率 of a unit with all units below it."""

    unit: str
    name: str
    level: UnitLevel | None
    volume: int = Field(description="Dispatched orders; decides between equals.")
    cases: int = Field(
        description="诉求量: cases that it, or one below it, led first; adjustments are signed."
    )
    residents: int | None = Field(description="Null where no census told; nothing is guessed.")
    cases_per_10k: Decimal | None = Field(description="万人诉求量.")
    composite: Decimal | None = Field(description="Null while one of the three rates is.")
    composite_other_reading: Decimal | None = Field(description="With the other reading of response.")
    rank: int | None = Field(None, description="Among the units of its level.")
    group: str | None = Field(description="The group it is compared in.")
    group_rank: int | None = Field(description="Among the units of its level in its group.")
    before: BeforeView | None = Field(description="Null when nothing counted in the period before.")
    proactive: SideView = Field(description="未诉先办, apart: in none of the rates beside it.")


class RatesView(Wire):
    """排名 of one level."""

    period: PeriodView
    rules: RulesView
    exclusions: Exclusions
    level: UnitLevel
    group: str | None
    units: list[UnitRatesView] = Field(description="By rank; units nothing counts for are not here.")


class UnitView(Wire):
    """A unit opened: the whole, its own part, and the parts below it, which sum up to the whole."""

    period: PeriodView
    rules: RulesView
    exclusions: Exclusions
    whole: UnitRatesView
    own: UnitRatesView
    parts: list[UnitRatesView]


class GroupRatesView(SideView):
    """三率 of a group: all its units of one level together."""

    group: str
    zh: str
    en: str
    volume: int
    cases: int
    composite: Decimal | None
    rank: int | None


class GroupsView(Wire):
    """The groups of comparison beside one another."""

    period: PeriodView
    rules: RulesView
    exclusions: Exclusions
    level: UnitLevel
    groups: list[GroupRatesView]


class BehindView(Wire):
    """One case behind a number."""

    case_id: UUID
    measure: Measure
    because: UUID = Field(description="The work order or the callback that counts.")
    number: int = Field(description="0: the line itself; others are adjustments to it.")
    unit: str | None
    at: datetime
    period: str
    late_from: str | None = Field(description="The settled period it came too late for, or adjusts.")
    numerator: Decimal
    denominator: int
    proactive: bool
    excluded: bool = Field(description="剔除: an exclusion in force takes it out.")
    is_lead: bool
    redo: int
    cases: int = Field(description="1 where the case itself is counted, -1 where it is taken back.")
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
