"""巡查: what may be recorded of a round, and what is then said: places by their unit, no person, no point."""

from datetime import datetime

from services.grid.domain import tracks
from services.grid.domain.policy.incidents import place_in_time, require_reporter
from services.grid.domain.round_errors import (
    AnswerRefused,
    FormUnknown,
    MinutesRefused,
    PlaceRefused,
    PlanUnknown,
    TrackRefused,
)
from services.grid.domain.rounds import (
    Doer,
    Inspection,
    RecordInspection,
    RecordTrack,
    RecordVisit,
    Track,
    Visit,
)
from shared.city.city import City
from shared.city.inspections import Form
from shared.events.grid_rounds import InspectionRecorded, TrackRecorded, VisitRecorded
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode

LONGEST_VISIT = 600
LONGEST_TRACK = 2_000


def visit(cmd: RecordVisit, *, city: City, at: datetime) -> Decision[Visit]:
    """走访."""
    place = _place(cmd.by, cmd.place, city)
    if not 1 <= cmd.minutes <= LONGEST_VISIT:
        raise MinutesRefused(LONGEST_VISIT)
    kept = Visit(
        visit_id=cmd.visit_id,
        worker=cmd.by.worker,
        unit=cmd.by.unit,
        place=place,
        kind=cmd.kind,
        minutes=cmd.minutes,
        recorded_at=cmd.by.recorded_at,
        happened_at=happened(cmd.by, at=at),
        received_at=at,
    )
    said = VisitRecorded(
        unit=kept.unit,
        happened_at=kept.happened_at,
        visit_id=kept.visit_id,
        place=place,
        kind=kept.kind,
        minutes=kept.minutes,
    )
    return Decision(kept, (said,))


def inspect(cmd: RecordInspection, *, city: City, at: datetime) -> Decision[Inspection]:
    """排查: each question answered once. Outside of every round it is kept, and counts for none."""
    place = _place(cmd.by, cmd.place, city)
    plan = city.inspections.plans.get(cmd.plan)
    if plan is None:
        raise PlanUnknown(cmd.plan)
    form = plan.form(cmd.form_version)
    if form is None:
        raise FormUnknown(cmd.plan, cmd.form_version)
    happened_at = happened(cmd.by, at=at)
    kept = Inspection(
        inspection_id=cmd.inspection_id,
        worker=cmd.by.worker,
        unit=cmd.by.unit,
        place=place,
        plan=plan.code,
        form_version=form.version,
        round=plan.round_of(city.day(happened_at)),
        answers=cmd.answers,
        findings=_findings(cmd, form),
        recorded_at=cmd.by.recorded_at,
        happened_at=happened_at,
        received_at=at,
    )
    said = InspectionRecorded(
        unit=kept.unit,
        happened_at=happened_at,
        inspection_id=kept.inspection_id,
        place=place,
        plan=kept.plan,
        form_version=kept.form_version,
        round=kept.round,
        findings=kept.findings,
    )
    return Decision(kept, (said,))


def track(cmd: RecordTrack, *, city: City, at: datetime) -> tuple[Track, TrackRecorded]:
    """轨迹, simplified; a point outside the city or back in time is refused by its place in the list."""
    require_reporter(cmd.by.unit, city.units)
    _require_fixes(cmd, city)
    kept = Track(
        track_id=cmd.track_id,
        worker=cmd.by.worker,
        unit=cmd.by.unit,
        metres=round(tracks.length(cmd.fixes)),
        seconds=cmd.fixes[-1].seconds - cmd.fixes[0].seconds,
        points=tracks.packed(tracks.simplified(cmd.fixes)),
        recorded_at=cmd.by.recorded_at,
        happened_at=happened(cmd.by, at=at),
    )
    said = TrackRecorded(
        unit=kept.unit,
        happened_at=kept.happened_at,
        track_id=kept.track_id,
        metres=kept.metres,
        seconds=kept.seconds,
    )
    return kept, said


def happened(by: Doer, *, at: datetime) -> datetime:
    """When it was, by our clock as well as it can be known: not after it was told."""
    return min(place_in_time(by.recorded_at, by.behind, at=at), at)


def _place(by: Doer, stated: UnitCode | None, city: City) -> UnitCode:
    """Where it was: the worker's own unit or one below it, closed since or not."""
    require_reporter(by.unit, city.units)
    place = stated or by.unit
    if not city.units.knows(place) or not city.units.is_within(place, by.unit):
        raise PlaceRefused(place, by.unit)
    return place


def _findings(cmd: RecordInspection, form: Form) -> int:
    asked = {question.code: question for question in form.questions}
    ticked = {answer.question: answer.choice for answer in cmd.answers}
    for code in (*ticked, *asked):
        if code not in asked:
            raise AnswerRefused(code, "is not asked by this form")
        if code not in ticked:
            raise AnswerRefused(code, "has no answer")
    chosen = []
    for code, question in asked.items():
        choice = next((one for one in question.choices if one.code == ticked[code]), None)
        if choice is None:
            raise AnswerRefused(code, f"cannot be answered with {ticked[code]}")
        chosen.append(choice)
    return sum(choice.finding for choice in chosen)


def _require_fixes(cmd: RecordTrack, city: City) -> None:
    if not 2 <= len(cmd.fixes) <= LONGEST_TRACK:
        raise TrackRefused("points", f"a track has 2 to {LONGEST_TRACK} points")
    bounds, before = city.policy.bounds, 0
    for place, fix in enumerate(cmd.fixes):
        within = bounds.west <= fix.spot.lng <= bounds.east and bounds.south <= fix.spot.lat <= bounds.north
        if not within:
            raise TrackRefused(f"points.{place}", "the point lies outside the city")
        if fix.seconds < before:
            raise TrackRefused(f"points.{place}", "the point goes back in time")
        before = fix.seconds
