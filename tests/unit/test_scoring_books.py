"""The books, as far as they need no database: which period a fact can still change."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from services.scoring.domain.model import Stamp
from services.scoring.domain.periods import Periods
from services.scoring.store.books import Books
from shared.city.city import City
from shared.kernel.ids import EventId
from tests.kit.case_story import SHANGHAI
from tests.kit.city import beijing

PERIODS = Periods.of_policy(beijing().policy)
SETTLED = [PERIODS.settled(f"2026-{month:02d}") for month in range(1, 13)]
ABOUT = [timedelta(), timedelta(microseconds=-1), timedelta(seconds=1), timedelta(days=9)]
SAID = st.one_of(
    st.builds(lambda at, about: at + about, st.sampled_from(SETTLED), st.sampled_from(ABOUT)),
    st.just(datetime(2026, 5, 1, tzinfo=SHANGHAI)),
    st.integers(0, 400 * 24).map(lambda hours: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hours)),
    st.just(datetime(2345, 6, 7, tzinfo=UTC)),
)


@dataclass
class LongAgo:
    """A knock in the past: for it everything is of the present, so nothing is read."""

    now: datetime = datetime(2025, 1, 1, tzinfo=UTC)
    city: City = field(default_factory=beijing)


@settings(max_examples=30)
@given(st.lists(SAID, min_size=2, max_size=8))
async def test_each_fact_of_a_knock_opens_what_its_own_time_opens(said: list[datetime]) -> None:
    """Whatever was said before it."""
    books = Books(cast(Any, LongAgo()))
    opened = [await books.opened(Stamp(at, EventId(uuid4()))) for at in said]
    assert opened == [PERIODS.opened(at) for at in said]
