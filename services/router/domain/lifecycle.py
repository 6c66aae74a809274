"""The case's life is `shared.lifecycle.case`; here only that of one co-unit's order beside it."""

from services.router.domain.model import OrderState
from shared.events import router as say
from shared.lifecycle.machine import Lifecycle, Move

CO_ORDER_LIFE = Lifecycle(
    "co-order",
    first=OrderState.SENT,
    moves=(
        Move(
            "sign",
            frozenset({OrderState.SENT}),
            OrderState.SIGNED,
            say.CoOrderSigned,
            "the co-unit has it in hand",
        ),
        Move(
            "progress",
            frozenset({OrderState.SIGNED}),
            None,
            say.CoOrderProgressed,
            "the co-unit noted progress on its part",
        ),
        Move(
            "resolve",
            frozenset({OrderState.SIGNED}),
            OrderState.RESOLVED,
            say.CoOrderResolved,
            "the co-unit did its part",
        ),
        Move(
            "find",
            frozenset({OrderState.SIGNED}),
            None,
            say.FindingMade,
            "the co-unit found something else on the site",
        ),
        Move(
            "expire",
            frozenset({OrderState.SENT, OrderState.SIGNED}),
            None,
            say.CoOrderOverdue,
            "the co-unit's own clock ran out",
        ),
    ),
)
