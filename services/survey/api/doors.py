"""What every route of survey needs: its work, its equipment, the reader's language."""

from typing import Annotated

from fastapi import Depends

from services.survey.domain.model import Survey
from services.survey.store import Equipment, SurveyWork
from shared.city.questionnaire import Questionnaire
from shared.http.knock import Opening, equipment, opening
from shared.http.languages import AcceptLanguage, preferred

__all__ = [
    "AcceptLanguage",
    "Equipped",
    "OpenWork",
    "citizens_language",
    "language_of",
    "questions",
]

OpenWork = Annotated[Opening[SurveyWork], Depends(opening)]
Equipped = Annotated[Equipment, Depends(equipment)]


def language_of(accept_language: str | None) -> str:
    """What the reader would rather read, as the questionnaire calls it."""
    return preferred(accept_language).partition("-")[0]


def citizens_language(survey: Survey, accept_language: str | None) -> str:
    """What was stated for him; else what whoever asks for it would rather read."""
    return survey.language.tongue if survey.language else language_of(accept_language)


def questions(asked: Questionnaire, language: str) -> list[str]:
    """The questions, each with its possible answers, as they are read out."""
    whole = [
        f"{one.of(language)} ({' / '.join(option.of(language) for option in one.options)})"
        for one in (asked.contacted, asked.solved, asked.satisfied, asked.reasons)
    ]
    last = asked.may_call_again
    return [*whole, asked.note.of(language), last.of(language)]
