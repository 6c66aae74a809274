"""From the domain's values to the wire."""

from dataclasses import asdict
from datetime import datetime

from services.scoring.api import schemas
from services.scoring.domain.lifecycle import MonthState
from services.scoring.domain.model import Entry, Whistle
from services.scoring.domain.periods import Period, Periods
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.placing import Placed
from services.scoring.domain.policy.rates import (
    ROUNDING,
    Ranked,
    Tallies,
    Tally,
    other_reading,
    responding,
    shown,
)
from services.scoring.store.queries import Behind
from shared.city.city import City
from shared.city.policy import Policy


def period(
    of: Period, periods: Periods, state: MonthState, *, at: datetime, cases: int | None = None
) -> schemas.PeriodView:
    return schemas.PeriodView(
        label=of.label,
        starts=of.starts,
        ends=of.ends,
        settled=periods.settled(of.label),
        is_current=of.starts <= at < of.ends,
        state=state,
        cases=cases,
    )


def rules(policy: Policy) -> schemas.RulesView:
    score = policy.score
    return schemas.RulesView(
        policy_version=policy.version,
        source=score.source,
        response_weight=score.weights.response,
        resolution_weight=score.weights.resolution,
        satisfaction_weight=score.weights.satisfaction,
        basically_satisfied=score.basically_satisfied,
        partly_solved=score.partly_solved,
        response_reading=responding(score),
        rounding=ROUNDING,
    )


def rate(tally: Tally) -> schemas.RateView:
    return schemas.RateView(
        numerator=tally.numerator,
        denominator=tally.denominator,
        undecided=tally.undecided,
        late=tally.late,
        adjustments=tally.adjustments,
        rate=shown(tally.rate),
    )


def side(tallies: Tallies) -> dict[str, schemas.RateView]:
    return {str(measure): rate(tallies.get(measure, Tally())) for measure in Measure}


def unit_rates(placed: Placed, city: City) -> schemas.UnitRatesView:
    standing, score = placed.standing, city.policy.score
    known = city.units.by_code.get(standing.unit)
    return schemas.UnitRatesView(
        unit=standing.unit,
        name=city.units.name_of(standing.unit),
        level=known.level if known else None,
        volume=standing.volume,
        cases=standing.cases,
        residents=placed.residents,
        cases_per_10k=shown(standing.per_10k(placed.residents)),
        composite=shown(placed.ranked.composite),
        composite_other_reading=shown(standing.composite(score, other_reading(score))),
        rank=placed.ranked.rank,
        group=placed.group,
        group_rank=placed.group_rank,
        before=_before(placed),
        proactive=schemas.SideView(**side(standing.proactive)),
        **side(standing.asked),
    )


def _before(placed: Placed) -> schemas.BeforeView | None:
    if placed.before is None:
        return None
    return schemas.BeforeView(
        composite=shown(placed.before.composite), rank=placed.before.rank, change=shown(placed.change)
    )


def group_rates(ranked: Ranked, city: City) -> schemas.GroupRatesView:
    group = city.groups.by_code[ranked.standing.unit]
    return schemas.GroupRatesView(
        group=group.code,
        zh=group.zh,
        en=group.en,
        volume=ranked.standing.volume,
        cases=ranked.standing.cases,
        composite=shown(ranked.composite),
        rank=ranked.rank,
        **side(ranked.standing.asked),
    )


def behind(line: Behind) -> schemas.BehindView:
    return schemas.BehindView(**asdict(line))


def case(entry: Entry, lines: list[schemas.BehindView], whistles: list[Whistle]) -> schemas.CaseView:
    own = {name: getattr(entry, name) for name in schemas.CaseView.model_fields if hasattr(entry, name)}
    return schemas.CaseView(**own, lines=lines, whistles=[whistle(each) for each in whistles])


def whistle(of: Whistle) -> schemas.WhistleView:
    return schemas.WhistleView(**{name: getattr(of, name) for name in schemas.WhistleView.model_fields})
