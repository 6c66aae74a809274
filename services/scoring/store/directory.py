"""The city as scoring runs it: the units it has heard of, under a policy that leaves alone what is closed,
and what had begun when the last month was closed.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.scoring.domain.month import Month
from services.scoring.domain.periods import Periods
from services.scoring.store import periods
from services.scoring.store.repository import UnitCopies
from shared.city.city import City
from shared.city.policy import Policy
from shared.city.policy_scoring import Score
from shared.store.running_city import CityUnsound
from shared.store.unit_copies import CopiedDirectory


class Directory(CopiedDirectory):
    """Read before the first knock: under a policy that moves what is closed, nothing is worked on."""

    def __init__(self) -> None:
        super().__init__(UnitCopies)

    async def read(self, connection: AsyncConnection, city: City, moment: datetime) -> Callable[[], City]:
        """The same. Raises `CityUnsound`."""
        known = await periods.months(connection)
        for label, month in known.items():
            for named, score, cut in _told_by(label, month, city.policy, known):
                _require_kept(city.policy, named, score, cut)
        return await super().read(connection, city, moment)


def _told_by(
    label: str, month: Month, policy: Policy, known: Collection[str]
) -> Iterator[tuple[str, Score | None, Periods | None]]:
    """Which periods a month tells the rules of: itself, and the one that had begun when its close was asked
    for. That one's own month tells better, once there is one.
    """
    if (rules := month.rules) is None:
        return
    cut = Periods.of(rules.period, policy.zone) if rules.period else None
    yield label, rules.score, cut
    begun = cut.label(month.asked_at) if cut else label
    if begun not in known:
        yield begun, rules.following, cut


def _require_kept(policy: Policy, label: str, score: Score | None, cut: Periods | None) -> None:
    # A fact that is told to belong to a closed period without being late would be written into it, or a line
    # of it taken out: its sums are frozen, and would not open to its lines any more.
    if cut is not None and not Periods.of_policy(policy).ends_as(label, cut):
        raise CityUnsound(
            f"policy {policy.version} cuts {label} otherwise than it was closed or begun: say in policy.yaml"
            " since which period to come it is cut so (period.since), and how those before were"
            " (period.before)"
        )
    # Whatever is heard of its cases later would be booked with a difference that nobody's answer made.
    if score is not None and not policy.score.of(label).counts_as(score):
        raise CityUnsound(
            f"policy {policy.version} lets an answer count otherwise in {label} than when it was closed or"
            " begun: say in policy.yaml since which period to come it does (score.since), and how it was"
            " before (score.before)"
        )
