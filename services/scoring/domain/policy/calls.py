"""双考核, the other half: what counts of a whistle, for each department that was called.

- signed 签收 and reported in 报到: every department called, in the period it was due in; 1 when in time.
  Whoever rushed to an emergency while there was time to sign has signed by being there.
- result 办理: what the blower gave, 1 (did nothing) to 5 (solved it), in the period in which it was given.
- A cancelled whistle counts for nobody.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from services.scoring.domain.lifecycle import WhistleOutcome
from services.scoring.domain.model import Department, Whistle
from services.scoring.domain.periods import Periods
from services.scoring.domain.policy.booking import Worth
from shared.kernel.ids import CaseId, UnitCode, WhistleId
from shared.kernel.words import WhistleKind


class CallMeasure(StrEnum):
    """What a called department is measured by."""

    SIGNED = "signed"
    REPORTED_IN = "reported_in"
    RESULT = "result"


@dataclass(frozen=True, slots=True)
class CallLine:
    """One whistle × department × measure that counts: `numerator` of `denominator`."""

    whistle_id: WhistleId
    unit: UnitCode
    measure: CallMeasure
    case_id: CaseId | None
    kind: WhistleKind
    blown_by: UnitCode
    at: datetime
    period: str
    numerator: Decimal
    denominator: int
    undecided_until: datetime | None
    """While the department may still come in time."""

    @property
    def key(self) -> tuple[UUID, UnitCode, CallMeasure]:
        return self.whistle_id, self.unit, self.measure

    @property
    def side(self) -> UnitCode:
        return self.unit

    @property
    def worth(self) -> Worth:
        return Worth(self.numerator, self.denominator)

    def counting(self, worth: Worth) -> "CallLine":
        return replace(self, numerator=worth.numerator, denominator=worth.denominator, undecided_until=None)


def lines_of(whistle: Whistle, periods: Periods) -> Iterator[CallLine]:
    """Every line that follows from a whistle."""
    counts = int(whistle.outcome is not WhistleOutcome.CANCELLED)
    for called in whistle.departments:
        for measure, due, in_time in _owed(called):
            worth = Decimal(counts and int(bool(in_time)))
            until = due if counts and in_time is None and whistle.outcome is WhistleOutcome.OPEN else None
            yield _line(whistle, called, measure, due, periods, (worth, counts), until)
        if called.scored is not None and called.score is not None:
            worth = Decimal(counts and called.score)
            given = called.scored.at
            yield _line(whistle, called, CallMeasure.RESULT, given, periods, (worth, counts), None)


def _owed(called: Department) -> Iterator[tuple[CallMeasure, datetime, bool | None]]:
    yield CallMeasure.SIGNED, called.sign_by, called.signed_in_time
    yield CallMeasure.REPORTED_IN, called.report_in_by, called.reported_in_time


def _line(
    whistle: Whistle,
    called: Department,
    measure: CallMeasure,
    at: datetime,
    periods: Periods,
    worth: tuple[Decimal, int],
    undecided_until: datetime | None,
) -> CallLine:
    return CallLine(
        whistle.whistle_id,
        called.unit,
        measure,
        whistle.case_id,
        whistle.kind,
        whistle.blown_by,
        at,
        periods.label(at),
        *worth,
        undecided_until,
    )
