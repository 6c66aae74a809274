"""Searching: cases by what was said, by the citizen's number, by id. One box, as at every counter.

What citizens said is opened while looking and never indexed: a page looks at so many cases at most, says at
how many, and goes on where it stopped. ADR 0011 says why. It is a POST because what is looked for may be
personal, and addresses are written into logs.
"""

import hashlib
from collections.abc import Iterator
from typing import Annotated
from unicodedata import normalize
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from services.router.api.acting import Equipped, WordsReader, may_read_case, units_below, words_reader
from services.router.api.schemas import CaseItem
from services.router.domain.errors import TextNeeded, UnknownCase
from services.router.domain.model import Case
from services.router.domain.words import context, read_words
from services.router.store import queries
from services.router.store.openings import Purpose, note_opening
from services.router.store.queries import CaseQuestion
from services.router.store.searching import SealedRow, sealed_cases
from shared.http.knock import InCity, Now, Reading
from shared.http.paging import Cursors
from shared.http.wire import Wire
from shared.kernel.ids import CaseId
from shared.kernel.words import HandlingMode, Tier
from shared.lifecycle.case import CaseState
from shared.sealing.ring import Ring, SealBroken

ROUTES = APIRouter()
PATH = "/cases:search"
MOST_LOOKED_AT = 1_000
"""Opened for one page: some tens of milliseconds."""
LONGEST_NUMBER = 40
Code = Annotated[str, Field(min_length=1, max_length=60)]


class SearchIn(Wire):
    """What is looked for, and among which cases."""

    text: Annotated[str, Field(min_length=1, max_length=100)] = Field(
        description="An id, a citizen's number, or parts of what was said that all occur, between blanks.",
        examples=["群租 首座御园"],
    )
    state: CaseState | None = None
    tier: Tier | None = None
    mode: HandlingMode | None = None
    category: Code | None = None
    place: Code | None = None
    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Annotated[str, Field(max_length=1024)] | None = Field(
        None, description="`next` of the page before, with everything else as it was."
    )

    def question(self) -> CaseQuestion:
        return CaseQuestion(self.state, self.tier, self.mode, self.category, self.place)

    def query(self) -> bytes:
        """What a cursor is bound to: the same question, and none of its words in clear."""
        asked = self.model_dump_json(exclude={"limit", "cursor"})
        return f"{PATH}?{hashlib.sha256(asked.encode()).hexdigest()}".encode()


class FoundOut(Wire):
    """Cases whose words say it, the newest first."""

    items: list[CaseItem]
    looked_at: int = Field(description="Cases whose words were opened for this page.")
    next: str | None = Field(description="Pass as `cursor` to look on; null when all were looked at.")


@ROUTES.post(PATH)
async def search_cases(
    request: Request,
    body: SearchIn,
    connection: Reading,
    equipped: Equipped,
    caller: WordsReader,
    city: InCity,
    now: Now,
) -> FoundOut:
    """By id or number at once; else full text over what citizens said and added, as far as the caller may
    read it. Fewer than asked for and a `next` mean that there is more to look at.
    """
    if not body.text.strip():
        raise TextNeeded("text")
    cursors: Cursors = request.app.state.cursors
    after = cursors.read(body.cursor, query=body.query()) if body.cursor is not None else None
    named = await _named(connection, body.text) if after is None else None
    by = words_reader(caller)
    if named is not None:
        return FoundOut(items=_theirs(named, may_read_case(named, by, city)), looked_at=0, next=None)
    before = after[0] if after and isinstance(after[0], UUID) else None
    rows = await sealed_cases(
        connection, body.question(), units_below(by, city), before=before, limit=MOST_LOOKED_AT + 1
    )
    found, looked_at = _look_through(equipped.ring, rows, body)
    if looked_at:
        # Before the answer: what could not be noted is not told.
        await note_opening(connection, Purpose.SEARCH, by=by.name, cases=looked_at, at=now)
    if looked_at == len(rows):
        return FoundOut(items=found, looked_at=looked_at, next=None)
    goes_on = cursors.write((rows[looked_at - 1].row.case_id,), query=body.query())
    return FoundOut(items=found, looked_at=looked_at, next=goes_on)


def _look_through(ring: Ring, rows: list[SealedRow], body: SearchIn) -> tuple[list[CaseItem], int]:
    """What says it, and how many were looked at for that."""
    wanted = folded(body.text).split()
    found: list[CaseItem] = []
    looked_at = 0
    for one in rows[:MOST_LOOKED_AT]:
        looked_at += 1
        if all(part in folded("\n".join(_told(ring, one))) for part in wanted):
            found.append(CaseItem.of(one.row))
        if len(found) == body.limit:
            break
    return found, looked_at


def _told(ring: Ring, one: SealedRow) -> Iterator[str]:
    """What the citizen said, the address included; what was forgotten with its key says nothing."""
    for sealed in one.sealed:
        try:
            words = read_words(ring.open(sealed, context=context(one.row.case_id)))
        except SealBroken:
            continue
        yield words.text
        yield words.address or ""


def folded(text: str) -> str:
    """As it is compared: full-width forms and capitals make no difference."""
    return normalize("NFKC", text).casefold()


async def _named(connection: Reading, text: str) -> Case | None:
    """The case that is meant, if it is called by its id or number."""
    name = "".join(folded(text).split()).upper()
    try:
        return await queries.case(connection, CaseId(UUID(name)))
    except ValueError:
        return await queries.case_numbered(connection, name) if len(name) <= LONGEST_NUMBER else None
    except UnknownCase:
        return None


def _theirs(case: Case, may_read: bool) -> list[CaseItem]:
    """A stranger's case is not found, as if it were not there."""
    return [CaseItem.standing(case)] if may_read else []
