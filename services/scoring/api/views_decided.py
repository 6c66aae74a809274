"""The same for departments, exclusions, and what is closed and judged."""

from dataclasses import asdict, dataclass

from services.scoring.api import schemas_decided as schemas
from services.scoring.api.schemas import PeriodView
from services.scoring.domain.commands import Unheard
from services.scoring.domain.departments import DepartmentStanding
from services.scoring.domain.exclusion import Exclusion
from services.scoring.domain.lifecycle import ExclusionState
from services.scoring.domain.month import Month
from services.scoring.domain.policy.calls import CallMeasure
from services.scoring.domain.policy.classes import Classed, Recommended
from services.scoring.domain.policy.rates import shown
from services.scoring.store.periods import Lateness
from services.scoring.store.queries import Call
from shared.city.policy_scoring import Appraisal, Classes, Rung
from shared.city.units import Units


def department(standing: DepartmentStanding, rules: Appraisal, units: Units) -> schemas.DepartmentView:
    signed, reported, result = (standing.tally(measure) for measure in CallMeasure)
    return schemas.DepartmentView(
        unit=standing.unit,
        name=units.name_of(standing.unit),
        called=signed.denominator,
        signed_in_time=int(signed.numerator),
        signed_rate=shown(standing.signed_rate),
        called_to_site=reported.denominator,
        reported_in_time=int(reported.numerator),
        reported_rate=shown(standing.reported_rate),
        scored=result.denominator,
        average_score=shown(standing.average_score),
        late=sum(tally.late for tally in (signed, reported, result)),
        adjustments=sum(tally.adjustments for tally in (signed, reported, result)),
        streets=shown(standing.streets(rules)),
        citizens=shown(standing.citizens),
        double=shown(standing.double(rules)),
    )


def appraisal(rules: Appraisal) -> schemas.AppraisalRules:
    return schemas.AppraisalRules(
        citizens=rules.citizens,
        streets=rules.streets,
        signed=rules.whistle.signed,
        reported_in=rules.whistle.reported_in,
        result=rules.whistle.result,
        source=rules.source,
    )


def call(of: Call) -> schemas.CallView:
    return schemas.CallView(**asdict(of))


def exclusion(of: Exclusion) -> schemas.ExclusionView:
    return schemas.ExclusionView(**asdict(of))


@dataclass(frozen=True, slots=True)
class Preview:
    """What is known of a period before and after its close."""

    can_be_closed: bool
    hindrance: str | None
    exclusions: dict[ExclusionState, int]
    undecided: int
    cases: int
    lateness: Lateness
    unheard: Unheard | None
    parked: int


def month(period: PeriodView, of: Month | None, policy_version: str, found: Preview) -> schemas.MonthView:
    frozen = of.frozen if of else None
    return schemas.MonthView(
        period=period,
        policy_version=of.policy_version if of else policy_version,
        can_be_closed=found.can_be_closed,
        hindrance=found.hindrance,
        asked_by=of.asked_by if of else None,
        asked_at=of.asked_at if of else None,
        closed_at=of.closed_at if of else None,
        frozen=schemas.FrozenView(**asdict(frozen)) if frozen else None,
        exclusions=found.exclusions,
        undecided=found.undecided,
        cases=found.cases,
        lateness=schemas.LatenessView(**asdict(found.lateness)),
        unheard=schemas.UnheardView(**asdict(found.unheard)) if found.unheard else None,
        parked=found.parked,
    )


def class_rules(rules: Classes) -> schemas.ClassRules:
    return schemas.ClassRules(**rules.model_dump())


def classed(of: Classed, units: Units) -> schemas.ClassedView:
    return schemas.ClassedView(
        unit=of.unit,
        name=units.name_of(of.unit),
        street_class=of.street_class,
        reason=of.reason,
        composite=shown(of.composite),
        before=shown(of.before),
        volume=of.volume,
    )


def rung(of: Rung) -> schemas.RungView:
    return schemas.RungView(**of.model_dump())


def recommended(of: Recommended, units: Units) -> schemas.RecommendedView:
    figures = [
        schemas.FigureView(period=figure.period, composite=shown(figure.composite)) for figure in of.figures
    ]
    below = shown(of.below)
    assert below is not None  # a threshold of the policy is a number
    return schemas.RecommendedView(
        unit=of.unit, name=units.name_of(of.unit), step=of.step, below=below, figures=figures
    )
