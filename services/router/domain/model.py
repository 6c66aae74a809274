"""A case with its work orders, and a unit as published: frozen, and kept whole."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.events.directory import OtherName
from shared.kernel.ids import CallbackId, CaseId, CategoryCode, UnitCode, WorkOrderId
from shared.kernel.words import (
    Channel,
    DeclineReason,
    HandlingMode,
    Kind,
    Ruling,
    Tier,
    UnitLevel,
)
from shared.lifecycle.case import CaseState


class OrderRole(StrEnum):
    """主办 / 协办."""

    LEAD = "lead"
    CO = "co"


class OrderState(StrEnum):
    """Where one work order stands."""

    SENT = "sent"
    SIGNED = "signed"
    RETURNED = "returned"
    RESOLVED = "resolved"
    ENDED = "ended"
    """The case went on without it: redirected, merged, withdrawn or closed."""


OPEN_ORDERS = frozenset({OrderState.SENT, OrderState.SIGNED})


class Bell(StrEnum):
    """What happens when a clock runs out."""

    DISPATCH = "dispatch"
    SIGN = "sign"
    CO_SIGN = "co_sign"
    DUE_SOON = "due_soon"
    RESOLVE = "resolve"
    CO_RESOLVE = "co_resolve"
    SILENCE = "silence"
    REVIEW = "review"


class ReturnReason(StrEnum):
    """退单理由: why a unit says that the dispatcher was mistaken (the list is ours)."""

    NOT_OUR_DUTY = "not_our_duty"
    NOT_OUR_TERRITORY = "not_our_territory"
    WRONG_CATEGORY = "wrong_category"
    SHARED_DUTY = "shared_duty"
    PLACE_UNCLEAR = "place_unclear"


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote, when and who."""

    at: datetime
    by: str
    about: str
    text: str


@dataclass(frozen=True, slots=True)
class Cited:
    """条款: by which clause of which list, and under which policy, something was dispatched."""

    clause: str
    list_version: str | None
    policy_version: str | None


@dataclass(frozen=True, slots=True)
class WorkOrder:
    """工单: one dispatch of the case to one unit."""

    id: WorkOrderId
    unit: UnitCode
    role: OrderRole
    state: OrderState
    dispatched_at: datetime
    sign_by: datetime
    resolve_by: datetime
    signed_at: datetime | None = None
    contacted_at: datetime | None = None
    resolved_at: datetime | None = None
    assigned_to: UnitCode | None = None
    handed_to: str | None = None
    """Who does the work on the site without being a unit: a property company, a contractor."""
    redo: int = 0
    """The round of handling it belongs to; 0 = the first."""
    rung: tuple[Bell, ...] = ()
    """A co-unit's clocks that were told to be over; the lead's are the case's."""
    urged: int = 0
    notes: tuple[Note, ...] = ()
    cited: Cited | None = None
    """By what the unit had it, once the case went on without it; until then the case says so."""

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_ORDERS


@dataclass(frozen=True, slots=True)
class Suggested:
    """A category the text may belong to, and who would lead there; None: the place is too coarse to say."""

    category: CategoryCode
    tier: Tier
    confidence: float
    explanation: str
    lead: UnitCode | None = None
    co_units: tuple[UnitCode, ...] = ()
    clause: str | None = None
    by_rule: bool = True
    """False: only the text model thinks of it."""


@dataclass(frozen=True, slots=True)
class Correction:
    """更正: the category a person gave, beside the one suggested first. A model learns from it."""

    category: CategoryCode
    suggested: CategoryCode | None
    confidence: float
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Returning:
    """退单 that waits for its ruling."""

    order_id: WorkOrderId
    unit: UnitCode
    reason: ReturnReason
    evidence: str
    asked_at: datetime
    adjudicate_by: datetime


