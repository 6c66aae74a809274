"""用语目录: one gettext catalogue for each language, read once; one that lacks a sentence is refused.

The .po files are read as translators write them, so nothing has to be compiled before it can be told.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Literal, get_args

from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po

from services.intake.domain.lifecycle import ASKED_BY_CITIZENS
from services.intake.domain.timeline import Code
from shared.city.errors import BrokenFile
from shared.lifecycle.case import CaseState

Language = Literal["zh-CN", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
Key = tuple[str, str]
"""A message's context and id."""

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
    try:
        messages = list(read_po(BytesIO(content), abort_invalid=True))
    except PoFileError as error:
        raise BrokenFile(filename, error.lineno + 1, str(error)) from None
    except UnicodeDecodeError:
        raise BrokenFile(filename, 1, "the file is not UTF-8") from None
    sentences = dict(_sentences(messages, filename))
    for context, wanted in sorted(WANTED - sentences.keys()):
        raise BrokenFile(filename, 1, f"{context} {wanted} is not said")
    return Catalogue(language, sentences)


def _sentences(messages: list[Message], filename: str) -> Iterator[tuple[Key, str]]:
    for message in messages:
        if not message.id:  # The head of the file.
            continue
        key, line = (message.context or "", str(message.id)), message.lineno or 1
        if key not in WANTED:
            raise BrokenFile(filename, line, f"nobody asks for {key[0]} {key[1]}")
        if message.fuzzy or not isinstance(message.string, str) or not message.string:
            raise BrokenFile(filename, line, f"{key[0]} {key[1]} is not translated")
        yield key, message.string
