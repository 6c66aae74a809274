"""事项: which request is asked about. Codes and a day, told in words: the citizen's own are not survey's."""

from collections.abc import Mapping
from datetime import date

from markupsafe import Markup
from pydantic import Field

from services.survey.api.html import LANGUAGES, joined
from services.survey.domain.model import Survey
from shared.city.city import City
from shared.http.wire import Wire

WORDS: Mapping[str, Mapping[str, str]] = {
    "zh": {"registered_on": "受理日期", "category": "事项", "unit": "承办单位"},
    "en": {"registered_on": "Received on", "category": "About", "unit": "Dealt with by"},
}


class AboutOut(Wire):
    """Which of his requests the citizen is asked about."""

    registered_on: date | None = Field(description="The day, by the city's clock; null before it was kept.")
    category: str | None = Field(description="What it is about, in the reader's language.")
    unit: str | None = Field(description="Who handled it; null where it was answered at once.")

    @classmethod
    def of(cls, survey: Survey, city: City, language: str) -> "AboutOut":
        known = city.categories.by_code.get(survey.category) if survey.category else None
        return cls(
            registered_on=city.day(survey.registered_at) if survey.registered_at else None,
            category=(known.en if language == "en" else known.zh) if known else None,
            unit=city.units.name_of(survey.unit) if survey.unit else None,
        )


def described(about: AboutOut, language: str) -> Markup:
    """The same as a list on the page; nothing where nothing is known."""
    words = WORDS[language]
    lines = [
        Markup("<dt>{name}</dt><dd{lang}>{said}</dd>").format(
            name=words[name],
            # A unit has one name, and it is read out as what it is.
            lang=Markup(' lang="{}"').format(LANGUAGES["zh"]) if name == "unit" and language != "zh" else "",
            said=said,
        )
        for name, said in about
        if said is not None
    ]
    return Markup("<dl>\n{}\n</dl>").format(joined(lines)) if lines else Markup("")
