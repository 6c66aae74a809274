"""用语目录: a gettext catalogue as its translators write it (.po), whole or refused with its line.

Nothing has to be compiled before it can be told.
"""

from collections.abc import Iterator, Mapping
from io import BytesIO

from babel.messages.catalog import Message
from babel.messages.pofile import PoFileError, read_po

from shared.city.errors import BrokenFile

Key = tuple[str, str]
"""A message's context and id."""


def read_sentences(content: bytes, wanted: frozenset[Key], *, filename: str) -> Mapping[Key, str]:
    """Every sentence that is wanted, and no other. Raises `BrokenFile`."""
    try:
        messages = list(read_po(BytesIO(content), abort_invalid=True))
    except PoFileError as error:
        raise BrokenFile(filename, error.lineno + 1, str(error)) from None
    except UnicodeDecodeError:
        raise BrokenFile(filename, 1, "the file is not UTF-8") from None
    sentences = dict(_sentences(messages, wanted, filename))
    for context, missing in sorted(wanted - sentences.keys()):
        raise BrokenFile(filename, 1, f"{context} {missing} is not said")
    return sentences


def _sentences(messages: list[Message], wanted: frozenset[Key], filename: str) -> Iterator[tuple[Key, str]]:
    for message in messages:
        if not message.id:  # The head of the file.
            continue
        key, line = (message.context or "", str(message.id)), message.lineno or 1
        if key not in wanted:
            raise BrokenFile(filename, line, f"nobody asks for {key[0]} {key[1]}")
        if message.fuzzy or not isinstance(message.string, str) or not message.string:
            raise BrokenFile(filename, line, f"{key[0]} {key[1]} is not translated")
        yield key, message.string