@dataclass(frozen=True, slots=True)
class Adjudicated:
    """裁定 as it was given; `by` is the clock for a ruling by silence."""

    ruling: Ruling
    returned_by: UnitCode | None
    """None: a conference divided it while the unit had it."""
    to_unit: UnitCode
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Shelf:
    """挂账: approved by whom, until when."""

    reason: str
    approved_by: str
    shelved_at: datetime
    review_at: datetime


@dataclass(frozen=True, slots=True)
class Handling:
    """办理模式 as a person set it; a leader and the plan's end where it is 难题专办."""

    mode: HandlingMode
    set_by: str
    set_at: datetime
    reason: str
    leader: str | None = None
    plan: str | None = None
    plan_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Supplement:
    """Words the citizen added, sealed like the first."""

    at: datetime
    sealed_words: str


@dataclass(frozen=True)
class Case:
    """诉求 from registration to closing. `bell_at` is when the next of its clocks runs out.

    Without slots: it has sixty fields, and every decision changes it (see `shared.kernel.changed`).
    """

    case_id: CaseId
    state: CaseState
    kind: Kind
    channel: Channel
    registered_at: datetime
    sealed_words: str
    dispatch_by: datetime
    tracking_number: str | None = None
    """What the citizen calls it by."""
    has_phone: bool = True
    confidential: bool = False
    anonymous: bool = False
    proactive: bool = False
    linked_case_id: CaseId | None = None
    supplements: tuple[Supplement, ...] = ()
    suggestions: tuple[Suggested, ...] = ()
    candidates: tuple[UnitCode, ...] = ()
    """Units a homonym may mean; a dispatcher asks."""
    category: CategoryCode | None = None
    tier: Tier | None = None
    confidence: float = 0.0
    correction: Correction | None = None
    """None: nobody gave the category by hand."""
    place: UnitCode | None = None
    mode: HandlingMode | None = None
    handling: Handling | None = None
    """None: nobody set the mode, it follows from tier, co-units and supervision."""
    clause: str | None = None
    list_version: str | None = None
    policy_version: str | None = None
    lead: WorkOrder | None = None
    co_orders: tuple[WorkOrder, ...] = ()
    earlier: tuple[WorkOrder, ...] = ()
    started_at: datetime | None = None
    """The first dispatch. No return and no redo moves it."""
    clock_from: datetime | None = None
    """Where the running deadline is counted from: the first dispatch, or that of the redo."""
    resolve_by: datetime | None = None
    """One deadline for lead and co-units; None: no clock runs, the next dispatch starts one."""
    remind_at: datetime | None = None
    """临期: when the deadline is near."""
    extensions: int = 0
    approved_until: datetime | None = None
    """Until when the running round was approved, by an extension or a plan; None: only the limits count."""
    returning: Returning | None = None
    returned_by: tuple[UnitCode, ...] = ()
    rulings: tuple[Adjudicated, ...] = ()
    backstopped: bool = False
    """兜底: the district has it, and nobody can return it any more."""
    shelf: Shelf | None = None
    redo: int = 0
    supervised: bool = False
    callback_id: CallbackId | None = None
    callback_round: int = 0
    callbacks: tuple[CallbackId, ...] = ()
    rung: tuple[Bell, ...] = ()
    """Clocks of the running round that were told to be over; each is told once."""
    bell_at: datetime | None = None
    notes: tuple[Note, ...] = ()
    answer: str | None = None
    decline_reason: DeclineReason | None = None
    merged_into: CaseId | None = None
    let_go_by: CaseId | None = None
    """The case it was joined to last, when that came to nothing and this one was let go alone."""
    closed_at: datetime | None = None
    version: int = 0

    @property
    def orders(self) -> tuple[WorkOrder, ...]:
        """Every order there ever was, the lead's first."""
        return (*((self.lead,) if self.lead else ()), *self.co_orders, *self.earlier)


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as the directory last published it."""

    code: UnitCode
    name: str
    level: UnitLevel
    parent_code: UnitCode | None
    closed: bool = False
    aliases: tuple[OtherName, ...] = ()
    grids: tuple[str, ...] = ()
    """The codes of its areas."""
    version: int = 0
