"""进度用语: every line of a timeline and every status, in the languages citizens are answered in.

The words stand in a catalogue for each language; here they are completed with units, times and reasons.
"""

from zoneinfo import ZoneInfo

from services.intake.api.sentences.catalogues import Catalogue, catalogue
from services.intake.domain.lifecycle import ASKED_BY_CITIZENS
from services.intake.domain.timeline import Code, Note
from shared.city.city import City
from shared.kernel.words import Language
from shared.lifecycle.case import CaseState

__all__ = ["catalogue", "status_told", "told"]


def told(note: Note, language: Language, city: City) -> str:
    """The line in the reader's language."""
    words = catalogue(language)
    return words.line(note.code).format(
        unit=_unit(note, words, city),
        until=_local(note, city.policy.zone),
        detail=_detail(note, words, city),
    )


def status_told(status: CaseState, language: Language) -> str:
    """Where a case stands, in the reader's language."""
    return catalogue(language).status(status)


def _unit(note: Note, words: Catalogue, city: City) -> str:
    if note.unit is None or not city.units.knows(note.unit):
        return words.word("the_unit")
    return city.units.get(note.unit).name


def _local(note: Note, zone: ZoneInfo) -> str:
    return f"{note.until.astimezone(zone):%Y-%m-%d %H:%M}" if note.until else ""


def _detail(note: Note, words: Catalogue, city: City) -> str:
    if note.code is Code.DECLINED:
        return _reason(note.detail or "", words, city)
    return words.wish(note.detail) if note.detail in ASKED_BY_CITIZENS else note.detail or ""


def _reason(code: str, words: Catalogue, city: City) -> str:
    """不予受理: why, and where to go instead; both are the city's."""
    found = next((one for one in city.policy.decline.reasons if one.code == code), None)
    if found is None:
        return code
    reason, go_to = found.of(words.language)
    return words.word("reason_and_where_to_go").format(reason=reason, go_to=go_to) if go_to else reason
