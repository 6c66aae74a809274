"""The size of a batch is found by what batches took."""

from hypothesis import given
from hypothesis import strategies as st

from shared.bus.pacing import AIM, LEAST, MOST, Pace


def test_full_batches_that_are_quick_grow_twofold_at_most() -> None:
    pace = Pace(1000)
    pace.took(1000, 0.01)
    assert pace.limit == 2000
    pace.took(2000, 0.01)
    pace.took(4000, 0.01)
    assert pace.limit == MOST == 4000


def test_a_small_batch_that_was_quick_tells_nothing() -> None:
    pace = Pace(1000)
    pace.took(3, 0.2)
    assert pace.limit == 1000


def test_what_takes_long_becomes_smaller_at_once() -> None:
    pace = Pace(4000)
    pace.took(4000, 8 * AIM)
    assert pace.limit == 500
    pace.took(10, 30 * AIM)
    assert pace.limit == LEAST, "a database that was away; it is soon full size again"


@given(
    each=st.floats(1e-5, 1e-2),
    own=st.floats(0.0, 0.2),
    start=st.integers(LEAST, MOST),
)
def test_under_steady_load_a_batch_comes_to_take_about_the_time_aimed_at(
    each: float, own: float, start: int
) -> None:
    """`each`: seconds a record takes, `own`: seconds a transaction takes whatever is in it."""
    pace = Pace(start)
    for _ in range(40):
        pace.took(pace.limit, own + each * pace.limit)
    assert LEAST <= pace.limit <= MOST
    takes = own + each * pace.limit
    if pace.limit == MOST:
        assert takes <= AIM + each
    elif pace.limit > LEAST:
        assert 0.9 * AIM < takes < 1.1 * AIM
    else:
        assert own + each * (LEAST + 1) > 0.9 * AIM
