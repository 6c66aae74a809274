"""Stories of cases as scoring hears them, told fact by fact."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

from shared.events import grid, intake, router, survey
from shared.events.envelope import Cause, Envelope, Heard
from shared.events.fact import Fact
from shared.kernel.ids import CallbackId, CaseId, CategoryCode, EventId, UnitCode, WhistleId, WorkOrderId
from shared.kernel.words import (
    CallbackChannel,
    Channel,
    HandlingMode,
    Kind,
    Ruling,
    Satisfied,
    Solved,
    Tier,
    WhistleKind,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
NAMES = UUID("0193a000-0000-7000-8000-00000000abcd")
BEIJING, YANQING, DONGCHENG = UnitCode("110000"), UnitCode("110119"), UnitCode("110101")
ZHENZHUQUAN, YONGNING = UnitCode("110119203"), UnitCode("110119103")
DONGHUASHI, NANLI = UnitCode("110101013"), UnitCode("110101013006")
HOUSING, POLICE = UnitCode("D110000-ZJW"), UnitCode("D110000-GAJ")

MORNING = datetime(2026, 11, 2, 9, 0, tzinfo=SHANGHAI)


def named(name: str) -> UUID:
    """The same id for the same name, in every run."""
    return uuid5(NAMES, name)


@dataclass(slots=True)
class Story:
    """One case: every method says a fact, an hour after the one before unless told otherwise."""

    name: str
    now: datetime = MORNING
    proactive: bool = False
    heard: list[Heard[Any]] = field(default_factory=list)
    sequences: dict[str, int] = field(default_factory=dict)

    @property
    def case_id(self) -> CaseId:
        return CaseId(named(self.name))

    def order(self, key: str) -> WorkOrderId:
        return WorkOrderId(named(f"{self.name}/order/{key}"))

    def passes(self, *, hours: float) -> "Story":
        self.now += timedelta(hours=hours)
        return self

    def says(self, fact: Fact) -> "Story":
        sequence = self.sequences[fact.SOURCE] = self.sequences.get(fact.SOURCE, 0) + 1
        envelope = Envelope(
            id=EventId(named(f"{self.name}/{fact.SOURCE}/{sequence}")),
            type=fact.type_name(),
            source=fact.SOURCE,
            subject=f"case/{fact.key()}",
            time=self.now,
            sequence=sequence,
            key=fact.key(),
            cause=Cause("test", "test"),
        )
        self.heard.append(Heard(envelope, fact))
        return self.passes(hours=1)

    def registered(self) -> "Story":
        return self.says(
            intake.CaseRegistered(
                case_id=self.case_id,
                channel=Channel.HOTLINE,
                kind=Kind.COMPLAINT,
                sealed_words="sealed",
                has_phone=True,
                proactive=self.proactive,
            )
        )

    def dispatched(
        self, unit: UnitCode, *, key: str | None = None, co: tuple[UnitCode, ...] = (), redo: int = 0
    ) -> "Story":
        """To sign within two hours."""
        co_orders = tuple(router.CoOrder(work_order_id=self.order(code), unit=code) for code in co)
        return self.says(
            router.CaseDispatched(
                case_id=self.case_id,
                work_order_id=self.order(key or unit),
                unit=unit,
                co_orders=co_orders,
                place=unit,
                category=CategoryCode("housing"),
                tier=Tier.GENERAL,
                mode=HandlingMode.AT_ONCE,
                clause="1",
                list_version="1",
                policy_version="2026.1",
                sign_by=self.now + timedelta(hours=2),
                resolve_by=self.now + timedelta(days=7),
                redo=redo,
                proactive=self.proactive,
            )
        )

    def reclassified(self, sign_by: datetime, *units: UnitCode) -> "Story":
        """Another matter; these units' orders are to be signed for by another time."""
        limits = tuple(router.SignLimit(work_order_id=self.order(unit), sign_by=sign_by) for unit in units)
        return self.says(
            router.CaseReclassified(
                case_id=self.case_id,
                category=CategoryCode("road_water"),
                tier=Tier.URGENT,
                resolve_by=self.now + timedelta(days=7),
                sign_limits=limits,
            )
        )

    def handled_as(self, mode: HandlingMode, sign_by: datetime, unit: UnitCode) -> "Story":
        """办理模式 set; the unit is to sign by another time."""
        limits = (router.SignLimit(work_order_id=self.order(unit), sign_by=sign_by),)
        until = self.now + timedelta(days=7)
        return self.says(
            router.CaseModeSet(**self._about(unit, None), mode=mode, resolve_by=until, sign_limits=limits)
        )

    def _about(self, unit: UnitCode, key: str | None) -> dict[str, Any]:
        return {"case_id": self.case_id, "work_order_id": self.order(key or unit), "unit": unit}

    def signed(self, unit: UnitCode, *, key: str | None = None, in_time: bool = True) -> "Story":
        return self.says(router.CaseSigned(**self._about(unit, key), in_time=in_time))

    def co_signed(self, unit: UnitCode, *, in_time: bool = True) -> "Story":
        return self.says(router.CoOrderSigned(**self._about(unit, None), in_time=in_time))

    def assigned(self, unit: UnitCode, to_unit: UnitCode) -> "Story":
        return self.says(router.CaseAssigned(**self._about(unit, None), to_unit=to_unit))

    def contacted(self, unit: UnitCode) -> "Story":
        return self.says(router.CaseContacted(**self._about(unit, None)))

    def returned(self, unit: UnitCode) -> "Story":
        by = self.now + timedelta(hours=24)
        return self.says(router.CaseReturned(**self._about(unit, None), reason="not_ours", adjudicate_by=by))

    def ruled(self, ruling: Ruling, returned_by: UnitCode | None, to_unit: UnitCode) -> "Story":
        return self.says(
            router.CaseAdjudicated(
                case_id=self.case_id, ruling=ruling, returned_by=returned_by, to_unit=to_unit
            )
        )

    def resolved(self, unit: UnitCode, *, key: str | None = None, redo: int = 0) -> "Story":
        return self.says(router.CaseResolved(**self._about(unit, key), in_time=True, redo=redo))

    def reopened(self, redo: int = 1) -> "Story":
        return self.says(
            router.CaseReopened(case_id=self.case_id, redo=redo, callback_id=self.callback(redo))
        )

    def merged(self, into: "Story") -> "Story":
        return self.says(router.CaseMerged(case_id=self.case_id, into_case_id=into.case_id))

    def unmerged(self, from_: "Story") -> "Story":
        fact = router.CaseUnmerged(
            case_id=self.case_id, from_case_id=from_.case_id, dispatch_by=self.now + timedelta(hours=24)
        )
        return self.says(fact)

    def withdrawn(self) -> "Story":
        return self.says(router.CaseWithdrawn(case_id=self.case_id))

    def answered(self) -> "Story":
        return self.says(router.CaseAnswered(case_id=self.case_id))

    def closed(self, round_: int = 1, *, reached: bool = True) -> "Story":
        return self.says(
            router.CaseClosed(case_id=self.case_id, callback_id=self.callback(round_), reached=reached)
        )

    def callback(self, round_: int) -> CallbackId:
        return CallbackId(named(f"{self.name}/callback/{round_}"))

    def judged(
        self,
        solved: Solved,
        satisfied: Satisfied,
        *,
        contacted: bool = True,
        round_: int = 1,
        scored: bool = True,
    ) -> "Story":
        return self.says(
            survey.CallbackCompleted(
                case_id=self.case_id,
                callback_id=self.callback(round_),
                round=round_,
                channel=CallbackChannel.PHONE,
                contacted=contacted,
                solved=solved,
                satisfied=satisfied,
                scored=scored,
            )
        )

    def unreachable(self, round_: int = 1) -> "Story":
        return self.says(
            survey.CallbackUnreachable(
                case_id=self.case_id, callback_id=self.callback(round_), round=round_, attempts=4
            )
        )

    @property
    def whistle(self) -> dict[str, Any]:
        return {"whistle_id": WhistleId(named(f"{self.name}/whistle")), "case_id": self.case_id}

    def blown(self, by: UnitCode, *departments: UnitCode) -> "Story":
        by_when = self.now + timedelta(hours=1)
        called = tuple(
            grid.Called(unit=unit, sign_by=by_when, contact_by=by_when, report_in_by=by_when)
            for unit in departments
        )
        kind = WhistleKind.JOINT_ENFORCEMENT
        return self.says(grid.WhistleBlown(**self.whistle, kind=kind, blown_by=by, departments=called))

    def reported_in(self, unit: UnitCode, *, in_time: bool) -> "Story":
        self.says(grid.WhistleSigned(**self.whistle, unit=unit, in_time=True))
        return self.says(
            grid.WhistleReportedIn(**self.whistle, unit=unit, in_time=in_time, distance_m=12.5, on_site=True)
        )

    def rushed_in(self, unit: UnitCode) -> "Story":
        came = {"in_time": True, "distance_m": 12.5, "on_site": True, "counts_as_signed": True}
        return self.says(grid.WhistleReportedIn(**self.whistle, unit=unit, **came))

    def scored(self, unit: UnitCode, score: int, *, in_time: bool) -> "Story":
        return self.says(grid.WhistleScored(**self.whistle, unit=unit, reported_in_time=in_time, score=score))

    def cancelled(self) -> "Story":
        return self.says(grid.WhistleCancelled(**self.whistle))


def handled(name: str, unit: UnitCode, **more: Any) -> Story:
    """A story up to the unit's claim that it is done."""
    return Story(name, **more).registered().dispatched(unit).signed(unit).resolved(unit)
