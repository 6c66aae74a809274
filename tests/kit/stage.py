"""What journeys say: whole sentences of the trade, made of what people do."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from tests.kit.people import CitizenApp, Dispatcher, Operator, PhoneCaller, Receipt, Unit, eventually
from tests.kit.suite import Suite

S = TypeVar("S", bound=Suite)

STREET = "110115009"
"""观音寺街道, 大兴区."""
NEIGHBOUR = "110115010"
"""天宫院街道, 大兴区."""
DAXING = "110115"
COMMUNITY = "110115009006"
POLICE, HOUSING, FIRE, ENFORCEMENT = "D110115-GAJ", "D110115-ZJW", "D110115-XFZD", "D110115-CGZF"
GROUP_RENTAL = "大兴区观音寺街道首座御园有群租房，夜间噪声扰民"
"""Sure enough to go straight to 观音寺街道, with four departments beside it."""


def instant(written: str) -> datetime:
    """An instant as a service wrote it, in whatever zone."""
    return datetime.fromisoformat(written)


@dataclass(frozen=True, slots=True)
class Stage:
    """The people of one journey."""

    suite: Suite
    app: CitizenApp
    dispatcher: Dispatcher
    caller: PhoneCaller
    operator: Operator

    @classmethod
    def on(cls, suite: Suite) -> "Stage":
        town = suite.town
        return cls(suite, town.citizen_app(), town.dispatcher(), town.caller(), town.operator())

    def unit(self, code: str = STREET) -> Unit:
        """Staff of a unit."""
        return self.suite.town.unit(code)

    async def reported(self, text: str = GROUP_RENTAL, *, phone: bool = True, **more: Any) -> Receipt:
        """A citizen nobody else is reports something."""
        history = self.suite.history
        return await self.app.reports(history.marked(text), person=history.person(phone=phone), **more)

    async def order_at(self, unit: Unit, held: Receipt) -> str:
        """The running order of the case on the unit's desk, when it has come."""
        found = await eventually(lambda: unit.order_of(held.case_id), what=f"an order for {unit.code}")
        assert found is not None
        return str(found["order_id"])

    async def dispatched(self, held: Receipt, to: str = STREET) -> tuple[Unit, str]:
        """The case is on the unit's desk."""
        unit = self.unit(to)
        return unit, await self.order_at(unit, held)

    async def resolved(self, held: Receipt, by: str = STREET) -> str:
        """The unit signs, speaks with the citizen and says that it is done."""
        unit, order_id = await self.dispatched(held, by)
        await unit.signs(order_id)
        await unit.contacts(order_id, self.suite.history.marked("已电话联系"))
        await unit.resolves(order_id, self.suite.history.marked("已办理，照片 3 张"))
        return order_id

    async def callback(self, held: Receipt) -> dict[str, Any]:
        """The case's callback on the worklist, when it has come."""
        found = await eventually(
            lambda: self.caller.callback_of(held.case_id), what=f"the callback of {held.case_id}"
        )
        assert found is not None
        await self.state(held, "surveying")
        return found

    async def called_back(
        self, held: Receipt, *, solved: str = "yes", satisfied: str = "satisfied", contacted: bool = True
    ) -> dict[str, Any]:
        """The citizen is rung at a decent hour and says how it was."""
        waiting = await self.callback(held)
        self.suite.clock.until(instant(waiting["due_at"]))
        self.suite.clock.until_citizens_may_be_called()
        await self.caller.claims(waiting["callback_id"])
        return await self.caller.writes_down(
            waiting["callback_id"],
            contacted=contacted,
            solved=solved,
            satisfied=satisfied,
            note=self.suite.history.marked("群众原话"),
        )

    async def state(self, held: Receipt, *wanted: str) -> dict[str, Any]:
        """The case as the desk sees it, once it has come to one of these states."""
        return await eventually(
            lambda: self.dispatcher.case(held.case_id),
            until=lambda case: case["state"] in wanted,
            what=f"state {' or '.join(wanted)}",
        )

    async def told(self, held: Receipt, *wanted: str) -> list[str]:
        """The codes of the citizen's timeline, once these are among them."""
        view = await eventually(
            lambda: self.app.follows(held),
            until=lambda seen: set(wanted) <= {line["code"] for line in seen["entries"]},
            what=f"{', '.join(wanted)} in the timeline",
        )
        return [line["code"] for line in view["entries"]]

    async def ledger(self, held: Receipt, *outcomes: str) -> dict[str, Any]:
        """The case's page of the ledger, once it has come to one of these outcomes."""
        return await eventually(
            lambda: self.operator.ledger(held.case_id),
            until=lambda page: page["outcome"] in outcomes,
            what=f"outcome {' or '.join(outcomes)}",
        )

    async def reports_many(self, count: int) -> Sequence[Receipt]:
        """One after the other, each by somebody else."""
        return [await self.reported() for _ in range(count)]
