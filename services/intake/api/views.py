"""What is shown: rows turned into wire shapes, with units' names and sentences in the reader's language."""

from collections.abc import Sequence

from services.intake.api.lookup_schemas import CallerCaseOut, LookupOut
from services.intake.api.schemas import (
    AnonymisationOut,
    AnswerOut,
    ContactReadingOut,
    DeskCaseOut,
    LineOut,
    TimelineOut,
    UnitOut,
)
from services.intake.api.sentences import status_told, told
from services.intake.domain.contact import ContactReading
from services.intake.domain.knowledge import Entry
from services.intake.domain.lookups import Lookup
from services.intake.domain.model import Anonymisation, Case
from services.intake.domain.proposals import Answer
from services.intake.domain.timeline import Note
from services.intake.store.queries import DeskCase
from shared.city.city import City
from shared.kernel.ids import UnitCode
from shared.kernel.words import Language
from shared.lifecycle.case import CaseState


def timeline(
    case: Case,
    notes: Sequence[Note],
    answer: Answer | None,
    language: Language,
    city: City,
    case_pass: str | None = None,
) -> TimelineOut:
    """The public view of one case."""
    return TimelineOut(
        tracking_number=case.tracking_number,
        kind=case.kind,
        status=case.status,
        status_text=status_told(case.status, language),
        unit=unit(case.unit, city),
        promised_at=case.promised_at,
        registered_at=case.registered_at,
        answer=answer.of(language) if answer else None,
        callback_pass=case_pass,
        entries=[
            LineOut(at=note.at, code=note.code, text=told(note, language, city), unit=unit(note.unit, city))
            for note in notes
        ],
    )


def is_asked(case: Case) -> bool:
    """Whether the citizen is being called back about it."""
    return case.status is CaseState.SURVEYING


def desk_case(case: DeskCase, city: City) -> DeskCaseOut:
    """One line of the desk's list."""
    return DeskCaseOut(
        case_id=case.case_id,
        tracking_number=case.tracking_number,
        channel=case.channel,
        kind=case.kind,
        category=case.category,
        status=case.status,
        unit=unit(case.unit, city),
        promised_at=case.promised_at,
        registered_at=case.registered_at,
        has_phone=case.has_phone,
        confidential=case.confidential,
        anonymous=case.anonymous,
        proactive=case.proactive,
        linked_case_id=case.linked_case_id,
    )


def reading(one: ContactReading) -> ContactReadingOut:
    """One line of the audit."""
    return ContactReadingOut(
        reading_id=one.reading_id,
        case_id=one.case_id,
        reader=one.reader,
        purpose=one.purpose,
        found=one.found,
        at=one.at,
        withheld=one.withheld,
    )


def callers_case(case: Case, city: City) -> CallerCaseOut:
    """One of a caller's cases; the unit as its citizen sees it."""
    return CallerCaseOut(
        case_id=case.case_id,
        tracking_number=case.tracking_number,
        channel=case.channel,
        kind=case.kind,
        status=case.status,
        unit=unit(case.unit, city),
        promised_at=case.promised_at,
        registered_at=case.registered_at,
    )


def lookup(one: Lookup) -> LookupOut:
    """One line of what clerks looked up."""
    return LookupOut(
        lookup_id=one.lookup_id,
        clerk=one.clerk,
        act=one.act,
        purpose=one.purpose,
        at=one.at,
        case_ids=list(one.case_ids),
        checked=one.checked,
        refused=one.refused,
    )


def anonymisation(one: Anonymisation) -> AnonymisationOut:
    """One line of what was anonymised."""
    return AnonymisationOut(
        case_id=one.case_id,
        ended_at=one.ended_at,
        at=one.at,
        after_days=one.after_days,
        contact=one.contact,
        attachments=one.attachments,
        clerk=one.clerk,
        checked=one.checked,
    )


def answer(entry: Entry) -> AnswerOut:
    """What the knowledge base says to a question."""
    return AnswerOut(
        entry_id=entry.entry_id, question=entry.question, text=entry.answer, text_en=entry.answer_en
    )


def unit(code: UnitCode | None, city: City) -> UnitOut | None:
    """The unit by name; one the directory no longer has keeps its code."""
    if code is None:
        return None
    return UnitOut(code=code, name=city.units.name_of(code))
