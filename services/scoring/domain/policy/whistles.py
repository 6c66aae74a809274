"""Folding whistles: who was called, and who came in time."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from services.scoring.domain import commands as note
from services.scoring.domain.errors import UnknownDepartment
from services.scoring.domain.lifecycle import WhistleOutcome
from services.scoring.domain.model import Department, Whistle
from services.scoring.domain.policy.ledger import is_duplicate, marked


def blow(said: note.NoteBlown, opened: str = "") -> Whistle:
    """The whistle as it was blown."""
    return Whistle(
        said.whistle_id,
        said.case_id,
        said.kind,
        said.blown_by,
        said.stamp,
        said.departments,
        heard=(said.mark,),
        opened=opened,
    )


def fold(whistle: Whistle, said: note.NoteWhistle, opened: str = "") -> Whistle:
    """The whistle after this note, which can change no period before `opened`; a duplicate gives the same
    back. Raises `UnknownDepartment`.
    """
    if is_duplicate(whistle.heard, said.mark):
        return whistle
    changed = _departments(whistle, said) if isinstance(said, note.NoteDepartment) else _ended(whistle, said)
    return replace(changed, heard=marked(whistle.heard, said.mark), opened=max(whistle.opened, opened))


def _ended(whistle: Whistle, said: note.NoteWhistle) -> Whistle:
    return replace(whistle, outcome=ENDS.get(type(said), whistle.outcome))


def _departments(whistle: Whistle, said: note.NoteDepartment) -> Whistle:
    if not any(department.unit == said.unit for department in whistle.departments):
        raise UnknownDepartment(whistle.whistle_id, said.unit)
    departments = tuple(
        replace(department, **FOLDS[type(said)](department, said))
        if department.unit == said.unit
        else department
        for department in whistle.departments
    )
    return replace(whistle, departments=departments)


Changes = Mapping[str, Any]


def _signed(_: Department, said: note.NoteDepartmentSigned) -> Changes:
    return {"signed": said.stamp, "signed_in_time": said.in_time}


def _contacted(_: Department, said: note.NoteDepartmentContacted) -> Changes:
    return {"contacted": said.stamp, "contacted_in_time": said.in_time}


def _reported_in(_: Department, said: note.NoteReportedIn) -> Changes:
    """Whoever rushed to an emergency while there was time to sign cannot sign any more, and need not."""
    came = {"reported_in": said.stamp, "reported_in_time": said.in_time}
    return {**came, "signed_in_time": True} if said.counts_as_signed else came


def _acted(_: Department, said: note.NoteActed) -> Changes:
    return {"acted": said.stamp}


def _scored(department: Department, said: note.NoteScored) -> Changes:
    """报到 on record stands; without one, the blower's word says whether the department came in time."""
    came = said.reported_in_time if department.reported_in is None else department.reported_in_time
    return {"scored": said.stamp, "score": said.score, "reported_in_time": came}


ENDS: Mapping[type[note.NoteWhistle], WhistleOutcome] = {
    note.NoteWhistleClosed: WhistleOutcome.CLOSED,
    note.NoteWhistleCancelled: WhistleOutcome.CANCELLED,
}

FOLDS: Mapping[type[note.NoteDepartment], Callable[[Department, Any], Changes]] = {
    note.NoteDepartmentSigned: _signed,
    note.NoteDepartmentContacted: _contacted,
    note.NoteReportedIn: _reported_in,
    note.NoteActed: _acted,
    note.NoteScored: _scored,
}
