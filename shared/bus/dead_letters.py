"""死信: what ops do with parked facts: look, try again, or give one up. Always a whole key, in its order."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from shared.bus import parking
from shared.bus.fates import Fate, fate_of, reason_of
from shared.bus.parking import Letter
from shared.bus.subscriptions import Subscription, Subscriptions
from shared.events.envelope import Undecodable, decode, read_envelope, type_of
from shared.kernel.errors import NotFound
from shared.store.inbox import accept
from shared.store.work import Store, Work

__all__ = ["DeadLetters", "Letter", "NoSuchLetter", "Outcome"]

W = TypeVar("W", bound=Work)


class NoSuchLetter(NotFound):
    """There is no dead letter of this number."""

    def __init__(self, seq: int) -> None:
        super().__init__(f"there is no dead letter {seq}", seq=seq)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a retry or a discard came to."""

    handled: int
    discarded: int
    stuck_at: int | None
    """The letter that is bad again; the rest of the key waits behind it."""
    reason: str | None


class DeadLetters(Generic[W]):
    """One service's dead letters."""

    def __init__(
        self, store: Store[W], subscriptions: Iterable[Subscription], *, group: str | None = None
    ) -> None:
        self._store = store
        self._heard = Subscriptions(subscriptions)
        self._group = group or store.source

    async def list(self, *, after: int = 0, with_behind: bool = False, limit: int = 100) -> Sequence[Letter]:
        """A page of letters by number."""
        async with self._store.read() as connection:
            return await parking.listed(
                connection, self._group, after=after, with_behind=with_behind, limit=limit
            )

    async def retry(self, seq: int, *, stopped: Callable[[], bool] = lambda: False) -> Outcome:
        """Handle the letter's key again: the bad ones first, then those behind. Raises `NoSuchLetter`.

        Each is committed by itself: who stops in between goes on from there another time.
        """
        return await self._go_on(await self._key_of(seq), discarded=0, stopped=stopped)

    async def discard(self, seq: int) -> Outcome:
        """Give one letter up for ever; what waited behind it is handled. Raises `NoSuchLetter`."""
        async with self._store.work() as work:
            await parking.hold_alone(work.connection, self._group)
            letter = await parking.letter(work.connection, self._group, seq)
            if letter is None:
                raise NoSuchLetter(seq)
            await self._count_as_heard(work, letter)
            await parking.remove(work.connection, self._group, seq)
        return await self._go_on(letter.key, discarded=1)

    async def _key_of(self, seq: int) -> str:
        async with self._store.read() as connection:
            letter = await parking.letter(connection, self._group, seq)
        if letter is None:
            raise NoSuchLetter(seq)
        return letter.key

    async def _go_on(
        self, key: str, *, discarded: int, stopped: Callable[[], bool] = lambda: False
    ) -> Outcome:
        handled = 0
        while not stopped():
            try:
                was_there = await self._handle_first(key)
            except _StillBad as bad:
                await self._blame(bad)
                return Outcome(handled, discarded, bad.seq, bad.reason)
            if not was_there:
                break
            handled += 1
        return Outcome(handled, discarded, None, None)

    async def _blame(self, bad: "_StillBad") -> None:
        # In a knock of its own: the one that failed is rolled back. It may have waited behind until now.
        async with self._store.work() as work:
            await parking.blame(work.connection, self._group, bad.seq, bad.reason)

    async def _handle_first(self, key: str) -> bool:
        """One letter, one knock; False when the key has no more. Raises `_StillBad`."""
        async with self._store.work() as work:
            await parking.hold_alone(work.connection, self._group)
            letters = await parking.letters_of(work.connection, self._group, key)
            if not letters:
                return False
            first = letters[0]
            try:
                await self._handle(work, first)
                await work.flush()
            except Exception as error:
                if fate_of(error) is not Fate.BAD:
                    raise
                raise _StillBad(first.seq, reason_of(error)) from error
            await parking.remove(work.connection, self._group, first.seq)
            return True

    async def _handle(self, work: Any, letter: Letter) -> None:
        record = letter.record
        if self._heard.passes_over(type_of(record.headers)):
            return
        heard = decode(record.headers, record.value)
        if await accept(work.connection, self._group, [heard.envelope.id]):
            await self._heard.handle(work, heard)

    async def _count_as_heard(self, work: Any, letter: Letter) -> None:
        # So that a replay of the topic does not bring it back.
        try:
            envelope = read_envelope(letter.record.headers)
        except Undecodable:
            return
        await accept(work.connection, self._group, [envelope.id])


class _StillBad(Exception):
    """Rolls the knock back, and says which letter and why."""

    def __init__(self, seq: int, reason: str) -> None:
        super().__init__(reason)
        self.seq = seq
        self.reason = reason
