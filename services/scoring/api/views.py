"""From the domain's values to the wire."""

from dataclasses import asdict
from datetime import datetime

from services.scoring.api import schemas
from services.scoring.domain.departments import DepartmentStanding
from services.scoring.domain.model import Entry, Whistle
from services.scoring.domain.periods import Period
from services.scoring.domain.policy.lines import Measure
from services.scoring.domain.policy.rates import ROUNDING, Ranked, Standing, Tallies, Tally, responding, shown
from services.scoring.store.queries import Behind
from shared.city.policy import Policy
from shared.city.units import Units


def period(of: Period, *, at: datetime, cases: int | None = None) -> schemas.PeriodView:
    is_current = of.starts <= at < of.ends
    return schemas.PeriodView(
        label=of.label, starts=of.starts, ends=of.ends, is_current=is_current, cases=cases
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
        rate=shown(tally.rate),
    )


def side(tallies: Tallies) -> dict[str, schemas.RateView]:
    return {str(measure): rate(tallies.get(measure, Tally())) for measure in Measure}


def unit_rates(ranked: Ranked, units: Units) -> schemas.UnitRatesView:
    standing, known = ranked.standing, units.by_code.get(ranked.standing.unit)
    return schemas.UnitRatesView(
        unit=standing.unit,
        name=known.name if known else standing.unit,
        level=known.level if known else None,
        volume=standing.volume,
        composite=shown(ranked.composite),
        rank=ranked.rank,
        proactive=schemas.SideView(**side(standing.proactive)),
        **side(standing.asked),
    )


def unranked(standing: Standing, policy: Policy, units: Units) -> schemas.UnitRatesView:
    """A part beside its whole: places are for the units of one level."""
    return unit_rates(Ranked(standing, standing.composite(policy.score), None), units)


def behind(line: Behind) -> schemas.BehindView:
    return schemas.BehindView(**asdict(line))


def case(entry: Entry, lines: list[schemas.BehindView], whistles: list[Whistle]) -> schemas.CaseView:
    own = {name: getattr(entry, name) for name in schemas.CaseView.model_fields if hasattr(entry, name)}
    return schemas.CaseView(**own, lines=lines, whistles=[whistle(each) for each in whistles])


def whistle(of: Whistle) -> schemas.WhistleView:
    return schemas.WhistleView(**{name: getattr(of, name) for name in schemas.WhistleView.model_fields})


def department(standing: DepartmentStanding, units: Units) -> schemas.DepartmentView:
    known = units.by_code.get(standing.unit)
    return schemas.DepartmentView(
        unit=standing.unit,
        name=known.name if known else standing.unit,
        called=standing.called,
        signed_in_time=standing.signed_in_time,
        signed_rate=shown(standing.signed_rate),
        reported_in_time=standing.reported_in_time,
        reported_rate=shown(standing.reported_rate),
        scored=standing.scored,
        average_score=shown(standing.average_score),
    )
