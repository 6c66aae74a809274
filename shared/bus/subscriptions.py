"""What a service hears: data at the foot of its consumer module."""

import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from shared.events.catalog import FACTS
from shared.events.envelope import Heard
from shared.events.fact import Fact

Handle = Callable[[Any, Any], Awaitable[None]]
Needs = Mapping[str, str]
"""Repositories of the work, each with the fact's field that is a key there."""

_KNOWN = frozenset(fact.TYPE for fact in FACTS.values())
_VERSION = re.compile(r"\.v\d+\Z")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One fact, who handles it, and which aggregates the handler will ask for."""

    fact: type[Fact]
    handle: Handle
    needs: Needs = field(default_factory=dict)


def on(fact: type[Fact], handle: Handle, *, needs: Needs | None = None) -> Subscription:
    """Hear a fact. By `needs` a batch is loaded in one go. Raises `ValueError` for a field it has not."""
    needs = needs or {}
    if missing := set(needs.values()) - fact.model_fields.keys():
        raise ValueError(f"{fact.type_name()} has no field {', '.join(sorted(missing))}")
    return Subscription(fact, handle, needs)


class Subscriptions:
    """A service's subscriptions, found by type."""

    def __init__(self, subscriptions: Iterable[Subscription]) -> None:
        self._by_type: dict[str, list[Subscription]] = {}
        for subscription in subscriptions:
            self._by_type.setdefault(subscription.fact.TYPE, []).append(subscription)
        self._keys = {
            type_name: tuple((name, attrgetter(key)) for each in found for name, key in each.needs.items())
            for type_name, found in self._by_type.items()
        }
        self._names = frozenset(name for name, fact in FACTS.items() if fact.TYPE in self._by_type)
        self.topics = tuple(
            sorted({topic.name for found in self._by_type.values() for s in found for topic in s.fact.TOPICS})
        )

    def passes_over(self, type_name: str | None) -> bool:
        """Whether a record may be skipped by its header: a fact we know of and do not hear, in any version.

        A type nobody declared is not passed over: it would be lost without a trace.
        """
        if type_name in self._names:
            return False
        declared = FACTS.get(type_name or "")
        stem = declared.TYPE if declared else _VERSION.sub("", type_name or "")
        return stem in _KNOWN and stem not in self._by_type

    async def handle(self, work: Any, heard: Heard) -> None:
        """Let every subscription of the fact handle it, with the fact as the cause of what follows."""
        work.hear(heard.envelope)
        for subscription in self._by_type.get(heard.fact.TYPE, ()):
            await subscription.handle(work, heard)

    async def preload(self, work: Any, batch: Sequence[Heard]) -> None:
        """Ask each repository once for all the keys a batch names."""
        wanted: dict[str, set[Any]] = defaultdict(set)
        for _, fact in batch:
            for repository, key_of in self._keys.get(fact.TYPE, ()):
                if (key := key_of(fact)) is not None:
                    wanted[repository].add(key)
        # In one order for everybody, like the keys within: two batches cannot lock crosswise.
        for repository in sorted(wanted):
            await getattr(work, repository).preload(wanted[repository])
