"""用语目录: one gettext catalogue for each language, read once; one that lacks a sentence is refused.

The .po files are read as translators write them, so nothing has to be compiled before it can be told.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from services.intake.domain.lifecycle import ASKED_BY_CITIZENS
from services.intake.domain.timeline import Code
from shared.http.sentences import Key, read_sentences
from shared.kernel.words import Language
from shared.lifecycle.case import CaseState

WANTED: frozenset[Key] = frozenset(
    {
        *(("line", str(code)) for code in Code),
        *(("status", str(state)) for state in CaseState),
        *(("wish", wish) for wish in ASKED_BY_CITIZENS),
        *(("word", word) for word in ("the_unit", "reason_and_where_to_go", "media_url_not_kept")),
    }
)
"""What every catalogue must say, and nothing else."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything citizens are told, in one language."""

    language: Language
    sentences: Mapping[Key, str]

    def line(self, code: Code) -> str:
        """A line of a timeline, with `{unit}`, `{until}` and `{detail}` to be filled in."""
        return self.sentences["line", code]

    def status(self, state: CaseState) -> str:
        """Where a case stands."""
        return self.sentences["status", state]

    def wish(self, wish: str) -> str:
        """What a citizen asked for."""
        return self.sentences["wish", wish]

    def word(self, name: str) -> str:
        """A part of a sentence, or a notice."""
        return self.sentences["word", name]


@cache
def catalogue(language: Language) -> Catalogue:
    """The catalogue of a language. Raises `BrokenFile`; intake asks for all of them when it starts."""
    name = f"{language.replace('-', '_')}.po"
    return read_catalogue(language, resources.files(__package__).joinpath(name).read_bytes(), filename=name)


def read_catalogue(language: Language, content: bytes, *, filename: str) -> Catalogue:
    """A catalogue's file, whole or refused with its line."""
    return Catalogue(language, read_sentences(content, WANTED, filename=filename))
