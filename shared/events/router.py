"""What router says of a case: every move of its status."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from shared.events.fact import CaseFact, Count, Instant
from shared.kernel.ids import CallbackId, CaseId, CategoryCode, EventId, HotspotId, UnitCode, WorkOrderId
from shared.kernel.words import DeclineReason, HandlingMode, Kind, Overdue, Ruling, Tier

ROUTER = "router"


class RouterFact(CaseFact):
    """A move of a case's status."""

    SOURCE: ClassVar[str] = ROUTER


class CaseClassified(RouterFact):
    """Category, tier and place were found; or not surely enough, and a dispatcher is asked."""

    TYPE: ClassVar[str] = "jiesu.case.classified"

    category: CategoryCode | None
    tier: Tier | None
    confidence: float
    place: UnitCode | None
    awaiting_dispatcher: bool
    dispatch_by: Instant


class CoOrder(BaseModel):
    """协办: a co-unit and its own work order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    work_order_id: WorkOrderId
    unit: UnitCode


class SignLimit(BaseModel):
    """签收时限 of one work order that nobody signed for yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    work_order_id: WorkOrderId
    sign_by: Instant


class CaseDispatched(RouterFact):
    """派单: a lead unit owes an answer, with the clause that says so and one deadline for all."""

    TYPE: ClassVar[str] = "jiesu.case.dispatched"

    work_order_id: WorkOrderId
    unit: UnitCode
    co_orders: tuple[CoOrder, ...] = ()
    place: UnitCode | None
    category: CategoryCode
    tier: Tier
    mode: HandlingMode
    clause: str
    list_version: str
    policy_version: str
    sign_by: Instant
    """Of the lead's order and of the co-orders alike."""
    resolve_by: Instant
    redo: Count = 0
    """How many times the citizen sent it back; 0 = the first handling."""
    proactive: bool = False


class OrderFact(RouterFact):
    """Something a unit did with its work order."""

    work_order_id: WorkOrderId
    unit: UnitCode


class CaseSigned(OrderFact):
    """签收: the unit signed for its order."""

    TYPE: ClassVar[str] = "jiesu.case.signed"

    in_time: bool


class CaseContacted(OrderFact):
    """The unit spoke with the citizen."""

    TYPE: ClassVar[str] = "jiesu.case.contacted"


class CaseProgressed(OrderFact):
    """The unit noted progress; the note itself stays with router."""

    TYPE: ClassVar[str] = "jiesu.case.progressed"


class CaseAssigned(OrderFact):
    """The street gave the work to one of its communities; the street still answers for it."""

    TYPE: ClassVar[str] = "jiesu.case.assigned"

    to_unit: UnitCode


class CaseReturned(OrderFact):
    """退单: the unit handed its order back, once, with reason and evidence. The deadline stays."""

    TYPE: ClassVar[str] = "jiesu.case.returned"

    reason: str
    """A code of the policy, not free text."""
    adjudicate_by: Instant


class CaseAdjudicated(RouterFact):
    """裁定: what was decided on the return; the dispatch that follows says to whom."""

    TYPE: ClassVar[str] = "jiesu.case.adjudicated"

    ruling: Ruling
    returned_by: UnitCode | None
    """None: divided by a conference while the unit had it."""
    to_unit: UnitCode


class CaseReclassified(RouterFact):
    """改类: it is another matter than was thought; the deadline as computed anew from the original start."""

    TYPE: ClassVar[str] = "jiesu.case.reclassified"

    category: CategoryCode
    tier: Tier
    resolve_by: Instant
    sign_limits: tuple[SignLimit, ...] = ()
    """Of the orders that are to be signed for by another time than before."""


class CaseModeSet(OrderFact):
    """办理模式 set by a person; the deadline it has by that."""

    TYPE: ClassVar[str] = "jiesu.case.mode_set"

    mode: HandlingMode
    resolve_by: Instant
    sign_limits: tuple[SignLimit, ...] = ()
    """Of the orders that are to be signed for by another time than before."""


class FindingMade(OrderFact):
    """未诉先办: the unit found something else on the site; intake makes it a case linked to this."""

    TYPE: ClassVar[str] = "jiesu.case.finding_made"

    found_case_id: CaseId
    kind: Kind
    category: CategoryCode | None
    """As the unit stated it, unchecked by rules."""
    sealed_words: str
    """What was found, under the words ring, bound to the id of the case it becomes."""


class HotspotTakenUp(CaseFact):
    """未诉先办: a hot spot becomes work; intake registers it as a proactive case under this id."""

    TYPE: ClassVar[str] = "jiesu.hotspot.taken_up"
    SOURCE: ClassVar[str] = ROUTER

    hotspot_id: HotspotId
    category: CategoryCode
    sealed_words: str
    """What is to be gone into, under the words ring, bound to the id of the case it becomes."""


