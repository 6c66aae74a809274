"""A repository: one kind of aggregate, loaded under lock, kept in an identity map, flushed in bulk."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Protocol, TypeVar, cast

from sqlalchemy import RowMapping, Table
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.kernel.changed import replace
from shared.kernel.decision import Aggregate, Decision
from shared.kernel.errors import NotFound, Stale
from shared.store import bulk, driver
from shared.store.shape import Shape

Key = TypeVar("Key")
Kept = TypeVar("Kept", bound=Aggregate)


class Knock(Protocol):
    """What a repository needs of the work it belongs to."""

    @property
    def connection(self) -> AsyncConnection: ...

    @property
    def beside(self) -> Callable[[], AbstractAsyncContextManager[AsyncConnection]]:
        """Another session, for reading side by side what is committed already."""

    def attend(self, repository: "Repository[Any, Any]") -> None:
        """Take the repository into the flush."""

    def say(self, aggregate: str, aggregate_id: str, version: int, facts: Sequence[Any]) -> None:
        """Take facts down, numbered on from the version."""


class VersionMoved(Stale):
    """Somebody else wrote the aggregate between our reading and our writing; the knock starts again."""

    def __init__(self, aggregate: str) -> None:
        super().__init__(
            f"a {aggregate} was changed by somebody else at the same moment", aggregate=aggregate
        )


@dataclass(slots=True)
class _Held(Generic[Kept]):
    """`was` is the version in the database: None before the first insert."""

    aggregate: Kept
    was: int | None
    changed: bool = False


class Repository(Generic[Key, Kept]):
    """Subclasses name the aggregate, its model, table and key, and may add look-ups and projections."""

    AGGREGATE: ClassVar[str]
    """The name in facts' subjects: `case`, `whistle`."""
    MODEL: ClassVar[type[Any]]
    TABLE: ClassVar[Table]
    KEY: ClassVar[str] = "id"
    _shape: ClassVar[Shape[Any]]
    _locked: ClassVar[str]
    """The statement that loads aggregates under lock."""

    def __init_subclass__(cls) -> None:
        cls._shape = Shape(cls.MODEL, cls.TABLE)
        names = ", ".join(f'"{name}"' for name in cls._shape.names)
        key_type = bulk.array_type(cls.TABLE.c[cls.KEY])
        cls._locked = (
            f'SELECT {names} FROM "{cls.TABLE.name}" WHERE "{cls.KEY}" = ANY($1::{key_type}[]) '
            f'ORDER BY "{cls.KEY}" FOR UPDATE'
        )

    def __init__(self, work: Knock) -> None:
        self._work = work
        self._held: dict[Key, _Held[Kept] | None] = {}
        work.attend(self)

    async def find(self, key: Key) -> Kept | None:
        """The aggregate under a row lock, or None."""
        held = self._held.get(key)
        if held is None and key not in self._held:
            await self.preload([key])
            held = self._held[key]
        return held.aggregate if held else None

    async def get(self, key: Key) -> Kept:
        """The aggregate under a row lock. Raises the repository's `NotFound`."""
        found = await self.find(key)
        if found is None:
            raise self.unknown(key)
        return found

    async def preload(self, keys: Iterable[Key]) -> None:
        """Load and lock many at once, always in key order: two batches cannot deadlock on them."""
        wanted = {key for key in keys if key not in self._held}
        if not wanted:
            return
        rows = await driver.fetch(self._work.connection, self._locked, (wanted,))
        self._held.update(dict.fromkeys(wanted))
        for row in rows:
            aggregate = cast(Kept, self._shape.from_row(row))
            self._held[self.key_of(aggregate)] = _Held(aggregate, aggregate.version)

    async def keep(self, decision: Decision[Kept]) -> Kept:
        """Hold the decided state for the flush and say its facts; answers the state with its new version."""
        state = decision.state
        key = self.key_of(state)
        held = self._held.get(key)
        before = held.aggregate.version if held else 0
        if state.version != before:
            raise VersionMoved(self.AGGREGATE)
        kept = state
        if decision.facts:
            self._work.say(self.AGGREGATE, str(key), before, decision.facts)
            kept = cast(Kept, replace(cast(Any, state), version=before + len(decision.facts)))
        if held:
            held.aggregate, held.changed = kept, True
        else:
            self._held[key] = _Held(kept, None, changed=True)
        return kept

    def changed(self) -> list[Kept]:
        """What the next flush will write."""
        return [held.aggregate for held in self._held.values() if held and held.changed]

    async def flush(self) -> None:
        """Write what changed: new rows, changed rows under version check, projections."""
        changed = [held for held in self._held.values() if held and held.changed]
        await self._insert([held for held in changed if held.was is None])
        await self._update([held for held in changed if held.was is not None])
        await self._project([held.aggregate for held in changed])
        for held in changed:
            held.was, held.changed = held.aggregate.version, False

    def additions(self) -> Iterable[bulk.Insert]:
        """New rows, for a work written together with others: nothing it holds was there before."""
        rows = [self._shape.to_row(held.aggregate) for held in self._held.values() if held and held.changed]
        if rows:
            yield bulk.Insert(self.TABLE, rows)

    async def _insert(self, fresh: Sequence[_Held[Kept]]) -> None:
        rows = [self._shape.to_row(held.aggregate) for held in fresh]
        try:
            await bulk.insert(self._work.connection, self.TABLE, rows)
        except IntegrityError as error:
            # Somebody else wrote the first version while we decided on there being none.
            if f'"pk_{self.TABLE.name}"' in str(error.orig):
                raise VersionMoved(self.AGGREGATE) from None
            raise

    async def _update(self, known: Sequence[_Held[Kept]]) -> None:
        rows = [{**self._shape.to_row(held.aggregate), "was": held.was} for held in known]
        if await bulk.update(self._work.connection, self.TABLE, self.KEY, rows) != len(rows):
            raise VersionMoved(self.AGGREGATE)

    async def _project(self, aggregates: Sequence[Kept]) -> None:
        rows: dict[Table, list[bulk.Row]] = {}
        for aggregate in aggregates:
            for table, row in self.projections(aggregate):
                rows.setdefault(table, []).append(row)
        for table, found in rows.items():
            await bulk.upsert(self._work.connection, table, found)

    @classmethod
    def read(cls, row: Mapping[str, Any] | RowMapping) -> Kept:
        """An aggregate from a row that a query read: to look at, never to keep."""
        return cast(Kept, cls._shape.from_row(row))

    def projections(self, aggregate: Kept) -> Iterable[tuple[Table, bulk.Row]]:
        """Rows for queries that follow from the aggregate: written with it, never read back into it."""
        del aggregate
        return ()

    def key_of(self, aggregate: Kept) -> Key:
        return cast(Key, getattr(aggregate, self.KEY))

    def unknown(self, key: Key) -> NotFound:
        """The refusal when there is none; subclasses say it in the trade's words."""
        return NotFound(f"there is no {self.AGGREGATE} {key}", key=str(key))
