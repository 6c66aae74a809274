"""说: who may raise what; the options on the table; the cases it is about."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from services.grid.domain.case_lead import CaseLead
from services.grid.domain.deliberation import Deliberation, Option, OptionStanding
from services.grid.domain.deliberation_commands import DropOption, LinkCases, Pilot, Propose, RaiseMatter
from services.grid.domain.deliberation_errors import (
    CaseElsewhere,
    CasesMissing,
    ListFull,
    MayNotDeliberate,
    OptionOffTable,
    PilotsMiscounted,
    PlaceRefused,
    UnknownDeliberation,
    UnknownOption,
)
from services.grid.domain.errors import UnknownCase
from services.grid.domain.lifecycle import DELIBERATION_LIFE
from shared.city.units import Units
from shared.events.grid import DeliberationProgressed, DeliberationRaised
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, UnitCode
from shared.kernel.words import DeliberationStep, RaisedFrom, UnitLevel

TABLES = frozenset({UnitLevel.STREET, UnitLevel.COMMUNITY})
MOST_OPTIONS = 20
MOST_PILOTS = 10
MOST_CASES = 100
Leads = Mapping[CaseId, CaseLead | None]


def raise_matter(
    cmd: RaiseMatter, sealed_matter: str, leads: Leads, *, units: Units, at: datetime
) -> Decision[Deliberation]:
    """说: from a case, a resident or a grid worker."""
    if cmd.unit not in units or units.get(cmd.unit).level not in TABLES:
        raise PlaceRefused(cmd.unit)
    if cmd.by not in (cmd.unit, units.street_of(cmd.unit)):
        raise MayNotDeliberate(cmd.by, cmd.unit)
    if cmd.raised_from is RaisedFrom.CASE and not cmd.case_ids:
        raise CasesMissing
    case_ids = _linked((), cmd.case_ids, cmd.unit, leads, units)
    raised = Deliberation(cmd.deliberation_id, cmd.unit, cmd.raised_from, case_ids, sealed_matter, at)
    return Decision(raised, (DeliberationRaised(**raised.about(raised_from=cmd.raised_from)),))


def link_cases(
    deliberation: Deliberation, cmd: LinkCases, leads: Leads, *, units: Units
) -> Decision[Deliberation]:
    """Their citizens are told from now on; a case that is linked already changes nothing."""
    require_own(deliberation, cmd.by, units)
    DELIBERATION_LIFE.fire("link", deliberation.state)
    known = deliberation.case_ids
    case_ids = _linked(known, cmd.case_ids, deliberation.unit, leads, units)
    if case_ids == known:
        return Decision(deliberation)
    return progressed(replace(deliberation, case_ids=case_ids), DeliberationStep.CASES_LINKED)


def propose(
    deliberation: Deliberation, cmd: Propose, sealed_words: str, *, units: Units
) -> Decision[Deliberation]:
    """方案: one more on the table."""
    require_own(deliberation, cmd.by, units)
    DELIBERATION_LIFE.fire("propose", deliberation.state)
    number = require_room(deliberation.options, "options", MOST_OPTIONS)
    options = (*deliberation.options, Option(number, sealed_words))
    return progressed(replace(deliberation, options=options), DeliberationStep.OPTION_PROPOSED)


def drop_option(
    deliberation: Deliberation, cmd: DropOption, sealed_reason: str, *, units: Units
) -> Decision[Deliberation]:
    """Residents objected: nobody votes on it any more."""
    require_own(deliberation, cmd.by, units)
    DELIBERATION_LIFE.fire("drop", deliberation.state)
    dropped = replace(
        on_table(deliberation, cmd.option),
        standing=OptionStanding.DROPPED,
        objections=cmd.objections,
        sealed_reason=sealed_reason,
    )
    return progressed(with_options(deliberation, dropped), DeliberationStep.OPTION_DROPPED)


def pilot(deliberation: Deliberation, cmd: Pilot, *, units: Units) -> Decision[Deliberation]:
    """试点: residents see the options side by side before they vote."""
    require_own(deliberation, cmd.by, units)
    after = DELIBERATION_LIFE.fire("pilot", deliberation.state)
    if not 2 <= len(set(cmd.options)) == len(cmd.options) <= MOST_PILOTS:
        raise PilotsMiscounted(MOST_PILOTS)
    tried = (
        replace(on_table(deliberation, number), standing=OptionStanding.PILOTED) for number in cmd.options
    )
    return progressed(replace(with_options(deliberation, *tried), state=after), DeliberationStep.PILOTS_BEGUN)


def may_read(deliberation: Deliberation, unit: UnitCode, units: Units) -> bool:
    """Its own unit and those above it are told every word."""
    return units.oversees(unit, deliberation.unit)


def may_see(deliberation: Deliberation, unit: UnitCode, units: Units) -> bool:
    """Who answers for a task sees it too."""
    return may_read(deliberation, unit, units) or deliberation.has_task_of(unit)


def require_sight(deliberation: Deliberation, unit: UnitCode, units: Units) -> None:
    """Others are told what they would be told of a deliberation that does not exist."""
    if not may_see(deliberation, unit, units):
        raise UnknownDeliberation(deliberation.deliberation_id)


def require_own(deliberation: Deliberation, by: UnitCode, units: Units) -> None:
    """The community itself, or the street above it; what a closed unit left, who is above it."""
    require_sight(deliberation, by, units)
    if not is_own(deliberation, by, units):
        raise MayNotDeliberate(by, deliberation.unit)


def is_own(deliberation: Deliberation, by: UnitCode, units: Units) -> bool:
    """Whether it is the asker's own table, or one of its street; of a closed street it is its district's."""
    street = units.street_of(deliberation.unit) if units.knows(deliberation.unit) else None
    return by == street or units.answers_for(by, deliberation.unit)


def require_room(list_so_far: tuple[object, ...], what: str, most: int) -> int:
    """The number of the next one. Raises `ListFull`."""
    if len(list_so_far) >= most:
        raise ListFull(what, most)
    return len(list_so_far) + 1


def on_table(deliberation: Deliberation, number: int) -> Option:
    """An option that may still be decided on. Raises `UnknownOption`, `OptionOffTable`."""
    option = deliberation.option(number)
    if option is None:
        raise UnknownOption(number)
    if option.standing in (OptionStanding.DROPPED, OptionStanding.ADOPTED):
        raise OptionOffTable(number, option.standing)
    return option


def with_options(deliberation: Deliberation, *changed: Option) -> Deliberation:
    """The same with some options changed."""
    after = {option.number: option for option in (*deliberation.options, *changed)}
    return replace(deliberation, options=tuple(after.values()))


def progressed(deliberation: Deliberation, step: DeliberationStep) -> Decision[Deliberation]:
    """The state with the fact that says how far it has come."""
    tasks, done = len(deliberation.tasks), deliberation.tasks_done
    said = DeliberationProgressed(**deliberation.about(step=step, tasks=tasks, tasks_done=done))
    return Decision(deliberation, (said,))


def _linked(
    known: tuple[CaseId, ...], more: Iterable[CaseId], unit: UnitCode, leads: Leads, units: Units
) -> tuple[CaseId, ...]:
    linked = tuple(dict.fromkeys((*known, *more)))
    if len(linked) > MOST_CASES:
        raise ListFull("cases", MOST_CASES)
    for case_id in linked[len(known) :]:
        _require_here(case_id, leads[case_id], unit, units)
    return linked


def _require_here(case_id: CaseId, lead: CaseLead | None, unit: UnitCode, units: Units) -> None:
    """The case is led by the table's unit or its street, was passed to it, or lies there."""
    if lead is None:
        raise UnknownCase(case_id)
    here = (unit, units.street_of(unit))
    near = [code for code in (lead.unit, lead.assigned_to, lead.place) if code is not None]
    if not any(code in here or (units.knows(code) and units.street_of(code) == unit) for code in near):
        raise CaseElsewhere(case_id, unit)
