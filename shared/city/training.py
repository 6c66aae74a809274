"""Texts whose category is known, of the city's own writing: what a text model begins with.

Read when a model is made; no service keeps them.
"""

from typing import Annotated

from pydantic import Field

from shared.city.categories import Categories, folded
from shared.city.documents import Document, Entry

Texts = tuple[Annotated[str, Field(min_length=1, max_length=2_000)], ...]


class TrainingFile(Entry):
    """The file as it is written."""

    version: Annotated[str, Field(min_length=1)]
    texts: dict[str, Texts]


def load_training(text: str, categories: Categories, *, filename: str) -> tuple[tuple[str, str], ...]:
    """Each text with its category, or a refusal with file, line and reason."""
    document = Document.parse(text, filename=filename)
    file = document.read_as(TrainingFile)
    seen: set[str] = set()
    for category, texts in file.texts.items():
        if category not in categories:
            raise document.refuse(("texts", category), f"no category is called {category}")
        for index, each in enumerate(texts):
            if folded(each) in seen:
                raise document.refuse(("texts", category, index), "this text is written twice")
            seen.add(folded(each))
    return tuple((each, category) for category, texts in file.texts.items() for each in texts)
