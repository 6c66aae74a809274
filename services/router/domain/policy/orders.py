"""Which order is meant, and whether the one who asks may touch it."""

from services.router.domain.commands import By, CaseCommand, OrderCommand
from services.router.domain.errors import CaseMovedOn, LeadOnly, NotAnswerable, OrderOver, UnknownOrder
from services.router.domain.model import Case, OrderRole, WorkOrder
from shared.city.units import Units
from shared.kernel.changed import replace


def sees(order: WorkOrder, by: By, units: Units) -> bool:
    """A unit sees its own orders, those of the units below it, and those passed to it."""
    return by.unit is None or _owns(order, by, units) or _was_given(order, by, units)


def order_for(case: Case, cmd: OrderCommand, units: Units) -> WorkOrder:
    """The running order that is meant. Raises `UnknownOrder`, `CaseMovedOn`, `OrderOver`."""
    order = next((each for each in case.orders if each.id == cmd.order_id), None)
    if order is None or not sees(order, cmd.by, units):
        raise UnknownOrder(cmd.order_id)
    require_seen(case, cmd)
    if order in case.earlier:
        raise OrderOver(order.state)
    return order


def answerable(case: Case, cmd: OrderCommand, units: Units) -> WorkOrder:
    """The same, for what only the unit that answers for the order may do."""
    order = order_for(case, cmd, units)
    if cmd.by.unit is not None and not _owns(order, cmd.by, units):
        raise NotAnswerable(order.unit)
    return order


def lead_of(move: str, order: WorkOrder) -> WorkOrder:
    """The order, if it is the lead's. Raises `LeadOnly`."""
    if order.role is not OrderRole.LEAD:
        raise LeadOnly(move)
    return order


def require_seen(case: Case, cmd: CaseCommand | OrderCommand) -> None:
    """Raise `CaseMovedOn` when the decision was made on an older version."""
    if cmd.seen is not None and case.version not in cmd.seen:
        raise CaseMovedOn(case.version)


def with_order(case: Case, changed: WorkOrder) -> Case:
    """The case with one of its running orders changed."""
    if changed.role is OrderRole.LEAD:
        return replace(case, lead=changed)
    others = tuple(changed if each.id == changed.id else each for each in case.co_orders)
    return replace(case, co_orders=others)


def _owns(order: WorkOrder, by: By, units: Units) -> bool:
    return by.unit is not None and units.is_within(order.unit, by.unit)


def _was_given(order: WorkOrder, by: By, units: Units) -> bool:
    given = order.assigned_to
    return given is not None and by.unit is not None and units.is_within(given, by.unit)
