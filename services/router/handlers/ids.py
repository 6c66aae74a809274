"""Ids for what a decision may make: made before it, so that deciding makes none."""

from services.router.domain.commands import OrderIds
from shared.kernel.ids import WorkOrderId, new_id


def order_ids() -> OrderIds:
    """Ids for whatever a decision may dispatch."""
    return OrderIds(WorkOrderId(new_id()))
