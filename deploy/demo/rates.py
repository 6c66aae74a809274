"""三率 of the units in the stories, each number with the cases behind it counted one by one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from deploy.demo.ending import Ending
from deploy.demo.people import Operator, eventually

MEASURES = ("response", "resolution", "satisfaction")
AGREE_WITHIN = 60.0


@dataclass(frozen=True, slots=True)
class Rate:
    """One rate over the periods the stories fall in."""

    numerator: Decimal
    denominator: int
    behind: int
    """The cases behind it, counted in the list that opens from it."""

    @property
    def value(self) -> Decimal | None:
        return self.numerator / self.denominator if self.denominator else None


@dataclass(frozen=True, slots=True)
class UnitRates:
    """三率 of one unit with all below it, and what it did unasked."""

    unit: str
    name: str
    response: Rate
    resolution: Rate
    satisfaction: Rate
    proactive: int


async def rates_of(operator: Operator, endings: Sequence[Ending]) -> list[UnitRates]:
    """The rates of every unit that had a part, when the ledger has heard the last of each case."""
    periods: set[str] = set()
    for ending in endings:
        periods |= {line["period"] for line in (await _closed_page(operator, ending.case_id))["lines"]}
    ours = {
        code: {measure: _counted(endings, code, measure) for measure in MEASURES}
        for code in _units_in(endings)
    }
    return [
        await _unit_rates(operator, code, name, sorted(periods), ours[code])
        for code, name in _units_in(endings).items()
    ]


def _counted(endings: Iterable[Ending], code: str, measure: str) -> frozenset[str]:
    """The stories' cases that must be among those behind the number: what a unit found itself is in none."""
    counted = (ending for ending in endings if not ending.proactive)
    if measure == "response":
        return frozenset(each.case_id for each in counted if code in {part.unit for part in each.parts})
    answered = (each for each in counted if each.callback and each.callback.solved and each.lead)
    return frozenset(each.case_id for each in answered if each.lead and each.lead.unit == code)


def _units_in(endings: Iterable[Ending]) -> dict[str, str]:
    """By code: the leads first, as the stories go."""
    parts = [part for ending in endings for part in ending.parts]
    ordered = sorted(parts, key=lambda part: part.role != "lead")
    return {part.unit: part.name for part in ordered}


async def _closed_page(operator: Operator, case_id: str) -> dict[str, Any]:
    return await eventually(
        lambda: operator.ledger(case_id),
        until=lambda page: page["outcome"] == "closed",
        what=f"the end of case {case_id} in the ledger",
    )


async def _unit_rates(
    operator: Operator, code: str, name: str, periods: Sequence[str], ours: Mapping[str, frozenset[str]]
) -> UnitRates:
    rates = {measure: await _agreed(operator, code, measure, periods, ours[measure]) for measure in MEASURES}
    proactive = 0
    for period in periods:
        whole = (await operator.rates(code, period=period))["whole"]
        proactive += whole["proactive"]["response"]["denominator"]
    return UnitRates(
        code, name, rates["response"], rates["resolution"], rates["satisfaction"], proactive=proactive
    )


async def _agreed(
    operator: Operator, code: str, measure: str, periods: Sequence[str], ours: frozenset[str]
) -> Rate:
    """The rate, once it and the list behind it are of the same moment: others may be at work meanwhile."""

    async def read() -> tuple[Rate, list[dict[str, Any]]]:
        top, bottom, behind = Decimal(0), 0, []
        for period in periods:
            shown = (await operator.rates(code, period=period))["whole"][measure]
            behind += await operator.cases_behind(code, measure, period=period)
            top, bottom = top + Decimal(str(shown["numerator"])), bottom + shown["denominator"]
        return Rate(top, bottom, len(behind)), behind

    def adds_up(seen: tuple[Rate, list[dict[str, Any]]]) -> bool:
        rate, behind = seen
        total = sum((Decimal(str(line["numerator"])) for line in behind), Decimal(0))
        listed = {line["case_id"] for line in behind}
        return rate.denominator == rate.behind and rate.numerator == total and ours <= listed

    what = f"{measure} of {code} that its cases add up to"
    return (await eventually(read, until=adds_up, within=AGREE_WITHIN, what=what))[0]
