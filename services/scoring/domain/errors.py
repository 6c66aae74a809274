"""What scoring refuses.

Invalid
└─ UnreadablePeriod   not `current` and not YYYY-MM
NotAllowed
└─ NotYourUnit        a unit opens its own numbers and those of the units below it
NotFound
├─ UnknownUnit        the city has no such unit
└─ UnknownCase        no such case in the ledger, or not yours to see
Conflict
├─ UnknownOrder       a fact names an order that was never dispatched
└─ UnknownDepartment  a fact names a department that was never called
"""

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
