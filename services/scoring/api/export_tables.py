"""What is in an export: the rates of a level's units, the lines behind a unit's numbers."""

from collections.abc import Iterable, Sequence
from dataclasses import fields

from services.scoring.api.export_files import Column, Kind, Row
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.placing import Placed
from services.scoring.domain.policy.rates import shown
from services.scoring.store.exporting import Exported
from shared.city.city import City

COUNTED = ("numerator", "denominator", "rate")
RATES = (
    *(Column(name) for name in ("period", "state", "policy_version", "exclusions", "level", "unit", "name")),
    Column("group"),
    *(Column(name, Kind.WHOLE) for name in ("rank", "group_rank", "orders", "cases", "residents")),
    *(Column(name, Kind.NUMBER) for name in ("cases_per_10k", "composite", "composite_before", "change")),
    *(
        Column(f"{measure}_{part}", Kind.WHOLE if part == "denominator" else Kind.NUMBER)
        for measure in Measure
        for part in COUNTED
    ),
    *(Column(name, Kind.WHOLE) for name in ("undecided", "late", "adjustments", "proactive_cases")),
)
KINDS = {
    "at": Kind.INSTANT,
    "undecided_until": Kind.INSTANT,
    "numerator": Kind.NUMBER,
    "denominator": Kind.WHOLE,
    "redo": Kind.WHOLE,
    "number": Kind.WHOLE,
    "cases": Kind.WHOLE,
    "proactive": Kind.TRUTH,
    "excluded": Kind.TRUTH,
    "is_lead": Kind.TRUTH,
}
LINE_FIELDS = tuple(each.name for each in fields(Exported))
LINES = (
    *(Column(name, KINDS.get(name, Kind.TEXT)) for name in LINE_FIELDS),
    Column("unit_name"),
    Column("state"),
)


def rates(placed: Iterable[Placed], city: City, about: Sequence[str]) -> list[Row]:
    """One row for each unit; `about` is the same in all: period, state, policy, reading, level."""
    return [_rates(each, city, about) for each in placed]


def _rates(placed: Placed, city: City, about: Sequence[str]) -> Row:
    standing, before = placed.standing, placed.before
    tallies = [standing.tally(measure) for measure in Measure]
    measured = [cell for tally in tallies for cell in (tally.numerator, tally.denominator, shown(tally.rate))]
    proactive = standing.proactive.get(Measure.RESPONSE)
    return (
        *about,
        standing.unit,
        city.units.name_of(standing.unit),
        placed.group,
        placed.ranked.rank,
        placed.group_rank,
        standing.volume,
        standing.cases,
        placed.residents,
        shown(standing.per_10k(placed.residents)),
        shown(placed.ranked.composite),
        shown(before.composite) if before else None,
        shown(placed.change),
        *measured,
        sum(tally.undecided for tally in tallies),
        sum(tally.late for tally in tallies),
        sum(tally.adjustments for tally in tallies),
        proactive.cases if proactive else 0,
    )


def lines(found: Iterable[Exported], city: City, state: str) -> list[Row]:
    """One row for each line; `state` is the period's."""
    return [_line(each, city, state) for each in found]


def _line(line: Exported, city: City, state: str) -> Row:
    cells = (getattr(line, name) for name in LINE_FIELDS)
    told = (str(cell) if name == "case_id" else cell for name, cell in zip(LINE_FIELDS, cells, strict=True))
    return (*told, city.units.name_of(line.unit), state)
