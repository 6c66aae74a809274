"""What grid refuses about 五有, by name.

NotFound
├── UnknownCommunity      none with this code, or one the asker has nothing to do with
└── UnknownFoundation     the list in force has no such item
NotAllowed
└── MayNotTick            only the community itself and the street above it may
"""

from shared.kernel.errors import NotAllowed, NotFound
from shared.kernel.ids import UnitCode


class UnknownCommunity(NotFound):
    """None with this code, or not the asker's to see: the answer is the same."""

    def __init__(self, unit: UnitCode) -> None:
        super().__init__(f"there is no community {unit}", unit=unit)


class UnknownFoundation(NotFound):
    """The list in force has no such item."""

    def __init__(self, item: str, version: int) -> None:
        super().__init__(f"version {version} of the list has no item {item}", item=item, list_version=version)


class MayNotTick(NotAllowed):
    """Only the community itself and the street above it may."""

    def __init__(self, by: UnitCode, unit: UnitCode) -> None:
        super().__init__(f"what {unit} has is its own and its street's to say, not {by}'s", by=by, unit=unit)
