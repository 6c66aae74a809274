"""The ledger: an entry for each case, folded from facts alone; what counts follows from it by the policy."""

from dataclasses import dataclass
from datetime import datetime

from services.scoring.domain.lifecycle import Fate, Outcome, WhistleOutcome
from shared.kernel.ids import CallbackId, CaseId, CategoryCode, EventId, UnitCode, WhistleId, WorkOrderId
from shared.kernel.words import (
    CallbackChannel,
    Channel,
    DeclineReason,
    Kind,
    Ruling,
    Satisfied,
    Solved,
    Tier,
    WhistleKind,
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """When a fact was said, and which one: what a number opens down to."""

    at: datetime
    event: EventId


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a sayer's facts about one subject are folded; what is not beyond it is a duplicate."""

    origin: str
    sequence: int


@dataclass(frozen=True)
class Order:
    """工单: one dispatch to one unit, and what the unit did with it. No slots: see `kernel.changed`."""

    work_order_id: WorkOrderId
    unit: UnitCode
    is_lead: bool
    redo: int
    dispatched: Stamp
    sign_by: datetime
    resolve_by: datetime
    assigned_to: UnitCode | None = None
    signed: Stamp | None = None
    signed_in_time: bool | None = None
    contacted: Stamp | None = None
    resolved: Stamp | None = None
    resolved_in_time: bool | None = None
    returned: Stamp | None = None
    ruled: Stamp | None = None
    ruling: Ruling | None = None
    late_before: bool = False
    """It was late before it was returned in vain: signing again does not wash that away."""
    fate: Fate = Fate.STANDING

    @property
    def counts_for(self) -> UnitCode:
        """The deepest unit the order was given to; the tree adds it to all units above."""
        return self.assigned_to or self.unit

    @property
    def is_signed_in_time(self) -> bool:
        return bool(self.signed_in_time) and not self.late_before


@dataclass(frozen=True, slots=True)
class Answer:
    """What the citizen said when called back."""

    channel: CallbackChannel
    contacted: bool
    solved: Solved
    satisfied: Satisfied


@dataclass(frozen=True, slots=True)
class Result:
    """回访结果: one round; no answer = nobody could be reached, so it is no valid callback."""

    callback_id: CallbackId
    round: int
    heard: Stamp
    unit: UnitCode | None
    """Whose work the citizen judged; None when the case had no unit of its own."""
    joined_into: CaseId | None
    """The case that was handled in its place then, if it was joined to one."""
    answer: Answer | None
    scored: bool
    """The first valid result of the case; later ones stand beside it."""


@dataclass(frozen=True, slots=True)
class Lead:
    """Who answers from an instant on: a unit, or whoever leads the case this one was joined to."""

    since: datetime
    unit: UnitCode | None
    into: CaseId | None
    opened: str = ""
    """The earliest period it counts in: what is settled, it was said or heard too late for."""


@dataclass(frozen=True)
class Entry:
    """台账: one case as far as it counts. No slots: see `kernel.changed`."""

    case_id: CaseId
    registered_at: datetime | None = None
    channel: Channel | None = None
    kind: Kind | None = None
    category: CategoryCode | None = None
    tier: Tier | None = None
    place: UnitCode | None = None
    proactive: bool = False
    linked_case_id: CaseId | None = None
    lead: UnitCode | None = None
    """主办: who answers for the case now, the community when its street gave it the work."""
    redo: int = 0
    outcome: Outcome = Outcome.OPEN
    ended_at: datetime | None = None
    merged_into: CaseId | None = None
    leads: tuple[Lead, ...] = ()
    """主办 from when on: a joined case's answer counts for who led the other one when it was given."""
    decline_reason: DeclineReason | None = None
    orders: tuple[Order, ...] = ()
    results: tuple[Result, ...] = ()
    heard: tuple[Mark, ...] = ()
    opened: str = ""
    """The earliest period that its last fact could still change; those before are settled."""
    version: int = 0

    @property
    def scored(self) -> Result | None:
        """The result that counts."""
        for result in self.results:
            if result.scored:
                return result
        return None


@dataclass(frozen=True, slots=True)
class Department:
    """A department that was called, and what it did."""

    unit: UnitCode
    sign_by: datetime
    contact_by: datetime
    report_in_by: datetime
    signed: Stamp | None = None
    signed_in_time: bool | None = None
    contacted: Stamp | None = None
    contacted_in_time: bool | None = None
    reported_in: Stamp | None = None
    reported_in_time: bool | None = None
    acted: Stamp | None = None
    scored: Stamp | None = None
    score: int | None = None


@dataclass(frozen=True, slots=True)
class Whistle:
    """吹哨: a call to departments, and how each came."""

    whistle_id: WhistleId
    case_id: CaseId | None
    kind: WhistleKind
    blown_by: UnitCode
    blown: Stamp
    departments: tuple[Department, ...]
    outcome: WhistleOutcome = WhistleOutcome.OPEN
    heard: tuple[Mark, ...] = ()
    opened: str = ""
    version: int = 0
