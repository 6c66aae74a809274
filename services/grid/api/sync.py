"""同步: a terminal sends what was done offline, and hears what changed meanwhile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from services.grid import handlers
from services.grid.api.desk import OpenWork, SettingsOf
from services.grid.api.sync_items import Clock, Known, Sender, Sent, Unreadable, write_down
from services.grid.api.sync_views import ChangeOut, OutcomeOut, View
from services.grid.domain.policy.syncing import MOST_ITEMS, missed_some
from services.grid.domain.syncing import Item
from services.grid.domain.terminal import Terminal
from services.grid.domain.terminal_errors import TerminalsOnly
from services.grid.store.changes import Change, Place, changes_of
from shared.http.auth import Known as KnownCaller
from shared.http.idempotency import Fingerprints, fingerprints_of
from shared.http.paging import Cursors
from shared.http.refusals import NotSignedIn
from shared.http.wire import Wire
from shared.kernel.errors import Refusal
from shared.kernel.ids import ItemId, TerminalId

ROUTES = APIRouter(prefix="/terminal")
CHANGES_AT_ONCE = 200


async def _own_terminal(caller: KnownCaller) -> TerminalId:
    """The terminal that knocks. Raises `NotSignedIn`, `TerminalsOnly`."""
    if caller is None:
        raise NotSignedIn
    if caller.kind != "terminal":
        raise TerminalsOnly
    return TerminalId(UUID(caller.subject))


OwnTerminal = Annotated[TerminalId, Depends(_own_terminal)]


class SyncIn(Wire):
    """A batch."""

    items: list[Sent] = Field(
        max_length=MOST_ITEMS,
        description="What was done since the last batch that was answered, in any order.",
    )
    sent_at: Clock | None = Field(
        None, description="Now, by the terminal's clock: how wrong it is is then known, and made good."
    )
    cursor: Annotated[str, Field(max_length=1024)] | None = Field(
        None,
        description="Of the last answer. Left out, or older than 30 days, everything is told that is to be "
        "done, and what was over within that time.",
    )


class SyncOut(Wire):
    """The answer to a batch."""

    server_time: datetime
    outcomes: list[OutcomeOut] = Field(description="One for each item, as they were sent.")
    next_sequence: int = Field(description="What is left is numbered from here.")
    afresh: bool = Field(
        description="Everything is told anew, from this answer on: forget whatever was told before."
    )
    changes: list[ChangeOut] = Field(description="Each thing once, as it is now.")
    cursor: str | None = Field(description="Kept for the next batch.")
    more: bool = Field(
        description="There are more changes: ask again with the cursor, with or without items."
    )


@ROUTES.post("/sync", response_model=SyncOut)
async def sync(
    body: SyncIn, terminal_id: OwnTerminal, open_work: OpenWork, request: Request, settings: SettingsOf
) -> Response:
    """Take what was done, each item once and in order; tell what changed. Sent again it changes nothing."""
    cursors: Cursors = request.app.state.cursors
    sent = cast(list[Known | Unreadable], body.items)
    async with open_work() as work:
        terminal = await handlers.open_terminal(work, terminal_id)
        behind = work.now - (body.sent_at or work.now)
        bench = _Bench(Sender(terminal, settings.on_site_radius_m, behind), fingerprints_of(request))
        after = _read(cursors, body.cursor, terminal, at=work.now)
        items = [item for index, one in enumerate(sent) if (item := bench.item(index, one)) is not None]
        answers = await handlers.sync(
            work, terminal, items, unreadable=len(sent) - len(items), write_down=write_down
        )
        counted = await work.terminals.get(terminal_id)
        place = None if after is None else after.place
        told = await changes_of(work.connection, terminal.unit, after=place, limit=CHANGES_AT_ONCE + 1)
        view = View(terminal.unit, work.city.units, work.seals.open_words)
    shown, more = told.changes[:CHANGES_AT_ONCE], len(told.changes) > CHANGES_AT_ONCE
    reached = _reached(None if told.afresh else after, shown, more=more, at=work.now)
    # Written here: FastAPI would look through five hundred outcomes once more.
    answer = SyncOut(
        server_time=work.now,
        outcomes=view.outcomes(sent, answers),
        next_sequence=counted.last_sequence + 1,
        afresh=told.afresh,
        changes=[view.change(one) for one in shown],
        cursor=None if reached is None else _written(cursors, reached, terminal),
        more=more,
    )
    return Response(answer.model_dump_json(), media_type="application/json")


class _Bench:
    """Where items are made of what a terminal sent."""

    def __init__(self, sender: Sender, fingerprints: Fingerprints) -> None:
        self._sender = sender
        self._fingerprints = fingerprints

    def item(self, index: int, sent: Known | Unreadable) -> Item | None:
        """None for one that has not even a number."""
        if isinstance(sent, Unreadable):
            return self._unreadable(index, sent)
        command, problem = None, None
        try:
            command = sent.to_command(self._sender)
        except Refusal as refusal:
            problem = write_down(refusal)
        return Item(
            index=index,
            item_id=ItemId(sent.id),
            sequence=sent.sequence,
            kind=sent.kind,
            recorded_at=sent.recorded_at,
            fingerprint=self._fingerprints.of(sent.said()),
            command=command,
            base_version=getattr(sent, "base_version", None),
            problem=problem,
            behind=self._sender.behind,
        )

    def _unreadable(self, index: int, sent: Unreadable) -> Item | None:
        head = sent.known
        if head is None:
            return None
        return Item(
            index=index,
            item_id=ItemId(head.id),
            sequence=head.sequence,
            kind="unreadable",
            recorded_at=head.recorded_at,
            fingerprint=self._fingerprints.of(sent.sent),
            problem=sent.problem,
        )


def _list_of(terminal: Terminal) -> bytes:
    """A cursor holds a place in the list of one unit."""
    return f"terminal-changes:{terminal.unit}".encode()


@dataclass(frozen=True, slots=True)
class _Reached:
    """How far a terminal has read, and since when it heard of every change."""

    place: Place
    heard_all_at: datetime


def _reached(
    before: _Reached | None, shown: Sequence[Change], *, more: bool, at: datetime
) -> _Reached | None:
    """While pages are left, what is not told yet may have changed since the first of them was."""
    if before is None:
        return _Reached(shown[-1].place, at) if shown else None
    return _Reached(shown[-1].place if shown else before.place, before.heard_all_at if more else at)


def _written(cursors: Cursors, reached: _Reached, terminal: Terminal) -> str:
    return cursors.write((*reached.place, reached.heard_all_at), query=_list_of(terminal))


def _read(cursors: Cursors, cursor: str | None, terminal: Terminal, *, at: datetime) -> _Reached | None:
    """None for none, for one that is too old, and for one of before there was a time in it."""
    if cursor is None:
        return None
    match cursors.read(cursor, query=_list_of(terminal)):
        case (int(changed_in), str(kind), UUID() as subject_id, datetime() as heard_all_at):
            reached = _Reached(Place(changed_in, kind, subject_id), heard_all_at)
            return None if missed_some(heard_all_at, at=at) else reached
        case _:
            return None
