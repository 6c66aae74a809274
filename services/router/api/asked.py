"""What may be asked of router: the bodies of its moves."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from services.router.domain.model import ReturnReason
from shared.http.wire import Wire
from shared.kernel.words import DeclineReason, HandlingMode, Kind, Tier

Said = Annotated[str, Field(min_length=1, max_length=4_000)]
MaySay = Annotated[str, Field(max_length=4_000)]
Unit = Annotated[str, Field(min_length=1, max_length=40)]
CoUnits = Annotated[list[Unit], Field(max_length=10)]


class NoteIn(Wire):
    note: MaySay = Field("", examples=["已电话联系，约定周三上门"])


NO_NOTE = NoteIn(note="")


class ProgressIn(Wire):
    note: Said = Field(examples=["已张贴限期整改通知"])


class AssignIn(Wire):
    to_unit: Unit = Field(examples=["110115009006"])


class HandOnIn(Wire):
    to: Annotated[str, Field(min_length=1, max_length=100)] = Field(examples=["南里社区物业公司"])
    note: MaySay = Field("", examples=["请于一小时内疏导车辆"])


class FindIn(Wire):
    """What was found on the site beside what the order is about."""

    kind: Kind = Field(Kind.REPORT, examples=["report"])
    text: Said = Field(examples=["绿篱遮挡人行横道，司机看不见行人"])
    category: Annotated[str, Field(max_length=60)] | None = Field(None, examples=["greening"])
    address: Annotated[str, Field(max_length=200)] | None = Field(None, examples=["安四路香屯村路口"])
    place: Unit | None = Field(None, description="Left out: where the case is.", examples=["110114112"])


class ReturnIn(Wire):
    reason: ReturnReason = Field(examples=["not_our_territory"])
    evidence: Said = Field(examples=["该小区位于相邻街道，附行政区划图编号"])


class ResolveIn(Wire):
    evidence: Said = Field(examples=["已拆除隔断，恢复原状，照片 3 张"])


class ExtendIn(Wire):
    until: datetime = Field(examples=["2026-03-18T17:00:00+08:00"])
    reason: Said = Field(examples=["需等待配件到货"])


class ShelveIn(Wire):
    review_at: datetime = Field(examples=["2026-06-01T09:00:00+08:00"])
    reason: Said = Field(examples=["纳入老旧小区改造计划"])


class ReasonIn(Wire):
    reason: Said = Field(examples=["群众多次反映"])


class ModeIn(Wire):
    """Leader and plan belong to `dedicated`, and to nothing else."""

    mode: HandlingMode = Field(examples=["dedicated"])
    reason: Said = Field(examples=["涉及多个部门，需立项改造"])
    leader: Annotated[str, Field(max_length=100)] | None = Field(None, examples=["副主任 孙某"])
    plan: MaySay | None = Field(None, examples=["四月勘察，五月施工"])
    plan_until: datetime | None = Field(None, examples=["2026-05-20T17:00:00+08:00"])


class ReclassifyIn(Wire):
    category: Annotated[str, Field(min_length=1, max_length=60)] = Field(examples=["road_water"])
    tier: Tier | None = Field(None, description="Left out: the category's.")
    reason: Said = Field(examples=["现场核实为道路积水"])


class DispatchIn(Wire):
    """What is left out, the responsibility list says."""

    category: str | None = Field(None, max_length=60, examples=["group_rental"])
    place: Unit | None = Field(None, examples=["110115009"])
    lead: Unit | None = Field(None, examples=["110115009"])
    co_units: CoUnits | None = Field(None, examples=[["D110115-ZJW"]])
    tier: Tier | None = None
    reason: MaySay = Field("", description="Needed when it departs from the list or from the usual tier.")


AS_LISTED = DispatchIn(reason="")


class AdjudicateIn(Wire):
    # Their values: of members, a refusal would quote how Python writes them.
    ruling: Literal["uphold", "redirect", "divide"] = Field(examples=["redirect"])
    reason: Said = Field(examples=["经核实属相邻街道辖区"])
    lead: Unit | None = Field(None, examples=["110115008"])
    co_units: CoUnits | None = Field(
        None, description="Left out: those at work go on; where the place is another, those of the list."
    )
    place: Unit | None = Field(None, description="Where it is, when the place was the mistake.")


class AnswerIn(Wire):
    text: Said = Field(examples=["可携带身份证到街道政务服务中心办理"])


class DeclineIn(Wire):
    reason: DeclineReason = Field(examples=["in_litigation"])
    note: MaySay = Field("", examples=["法院已立案"])


class MergeIn(Wire):
    into_case_id: UUID = Field(examples=["01950000-0000-7000-8000-0000000000ca"])
