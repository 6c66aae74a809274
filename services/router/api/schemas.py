"""Router's answers on the wire."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from types import MappingProxyType
from typing import Any
from uuid import UUID

from pydantic import Field

from services.router.domain.model import (
    Adjudicated,
    Case,
    Note,
    OrderRole,
    OrderState,
    Returning,
    ReturnReason,
    WorkOrder,
)
from services.router.domain.words import Words
from services.router.store.queries import CaseRow, QueueRow
from shared.http.wire import Wire, taken
from shared.kernel.ids import CaseId, UnitCode
from shared.kernel.words import Channel, DeclineReason, HandlingMode, Kind, Ruling, Tier
from shared.lifecycle.case import CaseState

Theirs = Callable[[WorkOrder | UnitCode], bool]
"""Whether the reader may know an order, or what a unit handed in, from within."""
Joined = Mapping[CaseId, tuple[Words, ...]]
"""What the citizens said whose cases are handled with one, by case; the first words are the report."""
NONE_JOINED: Joined = MappingProxyType({})


class WordsOut(Wire):
    """What the citizen said; coordinates are wgs84."""

    text: str = Field(examples=["首座御园有群租房，夜间噪声扰民"])
    address: str | None = Field(examples=["大兴区观音寺街道首座御园"])
    lng: float | None
    lat: float | None
    grid: str | None = Field(None, description="The code of the grid cell, if the client stated one.")
    attachments: int | None = Field(
        None, description="How many files came with it; intake lists them. Null: none, or not told."
    )


class JoinedOut(Wire):
    """并案: a case that is handled with this one, and what its citizen said."""

    case_id: UUID
    words: WordsOut
    supplements: list[WordsOut]


class NoteOut(Wire):
    at: datetime
    by: str
    about: str = Field(description="The move it was written with.", examples=["progress"])
    text: str


class QueueItem(Wire):
    """A work order in a queue."""

    order_id: UUID
    case_id: UUID
    unit: str = Field(examples=["110115009"])
    assigned_to: str | None
    role: OrderRole
    state: OrderState
    case_state: CaseState
    category: str | None = Field(examples=["group_rental"])
    tier: Tier | None
    place: str | None
    mode: HandlingMode | None
    redo: int
    supervised: bool
    proactive: bool
    dispatched_at: datetime
    sign_by: datetime
    resolve_by: datetime
    remind_at: datetime | None
    signed_at: datetime | None
    resolved_at: datetime | None
    urged: int

    @classmethod
    def of(cls, row: QueueRow) -> "QueueItem":
        return taken(cls, row)


class OrderOut(Wire):
    """工单 with what its case says of it. `version` is also the ETag to send as If-Match."""

    order_id: UUID
    case_id: UUID
    unit: str = Field(examples=["110115009"])
    assigned_to: str | None
    handed_to: str | None = Field(description="Who does the work without being a unit.")
    role: OrderRole
    state: OrderState
    case_state: CaseState
    kind: Kind
    category: str | None = Field(examples=["group_rental"])
    tier: Tier | None
    mode: HandlingMode | None
    place: str | None
    clause: str | None = Field(examples=["《条块共同事项清单》第 1 项"])
    list_version: str | None
    policy_version: str | None
    redo: int
    supervised: bool
    proactive: bool
    confidential: bool
    dispatched_at: datetime
    sign_by: datetime
    resolve_by: datetime
    signed_at: datetime | None
    contacted_at: datetime | None
    resolved_at: datetime | None
    urged: int
    notes: list[NoteOut]
    whole: bool = Field(
        True, description="False: another unit's, or told to a 回访员: no more than who does what until when."
    )
    words: WordsOut | None = Field(description="Null in the answer to a move; read the order to see them.")
    supplements: list[WordsOut]
    joined: list[JoinedOut] = Field(description="What was joined to it; empty in the answer to a move.")
    version: int

    @classmethod
    def of(
        cls,
        case: Case,
        order: WorkOrder,
        words: tuple[Words, ...] | None = None,
        joined: Joined = NONE_JOINED,
    ) -> "OrderOut":
        own = {name: getattr(order, name) for name in cls.model_fields if name in WorkOrder.__slots__}
        own["notes"] = notes(order.notes)
        own |= asdict(order.cited) if order.cited else {}
        more = {**own, "order_id": order.id, "case_state": case.state, "whole": True, **_told(words, joined)}
        return taken(cls, case, **more)

    @classmethod
    def outline(cls, case: Case, order: WorkOrder) -> "OrderOut":
        """Another unit's order, as far as those beside it need to know of it."""
        bare = WorkOrder(
            id=order.id,
            unit=order.unit,
            role=order.role,
            state=order.state,
            dispatched_at=order.dispatched_at,
            sign_by=order.sign_by,
            resolve_by=order.resolve_by,
            redo=order.redo,
            cited=order.cited,
        )
        return cls.of(case, bare).model_copy(update={"whole": False})


class FindingOut(Wire):
    """The case that what was found becomes, and the one it was found at."""

    case_id: UUID
    linked_case_id: UUID


