"""What a service hears: data at the foot of its consumer module."""

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.events.catalog import FACTS
from shared.events.envelope import Heard
from shared.events.fact import Fact

Handle = Callable[[Any, Any], Awaitable[None]]
Needs = Callable[[Any], Mapping[str, Any]]

_KNOWN = frozenset(fact.TYPE for fact in FACTS.values())
_VERSION = re.compile(r"\.v\d+\Z")


@dataclass(frozen=True, slots=True)
class Subscription:
    """One fact, who handles it, and which aggregates the handler will ask for."""

    fact: type[Fact]
    handle: Handle
    needs: Needs | None = None


def on(fact: type[Fact], handle: Handle, *, needs: Needs | None = None) -> Subscription:
    """Hear a fact. `needs` names repository attributes and keys, so that a batch is loaded in one go."""
    return Subscription(fact, handle, needs)


class Subscriptions:
    """A service's subscriptions, found by type."""

    def __init__(self, subscriptions: Iterable[Subscription]) -> None:
        self._by_type: dict[str, list[Subscription]] = {}
        for subscription in subscriptions:
            self._by_type.setdefault(subscription.fact.TYPE, []).append(subscription)
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
        wanted: dict[str, set[Any]] = {}
        for heard in batch:
            for subscription in self._by_type.get(heard.fact.TYPE, ()):
                for repository, key in (subscription.needs(heard.fact) if subscription.needs else {}).items():
                    if key is not None:
                        wanted.setdefault(repository, set()).add(key)
        # In one order for everybody, like the keys within: two batches cannot lock crosswise.
        for repository in sorted(wanted):
            await getattr(work, repository).preload(wanted[repository])
