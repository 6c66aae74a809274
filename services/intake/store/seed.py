"""What a run needs of intake before the first request: one client's API key, a city's knowledge base."""

from datetime import date
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import Field

from services.intake.domain.commands import KeepEntry
from services.intake.store.api_keys import has_key, issue
from services.intake.store.repository import IntakeWork
from shared.city.documents import Document, Entry
from shared.kernel.ids import CategoryCode

KNOWLEDGE = "knowledge.yaml"
LOCAL_CLIENT = "local"
SCOPES = frozenset({"cases:write"})
LOCAL_RATE = 60_000
"""Requests a minute: whoever runs the city on a desk may try how fast it is."""


async def local_api_key(work: IntakeWork) -> str | None:
    """A key for the local client, or None when it has one already: its text was shown then."""
    if await has_key(work, LOCAL_CLIENT):
        return None
    return await issue(work, LOCAL_CLIENT, SCOPES, expires_at=None, rate=LOCAL_RATE)


class Known(Entry):
    """One question of a city's file."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    question: str
    answer: str
    en: str | None = None
    category: str | None = None


class KnowledgeFile(Entry):
    """The file, and where its words come from."""

    source: str
    entries: tuple[Known, ...]


def known_entries(city: Path, since: date) -> list[KeepEntry]:
    """A city's knowledge base as commands; a city without one has none."""
    path = city / KNOWLEDGE
    if not path.exists():
        return []
    file = Document.parse(path.read_text(encoding="utf-8"), filename=KNOWLEDGE).read_as(KnowledgeFile)
    return [_command(one, file.source, since) for one in file.entries]


def entry_id(name: str) -> UUID:
    """The same in every city and at every seeding, so that it is put in once."""
    return uuid5(NAMESPACE_URL, f"urn:jiesu:knowledge:{name}")


def _command(one: Known, source: str, since: date) -> KeepEntry:
    return KeepEntry(
        entry_id=entry_id(one.id),
        question=one.question,
        answer=one.answer,
        answer_en=one.en,
        category=CategoryCode(one.category) if one.category else None,
        valid_from=since,
        valid_until=None,
        by=f"seed: {source}",
    )
