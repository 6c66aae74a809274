"""Every fact that exists, by type name, and the upcasters from old versions."""

from collections.abc import Callable, Iterator
from types import ModuleType

from shared.events import directory, grid, grid_rounds, intake, router, scoring, survey
from shared.events.fact import Fact

MODULES = (intake, router, directory, survey, grid, grid_rounds, scoring)


def declared_in(module: ModuleType) -> Iterator[type[Fact]]:
    """The facts a module declares, in the order they stand there."""
    for found in vars(module).values():
        own = isinstance(found, type) and issubclass(found, Fact) and found.__module__ == module.__name__
        if own and "TYPE" in vars(found):
            yield found


FACTS: dict[str, type[Fact]] = {fact.type_name(): fact for module in MODULES for fact in declared_in(module)}

UPCASTERS: dict[str, Callable[[Fact], Fact]] = {}
"""From an old version's type name to the function that makes the next version of it."""