class HandlingOut(Wire):
    """办理模式 as a person set it."""

    mode: HandlingMode
    set_by: str
    set_at: datetime
    reason: str
    leader: str | None
    plan: str | None
    plan_until: datetime | None


class SuggestionOut(Wire):
    """A category the text may belong to, why, and who would lead."""

    category: str
    tier: Tier
    confidence: float
    explanation: str
    lead: str | None
    co_units: list[str]
    clause: str | None
    by_rule: bool = Field(description="False: only the text model thinks of it; it is never urgent then.")


class ReturnOut(Wire):
    """退单 that waits for its ruling."""

    unit: str
    reason: ReturnReason
    evidence: str | None = Field(description="Null: another unit's.")
    asked_at: datetime
    adjudicate_by: datetime


class RulingOut(Wire):
    ruling: Ruling
    returned_by: str | None = Field(description="Null: a conference divided it.")
    to_unit: str
    reason: str | None = Field(description="Null: between other units.")
    by: str
    at: datetime


class CaseItem(Wire):
    """A case in the desk's list."""

    case_id: UUID
    state: CaseState
    kind: Kind
    channel: Channel
    category: str | None
    tier: Tier | None
    mode: HandlingMode | None
    confidence: float
    place: str | None
    registered_at: datetime
    dispatch_by: datetime
    resolve_by: datetime | None
    redo: int
    supervised: bool

    @classmethod
    def of(cls, row: CaseRow) -> "CaseItem":
        return taken(cls, row)

    @classmethod
    def standing(cls, case: Case) -> "CaseItem":
        """The same of a case that was read whole."""
        return taken(cls, case)


class CaseOut(CaseItem):
    """诉求 whole. `version` is also the ETag to send as If-Match."""

    tracking_number: str | None
    proactive: bool
    linked_case_id: UUID | None
    found_here: list[UUID] = Field(
        description="Proactive cases found on its site; told when the case is read."
    )
    suggestions: list[SuggestionOut]
    candidates: list[str] = Field(description="Units a homonym may mean: ask the citizen which.")
    handling: HandlingOut | None = Field(description="Null too for a unit the case went on without.")
    clause: str | None
    list_version: str | None
    policy_version: str | None
    started_at: datetime | None
    orders: list[OrderOut] = Field(description="The running ones first.")
    returning: ReturnOut | None
    rulings: list[RulingOut]
    backstopped: bool
    review_at: datetime | None
    answer: str | None
    decline_reason: DeclineReason | None
    merged_into: UUID | None
    closed_at: datetime | None
    notes: list[NoteOut] = Field(description="The desk's; none for a unit the case went on without.")
    words: WordsOut | None
    supplements: list[WordsOut]
    joined: list[JoinedOut] = Field(description="What was joined to it; empty in the answer to a move.")
    version: int

    @classmethod
    def whole(
        cls,
        case: Case,
        words: tuple[Words, ...] | None = None,
        found: Sequence[UUID] = (),
        is_theirs: Theirs = lambda _: True,
        joined: Joined = NONE_JOINED,
        has_it: bool = True,
    ) -> "CaseOut":
        return taken(
            cls,
            case,
            found_here=list(found),
            handling=taken(HandlingOut, case.handling) if case.handling and has_it else None,
            suggestions=[
                SuggestionOut(**{**asdict(s), "co_units": list(s.co_units)}) for s in case.suggestions
            ],
            candidates=list(case.candidates),
            orders=[_order(case, order, is_theirs(order)) for order in case.orders],
            returning=_returning(case.returning, is_theirs) if case.returning else None,
            rulings=[_ruling(each, is_theirs) for each in case.rulings],
            review_at=case.shelf.review_at if case.shelf else None,
            notes=notes(case.notes) if has_it else [],
            **_told(words, joined),
        )


def notes(found: tuple[Note, ...]) -> list[NoteOut]:
    return [NoteOut(at=each.at, by=each.by, about=each.about, text=each.text) for each in found]


def _order(case: Case, order: WorkOrder, is_theirs: bool) -> OrderOut:
    return OrderOut.of(case, order) if is_theirs else OrderOut.outline(case, order)


def _returning(returning: Returning, is_theirs: Theirs) -> ReturnOut:
    evidence = returning.evidence if is_theirs(returning.unit) else None
    return taken(ReturnOut, returning, evidence=evidence)


def _ruling(ruling: Adjudicated, is_theirs: Theirs) -> RulingOut:
    parties = (unit for unit in (ruling.returned_by, ruling.to_unit) if unit is not None)
    reason = ruling.reason if any(is_theirs(unit) for unit in parties) else None
    return taken(RulingOut, ruling, reason=reason)


def _told(words: tuple[Words, ...] | None, joined: Joined) -> dict[str, Any]:
    told = [taken(WordsOut, each) for each in words or ()]
    return {
        "words": told[0] if told else None,
        "supplements": told[1:],
        "joined": [_joined(case_id, said) for case_id, said in joined.items()],
    }


def _joined(case_id: CaseId, said: tuple[Words, ...]) -> JoinedOut:
    first, *added = (taken(WordsOut, each) for each in said)
    return JoinedOut(case_id=case_id, words=first, supplements=added)
