"""巡查: which inspections there are, and how far a unit's rounds reach."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from services.grid.api.desk import Reader, below, overseen, sight_of
from services.grid.api.schemas import name_of
from services.grid.domain import coverage
from services.grid.domain.coverage import Unvisited, Went
from services.grid.store import coverage as rows
from shared.city.city import City
from shared.city.inspections import Plan
from shared.http.auth import Known
from shared.http.callers import Caller
from shared.http.knock import InCity, Now, Reading
from shared.http.refusals import NotSignedIn
from shared.http.wire import Text, Wire

ROUTES = APIRouter()
SHOWN = 200
MOST_WORKERS = 1_000


async def _asker(caller: Known) -> Caller:
    """Whoever is signed in: a terminal is in no role and needs the questions most."""
    if caller is None:
        raise NotSignedIn
    return caller


Asker = Annotated[Caller, Depends(_asker)]


class ChoiceOut(Wire):
    code: str
    zh: str
    en: str
    finding: bool


class QuestionOut(Wire):
    code: str
    zh: str
    en: str
    choices: list[ChoiceOut]


class PlanOut(Wire):
    """One kind of inspection with its newest questions."""

    code: str
    zh: str
    en: str
    round: str | None = Field(description="The week or festival that is on; null outside of all.")
    form_version: int
    questions: list[QuestionOut]

    @classmethod
    def of(cls, plan: Plan, today: date) -> "PlanOut":
        form = plan.forms[-1]
        questions = [question.model_dump() for question in form.questions]
        return cls.model_validate(
            {
                "code": plan.code,
                "zh": plan.zh,
                "en": plan.en,
                "round": plan.round_of(today),
                "form_version": form.version,
                "questions": questions,
            }
        )


class WorkerOut(Wire):
    """What one worker did in the period."""

    worker: str
    unit: str
    unit_name: str
    visits: int
    minutes: int
    metres: int = Field(description="Along the tracks.")
    share_of_working_time: float | None = Field(
        description="Minutes on visits of the period's workdays, eight hours each; null without a workday."
    )

    @classmethod
    def of(cls, went: Went, workdays: int, city: City) -> "WorkerOut":
        return cls(
            worker=went.worker,
            unit=went.unit,
            unit_name=name_of(went.unit, city.units),
            visits=went.visits,
            minutes=went.minutes,
            metres=went.metres,
            share_of_working_time=went.share(workdays),
        )


class UnvisitedOut(Wire):
    """A community nobody called on."""

    unit: str
    unit_name: str
    last_visit_at: datetime | None


class FoundOut(Wire):
    """Incidents that were reported in the period, and what has become of them by now."""

    reported: int
    handled: int = Field(description="On the spot: 未诉先办.")
    escalated: int = Field(description="Left to the city: they became cases.")


class LooksOut(Wire):
    """How far an inspection that is on has come."""

    plan: str
    round: str
    inspected: int
    communities: int


class CoverageOut(Wire):
    """巡查覆盖."""

    first: date
    last: date
    workdays: int
    workers: list[WorkerOut] = Field(
        description=f"By name, at most {MOST_WORKERS}; of a unit that has more, ask for those below it."
    )
    workers_count: int
    unvisited: list[UnvisitedOut] = Field(description=f"The longest waiting first, at most {SHOWN}.")
    unvisited_count: int
    communities: int
    incidents: FoundOut
    inspections: list[LooksOut] = Field(description="Those that are on at the period's end.")


@ROUTES.get("/inspection-plans")
async def inspection_plans(_: Asker, city: InCity, now: Now) -> list[PlanOut]:
    """排查计划: what is asked at each kind of inspection."""
    today = city.day(now)
    return [PlanOut.of(plan, today) for plan in city.inspections.plans.values()]


@ROUTES.get("/coverage")
async def coverage_report(
    connection: Reading,
    reader: Reader,
    city: InCity,
    first: Annotated[date, Query(description="The first day, on the city's clock.")],
    last: Annotated[date, Query(description="The last day.")],
    unit: Annotated[Text | None, Query(max_length=40, description="The asker's or one below it.")] = None,
    idle_days: Annotated[int, Query(ge=1, le=365, description="Unvisited for so many days.")] = 7,
) -> CoverageOut:
    """巡查覆盖: visits of each worker, communities nobody called on, what was found, inspections so far."""
    asked = overseen(unit, sight_of(reader), city)
    period = coverage.period_of(first, last, city)
    places = coverage.places_of(asked, city)
    units = below(asked, city.units)
    went, workers = await rows.went(connection, units, period, most=MOST_WORKERS)
    found = await rows.found(connection, units, period)
    visited = await rows.last_visits(connection, places, period.ends)
    idle = coverage.unvisited(places, visited, period, idle_days)
    rounds = {code: plan.round_of(last) for code, plan in city.inspections.plans.items()}
    on = {code: name for code, name in rounds.items() if name is not None}
    looked = await rows.inspected(connection, list(on.items()), places)
    looks = [
        LooksOut(plan=code, round=name, inspected=len(looked.get(code, ())), communities=len(places))
        for code, name in on.items()
    ]
    return CoverageOut(
        first=period.first,
        last=period.last,
        workdays=period.workdays,
        workers=[WorkerOut.of(one, period.workdays, city) for one in went],
        workers_count=workers,
        unvisited=[_place(one, city) for one in idle[:SHOWN]],
        unvisited_count=len(idle),
        communities=len(places),
        incidents=FoundOut(**asdict(found)),
        inspections=looks,
    )


def _place(one: Unvisited, city: City) -> UnvisitedOut:
    name = name_of(one.place, city.units)
    return UnvisitedOut(unit=one.place, unit_name=name, last_visit_at=one.last_visit_at)
