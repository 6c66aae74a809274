"""Booking: what is settled never changes, and all periods together are the ledger as it is known now."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.scoring.domain.policy.booking import Booked, Worth, book, is_settled
from services.scoring.domain.policy.lines import Line, Measure
from shared.kernel.ids import CaseId, UnitCode
from tests.kit.case_story import DONGHUASHI, MORNING, NANLI, YONGNING, named

PERIODS = ("2026-10", "2026-11", "2026-12", "2027-01")
CASE, ORDER = CaseId(named("case")), named("order")


def a_line(
    period: str,
    unit: UnitCode = DONGHUASHI,
    worth: str = "1",
    counts: int = 1,
    *,
    proactive: bool = False,
    cases: int | None = 0,
) -> Line:
    top = Decimal(worth) * counts
    about = (CASE, Measure.RESPONSE, ORDER, unit, None, MORNING, period)
    return Line(*about, top, counts, proactive, True, 0, None, cases)


Stored = dict[int, Booked[Line]]


def written(stored: Stored, changes: Iterable[Booked[Line]]) -> Stored:
    return {**stored, **{each.number: each for each in changes}}


def sums(stored: Stored) -> dict[object, Worth]:
    found: dict[object, Worth] = defaultdict(Worth)
    for each in stored.values():
        found[each.line.side] = each.line.worth.less(Worth().less(found[each.line.side]))
    return {side: worth for side, worth in found.items() if worth != Worth()}


LINES = st.builds(
    a_line,
    st.sampled_from(PERIODS),
    st.sampled_from([DONGHUASHI, NANLI, YONGNING]),
    st.sampled_from(["0", "0.9", "1"]),
    st.integers(0, 1),
    proactive=st.booleans(),
    cases=st.integers(0, 1),
)
STEPS = st.lists(st.tuples(LINES, st.sampled_from(PERIODS)), min_size=1, max_size=8)


@given(STEPS)
def test_whatever_comes_late_the_settled_stands_and_the_whole_is_right(steps: list[tuple[Line, str]]) -> None:
    stored: Stored = {}
    opened = ""
    for line, latest in steps:
        opened = max(opened, latest)
        settled = {number: each for number, each in stored.items() if each.period < opened}
        stored = written(stored, book(line, opened, tuple(stored.values())))
        assert settled == {number: stored[number] for number in settled}
        assert sums(stored) == ({line.side: line.worth} if line.worth != Worth() else {})


@given(STEPS)
def test_booking_the_same_again_changes_nothing(steps: list[tuple[Line, str]]) -> None:
    stored: Stored = {}
    opened = ""
    for line, latest in steps:
        opened = max(opened, latest)
        stored = written(stored, book(line, opened, tuple(stored.values())))
        again = written(stored, book(line, opened, tuple(stored.values())))
        assert sums(again) == sums(stored)


def test_a_line_of_the_present_lies_in_its_own_period() -> None:
    line = a_line("2026-12")
    assert not is_settled(line, None, "2026-11")
    assert book(line, "2026-11", ()) == (Booked(line, 0, "2026-12"),)


def test_a_late_line_counts_in_full_in_the_next_period_and_says_from_which_it_comes() -> None:
    line = a_line("2026-10")
    assert is_settled(line, None, "2026-11")
    assert book(line, "2026-11", ()) == (Booked(line, 0, "2026-11", "2026-10"),)


def test_a_line_that_moved_out_of_a_settled_period_is_settled_all_the_same() -> None:
    before, after = a_line("2026-10"), a_line("2026-11")
    assert is_settled(after, before, "2026-11")


def test_a_difference_to_a_settled_line_is_an_adjustment_of_its_own() -> None:
    first = Booked(a_line("2026-10", worth="0"), 0, "2026-10")
    (adjustment,) = book(a_line("2026-10", worth="1"), "2026-12", (first,))
    found = (adjustment.number, adjustment.period, adjustment.late_from)
    assert found == (1, "2026-12", "2026-10")
    assert (adjustment.line.numerator, adjustment.line.denominator) == (1, 0)


def test_an_order_that_is_taken_away_of_a_settled_period_takes_its_case_along() -> None:
    """As many as the order counted for, where that was not told yet; what was taken away then is let be."""
    for cases in (1, None):
        first = Booked(a_line("2026-10", cases=cases), 0, "2026-10")
        (adjustment,) = book(a_line("2026-10", counts=0), "2026-11", (first,))
        assert adjustment.line.worth == Worth(Decimal(-1), -1, -1)
    taken = Booked(first.line.counting(Worth(Decimal(-1), -1, -1)), 1, "2026-11", "2026-10")
    of_then = replace(taken, line=replace(taken.line, cases=None))
    assert list(book(a_line("2026-10", counts=0), "2026-12", (first, of_then))) == []


def test_a_joined_case_keeps_whom_the_close_found_for_it() -> None:
    first = Booked(a_line("2026-10", NANLI, "0"), 0, "2026-10")
    unknown = a_line("2026-10", worth="1")
    unknown = Line(**{name: getattr(unknown, name) for name in Line.__slots__} | {"unit": None})
    (adjustment,) = book(unknown, "2026-12", (first,))
    assert (adjustment.line.unit, adjustment.line.numerator) == (NANLI, 1)
