"""哨: a whistle with its calls, as values. Every change makes a new one."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.grid.domain.lifecycle import OWED, CallState, Step, WhistleState
from shared.kernel.ids import CaseId, UnitCode, WhistleId
from shared.kernel.words import Blower, WhistleKind


@dataclass(frozen=True, slots=True)
class Spot:
    """A wgs84 longitude and latitude somebody stands at."""

    lng: float
    lat: float


@dataclass(frozen=True, slots=True)
class Site:
    """现场: a spot, or the place unit it lies in, or both."""

    spot: Spot | None = None
    unit: UnitCode | None = None


@dataclass(frozen=True, slots=True)
class Call:
    """One department's part in a whistle: what it owes until when, and what it did."""

    unit: UnitCode
    sign_by: datetime
    contact_by: datetime
    report_in_by: datetime
    state: CallState = CallState.CALLED
    signed_at: datetime | None = None
    contacted_at: datetime | None = None
    reported_in_at: datetime | None = None
    """When it was there, as well as it can be known: a terminal may have been offline."""
    report_received_at: datetime | None = None
    """When grid heard of it; None: not yet, or before it was written down."""
    reported_from: Spot | None = None
    distance_m: float | None = None
    on_site: bool | None = None
    acted_at: datetime | None = None
    note: str | None = None
    scored_at: datetime | None = None
    score: int | None = None
    late: tuple[Step, ...] = ()
    """The steps that ran over their limit, each told once as overdue."""

    def limit(self, step: Step) -> datetime:
        """Until when a step is owed; the limit itself is still in time."""
        return {Step.SIGN: self.sign_by, Step.CONTACT: self.contact_by, Step.REPORT_IN: self.report_in_by}[
            step
        ]

    def owes(self, step: Step) -> bool:
        """Whether a step is still to be done."""
        return self.state in OWED[step]

    def overdue(self, at: datetime) -> tuple[Step, ...]:
        """The steps that are over their limit and not told yet, in the order in which they ran over."""
        found = (s for s in Step if self.owes(s) and s not in self.late and at > self.limit(s))
        return tuple(sorted(found, key=self.limit))

    @property
    def due_at(self) -> datetime | None:
        """When the next step will be overdue, if any is owed and not told yet."""
        return min((self.limit(s) for s in Step if self.owes(s) and s not in self.late), default=None)

    @property
    def reported_in_time(self) -> bool:
        """Whether it reported in, and within its limit."""
        return self.reported_in_at is not None and self.reported_in_at <= self.report_in_by


@dataclass(frozen=True, slots=True)
class Approval:
    """审批: who is asked whether departments are called, and what was answered."""

    by: UnitCode
    asked_at: datetime
    decided_at: datetime | None = None
    granted: bool | None = None
    reason: str | None = None
    """Why not."""


@dataclass(frozen=True, slots=True)
class Whistle:
    """哨: departments called to a site by a street, community or grid, on a case or alone."""

    whistle_id: WhistleId
    kind: WhistleKind
    blown_by: UnitCode
    case_id: CaseId | None
    site: Site
    reason: str
    departments: tuple[Call, ...]
    blown_at: datetime
    state: WhistleState = WhistleState.OPEN
    ended_at: datetime | None = None
    cancel_reason: str | None = None
    blower: Blower | None = None
    """None: blown before it was written down."""
    approval: Approval | None = None
    """None: departments were called at once."""
    district: UnitCode | None = None
    """The blower's: it is told what ran over."""
    version: int = 0

    @property
    def is_heard(self) -> bool:
        """Whether departments know of it."""
        return self.approval is None or self.approval.granted is True

    @property
    def heard_at(self) -> datetime:
        """When departments came to know of it: when it was blown, or let through."""
        decided_at = self.approval.decided_at if self.approval else None
        return decided_at or self.blown_at

    def call(self, unit: UnitCode) -> Call | None:
        """The call of a department, if it was named."""
        return next((call for call in self.departments if call.unit == unit), None)

    def with_call(self, changed: Call) -> "Whistle":
        """The same whistle with one department's call changed."""
        calls = tuple(changed if call.unit == changed.unit else call for call in self.departments)
        return replace(self, departments=calls)

    @property
    def parties(self) -> tuple[UnitCode, ...]:
        """The blower and, as soon as they are called, the named departments."""
        return (self.blown_by, *(call.unit for call in self.departments if self.is_heard))

    def about(self, **more: Any) -> dict[str, Any]:
        """What every fact about this whistle says."""
        return {"whistle_id": self.whistle_id, "case_id": self.case_id, **more}
