"""What router can be told to do."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from services.router.domain.model import ReturnReason
from services.router.domain.text_model import Read, unread
from services.router.domain.words import Words
from shared.kernel.ids import CallbackId, CaseId, CategoryCode, EventId, HotspotId, UnitCode, WorkOrderId
from shared.kernel.words import Channel, DeclineReason, HandlingMode, Kind, Ruling, Satisfied, Solved, Tier


@dataclass(frozen=True, slots=True)
class By:
    """Who acts: a clerk of a unit, or of the desk (`unit` None)."""

    name: str
    unit: UnitCode | None = None


@dataclass(frozen=True, slots=True)
class TakeUpHotspot:
    """未诉先办: scoring found more requests in a place than chance explains."""

    hotspot_id: HotspotId
    unit: UnitCode
    category: CategoryCode
    days: int
    cases: int
    expected: float


@dataclass(frozen=True, slots=True)
class OrderIds:
    """Ids for whatever a decision may dispatch, made before it, so that deciding makes none.

    `lead` is an id of time and chance that nobody else has or comes near: the co-units' count on from it.
    """

    lead: WorkOrderId

    def co(self, number: int) -> WorkOrderId:
        """The id of a co-unit's order, by its place among them."""
        return WorkOrderId(UUID(int=self.lead.int + 1 + number))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """受理 was done; the case begins its life here."""

    case_id: CaseId
    registered_at: datetime
    channel: Channel
    kind: Kind
    stated_category: CategoryCode | None
    sealed_words: str
    words: Words = field(repr=False)
    read: Read = field(default=unread, repr=False, compare=False)
    """The text model, asked only where rules leave a doubt."""
    has_phone: bool
    confidential: bool = False
    anonymous: bool = False
    proactive: bool = False
    linked_case_id: CaseId | None = None
    being_answered: bool = False
    """An answer follows at once: nothing is dispatched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseCommand:
    """Told by the desk about a case. `seen`: the versions it may have been decided on."""

    case_id: CaseId
    by: By
    seen: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Dispatch(CaseCommand):
    """What is left out, the responsibility list says."""

    category: CategoryCode | None = None
    place: UnitCode | None = None
    lead: UnitCode | None = None
    co_units: tuple[UnitCode, ...] | None = None
    tier: Tier | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjudicate(CaseCommand):
    ruling: Ruling
    reason: str
    lead: UnitCode | None = None
    co_units: tuple[UnitCode, ...] | None = None
    place: UnitCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reclassify(CaseCommand):
    """It is another matter; the tier left out is the category's."""

    category: CategoryCode
    tier: Tier | None = None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer(CaseCommand):
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decline(CaseCommand):
    reason: DeclineReason
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge(CaseCommand):
    into_case_id: CaseId


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerProposed:
    """Intake's knowledge base or desk has an answer; its text stays there."""

    case_id: CaseId
    asked_by: EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclineProposed:
    """Intake's desk will not take it."""

    case_id: CaseId
    asked_by: EventId
    reason: DeclineReason


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeProposed:
    """Intake found, or the citizen said, that another case is about the same matter."""

    case_id: CaseId
    into_case_id: CaseId
    asked_by: EventId
    wish: str
    """The name it is refused by: a citizen reads of his own wish, not of what intake found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCommand:
    """Told about one work order. `seen`: the case's versions it may have been decided on."""

    order_id: WorkOrderId
    by: By
    seen: frozenset[int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign(OrderCommand):
    """签收."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(OrderCommand):
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadContact(OrderCommand):
    """查阅联系方式: a unit at work wants to call the citizen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress(OrderCommand):
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assign(OrderCommand):
    to_unit: UnitCode


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOn(OrderCommand):
    """To somebody who is no unit: a property company, a contractor."""

    to: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Find(OrderCommand):
    """What the unit found on the site beside what it was sent for; `place` left out: the case's own."""

    kind: Kind
    text: str = field(repr=False)
    category: CategoryCode | None = None
    address: str | None = field(default=None, repr=False)
    place: UnitCode | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnOrder(OrderCommand):
    reason: ReturnReason
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve(OrderCommand):
    evidence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend(OrderCommand):
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelve(OrderCommand):
    review_at: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unshelve(OrderCommand):
    """Before the review date, by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Urge(OrderCommand):
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervise(OrderCommand):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetMode(OrderCommand):
    """办理模式. Leader and plan where it is dedicated, and only there."""

    mode: HandlingMode
    reason: str
    leader: str | None = None
    plan: str | None = None
    plan_until: datetime | None = None
    by_supervisor: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeDivision:
    """A joint conference settled who is responsible for what."""

    case_id: CaseId
    asked_by: EventId
    leads: tuple[UnitCode, ...]
    co_units: tuple[UnitCode, ...]


@dataclass(frozen=True, slots=True)
class AskedByCitizen:
    """A wish that came as a fact; `asked_by` is its event, for the answer when it is refused."""

    case_id: CaseId
    asked_by: EventId


@dataclass(frozen=True, slots=True)
class AddWords:
    case_id: CaseId
    sealed_words: str
    asked_by: EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackCommand:
    """Something happened to one round of calling back."""

    case_id: CaseId
    callback_id: CallbackId
    round: int
    asked_by: EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class StartSurvey(CallbackCommand):
    """回访 began."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAnswer(CallbackCommand):
    solved: Solved
    satisfied: Satisfied


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpSurvey(CallbackCommand):
    """Nobody could be reached."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseUnasked(CallbackCommand):
    """抽样: the case was not drawn, so its citizen is not asked."""
