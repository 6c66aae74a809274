"""What scoring refuses.

Invalid
├─ UnreadablePeriod   not `current` and not YYYY-MM
├─ UnknownGroup       the city compares no such group
└─ EvidenceTwice      the same document is named twice
NotAllowed
├─ NotYourUnit        a unit opens its own numbers and those of the units below it
├─ HadAHand           whoever had a hand in an exclusion does not decide on it
└─ NotTheAsker        whoever asked for an exclusion contests its refusal
NotFound
├─ UnknownUnit        the city has no such unit
├─ UnknownCase        no such case in the ledger, or not yours to see
├─ UnknownHotspot     no such hot spot
└─ UnknownExclusion   no such exclusion, or not yours to see
Conflict
├─ UnknownOrder       a fact names an order that was never dispatched
├─ UnknownDepartment  a fact names a department that was never called
├─ PeriodClosed       exclusions and appeals end with the close
├─ PeriodNotSettled   facts that count in the period may still come
├─ PeriodNotClosed    only what is frozen is judged
├─ EarlierPeriodOpen  periods are closed one after another
├─ CountsNotThen      nothing of the case counts in that period
└─ AskedAlready       one exclusion for a case and a period
"""

from datetime import datetime
from uuid import UUID

from shared.kernel.errors import Conflict, Invalid, NotAllowed, NotFound


class UnreadablePeriod(Invalid):
    """Not `current` and not YYYY-MM."""

    def __init__(self, written: str) -> None:
        super().__init__(f"{written!r} is no period; write current or YYYY-MM", field="period")


class NotYourUnit(NotAllowed):
    """A unit opens its own numbers and those of the units below it."""

    def __init__(self, unit: str) -> None:
        super().__init__(f"the cases behind the numbers of {unit} are not yours to open", unit=unit)


class UnknownUnit(NotFound):
    """The city has no such unit."""

    def __init__(self, unit: str) -> None:
        super().__init__(f"there is no unit {unit}", unit=unit)


class UnknownCase(NotFound):
    """No such case in the ledger, or not yours to see."""

    def __init__(self, case_id: UUID) -> None:
        super().__init__(f"there is no case {case_id} in the ledger", case_id=str(case_id))


class UnknownOrder(Conflict):
    """A fact names an order that was never dispatched."""

    def __init__(self, work_order_id: UUID) -> None:
        super().__init__(f"work order {work_order_id} was never dispatched", work_order_id=str(work_order_id))


class UnknownDepartment(Conflict):
    """A fact names a department that was never called."""

    def __init__(self, whistle_id: UUID, unit: str) -> None:
        super().__init__(f"whistle {whistle_id} never called {unit}", whistle_id=str(whistle_id), unit=unit)


class UnknownGroup(Invalid):
    """The city compares no such group."""

    def __init__(self, group: str) -> None:
        super().__init__(f"there is no group {group}", field="group", group=group)


class EvidenceTwice(Invalid):
    """The same document is named twice."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"the document {digest} is named twice", field="evidence")


class HadAHand(NotAllowed):
    """Whoever had a hand in an exclusion does not decide on it."""

    def __init__(self, exclusion_id: UUID) -> None:
        super().__init__(
            "you asked for this exclusion or reviewed it already; somebody else must decide",
            exclusion_id=str(exclusion_id),
        )


class NotTheAsker(NotAllowed):
    """Whoever asked for an exclusion contests its refusal."""

    def __init__(self, exclusion_id: UUID) -> None:
        super().__init__(
            "only the unit or the desk that asked for this exclusion may contest its refusal",
            exclusion_id=str(exclusion_id),
        )


class UnknownExclusion(NotFound):
    """No such exclusion, or not yours to see."""

    def __init__(self, exclusion_id: UUID) -> None:
        super().__init__(f"there is no exclusion {exclusion_id}", exclusion_id=str(exclusion_id))


class UnknownHotspot(NotFound):
    """No such hot spot."""

    def __init__(self, hotspot_id: UUID) -> None:
        super().__init__(f"there is no hot spot {hotspot_id}", hotspot_id=str(hotspot_id))


class PeriodClosed(Conflict):
    """Exclusions and appeals end with the close."""

    def __init__(self, period: str) -> None:
        super().__init__(f"period {period} is closed; what is frozen does not change any more", period=period)


class PeriodNotSettled(Conflict):
    """Facts that count in the period may still come."""

    def __init__(self, period: str, settled: datetime) -> None:
        super().__init__(
            f"period {period} can be closed from {settled.isoformat()} on; until then facts may count in it",
            period=period,
            settled=settled.isoformat(),
        )


class PeriodNotClosed(Conflict):
    """Only what is frozen is judged."""

    def __init__(self, period: str) -> None:
        super().__init__(f"period {period} is not closed yet; its figures may still change", period=period)


class EarlierPeriodOpen(Conflict):
    """Periods are closed one after another."""

    def __init__(self, period: str, earlier: str) -> None:
        super().__init__(f"close period {earlier} before {period}", period=period, earlier=earlier)


class CountsNotThen(Conflict):
    """Nothing of the case counts in that period."""

    def __init__(self, case_id: UUID, period: str) -> None:
        super().__init__(
            f"nothing of case {case_id} counts in period {period}", case_id=str(case_id), period=period
        )


class AskedAlready(Conflict):
    """One exclusion for a case and a period."""

    def __init__(self, exclusion_id: UUID) -> None:
        super().__init__(
            f"exclusion {exclusion_id} is about this case and period already", exclusion_id=str(exclusion_id)
        )
