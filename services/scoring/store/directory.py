"""The city as scoring runs it: the units it has heard of, under a policy that leaves closed months alone."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.periods import Periods
from services.scoring.store import periods
from services.scoring.store.repository import UnitCopies
from shared.city.city import City
from shared.city.policy import Policy
from shared.store.running_city import CityUnsound
from shared.store.unit_copies import CopiedDirectory


class Directory(CopiedDirectory):
    """Read before the first knock: under a policy that moves what is closed, nothing is worked on."""

    def __init__(self) -> None:
        super().__init__(UnitCopies)

    async def read(self, connection: AsyncConnection, city: City, moment: datetime) -> Callable[[], City]:
        """The same. Raises `CityUnsound`."""
        await _require_ends_kept(connection, city.policy)
        return await super().read(connection, city, moment)


async def _require_ends_kept(connection: AsyncConnection, policy: Policy) -> None:
    # A fact that is told to belong to a closed period without being late would be written into it, or a line
    # of it taken out: its sums are frozen, and would not open to its lines any more.
    now = Periods.of_policy(policy)
    for label, month in (await periods.months(connection)).items():
        kept = month.rules.period if month.rules else None
        if kept is not None and not now.ends_as(label, Periods.of(kept, policy.zone)):
            raise CityUnsound(
                f"policy {policy.version} cuts {label} otherwise than it was closed: say in policy.yaml since"
                " which period it is cut so (period.since), and how those before were (period.before)"
            )