class CaseExtended(OrderFact):
    """延期: approved once; the new deadline."""

    TYPE: ClassVar[str] = "jiesu.case.extended"

    resolve_by: Instant


class CaseShelved(OrderFact):
    """挂账: set aside with an approver and a day to look again."""

    TYPE: ClassVar[str] = "jiesu.case.shelved"

    review_at: Instant


class CaseUnshelved(OrderFact):
    """Taken up again after shelving."""

    TYPE: ClassVar[str] = "jiesu.case.unshelved"


class CaseUrged(OrderFact):
    """催办."""

    TYPE: ClassVar[str] = "jiesu.case.urged"


class CaseSupervised(OrderFact):
    """督办: from now on somebody higher looks on."""

    TYPE: ClassVar[str] = "jiesu.case.supervised"


class CaseResolved(OrderFact):
    """办结: the unit claims that it is done."""

    TYPE: ClassVar[str] = "jiesu.case.resolved"

    in_time: bool
    redo: Count
    category: CategoryCode | None = None
    """What it was found to be about; None: said before this was."""


class CoOrderSigned(OrderFact):
    """协办: a co-unit signed for its order; the case's status follows the lead alone."""

    TYPE: ClassVar[str] = "jiesu.co_order.signed"

    in_time: bool


class CoOrderProgressed(OrderFact):
    """协办: a co-unit noted progress on its part; the note itself stays with router."""

    TYPE: ClassVar[str] = "jiesu.co_order.progressed"


class CoOrderResolved(OrderFact):
    """协办: a co-unit did its part."""

    TYPE: ClassVar[str] = "jiesu.co_order.resolved"

    in_time: bool


class CoOrderOverdue(OrderFact):
    """超期: a co-unit's own clock ran out; says which, once. The case's own clocks follow the lead."""

    TYPE: ClassVar[str] = "jiesu.co_order.overdue"

    clock: Overdue


class CaseAnswered(RouterFact):
    """即时答复: a consultation answered at once; its citizen is still called back."""

    TYPE: ClassVar[str] = "jiesu.case.answered"

    category: CategoryCode | None = None
    """None: nobody knew, or said before this was."""
    sealed_answer: str | None = None
    """What router's own desk wrote for the citizen, under the words ring, bound to the case id; None: intake
    has the answer.
    """


class CaseDeclined(RouterFact):
    """不予受理: for one of the eight reasons."""

    TYPE: ClassVar[str] = "jiesu.case.declined"

    reason: DeclineReason
    joined_go_on: bool = False


class CaseMerged(RouterFact):
    """并案: handled with another case; its citizen is still called back."""

    TYPE: ClassVar[str] = "jiesu.case.merged"

    into_case_id: CaseId


class CaseUnmerged(RouterFact):
    """并案 undone: the case it was handled with was withdrawn or declined; a dispatcher decides anew."""

    TYPE: ClassVar[str] = "jiesu.case.unmerged"

    from_case_id: CaseId
    dispatch_by: Instant


class CaseWithdrawn(RouterFact):
    """The citizen withdrew."""

    TYPE: ClassVar[str] = "jiesu.case.withdrawn"

    joined_go_on: bool = False
    """并案: of each joined to it follows a `case.unmerged`; False: said before there was that fact."""


class CaseSurveyStarted(RouterFact):
    """The citizen is being called back."""

    TYPE: ClassVar[str] = "jiesu.case.survey_started"

    callback_id: CallbackId


class CaseReopened(RouterFact):
    """重办: the citizen said no; the same lead again, a redo counted."""

    TYPE: ClassVar[str] = "jiesu.case.reopened"

    redo: Count
    callback_id: CallbackId


class CaseClosed(RouterFact):
    """归档."""

    TYPE: ClassVar[str] = "jiesu.case.closed"

    callback_id: CallbackId
    reached: bool
    """False: nobody could be reached, so nothing is known of the citizen's opinion."""
    asked: bool = True
    """False: not drawn for the callback's sample, so nobody was called either."""


class CaseDueSoon(OrderFact):
    """临期: the deadline is near; told once for each deadline."""

    TYPE: ClassVar[str] = "jiesu.case.due_soon"

    resolve_by: Instant


class CaseOverdue(RouterFact):
    """超期: a clock ran out; says which, once."""

    TYPE: ClassVar[str] = "jiesu.case.overdue"

    clock: Overdue
    unit: UnitCode | None


class MoveRefused(RouterFact):
    """What was asked of the case cannot be done in its state; the asker shows its person why."""

    TYPE: ClassVar[str] = "jiesu.case.move_refused"

    move: str
    state: str
    asked_by: EventId
    reason: str | None = None
    """The refusal's name, where the state alone does not tell why."""
