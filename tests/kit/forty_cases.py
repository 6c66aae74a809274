"""Forty cases of one month, and what they come to: worked out by hand, in every reading.

Each line of the docstrings is one case: who was dispatched, whether it signed in time, what the citizen said.
"""

from decimal import Decimal
from fractions import Fraction

from shared.kernel.ids import CaseId, UnitCode
from shared.kernel.words import Ruling, Satisfied, Solved
from tests.kit.case_story import (
    BEIJING,
    DONGCHENG,
    DONGHUASHI,
    HOUSING,
    NANLI,
    YANQING,
    YONGNING,
    ZHENZHUQUAN,
    Story,
)

PERIOD = "2026-11"
YES, PARTLY, NO = Solved.YES, Solved.PARTLY, Solved.NO
SAT, BASIC, NOT, MUTE = Satisfied.SATISFIED, Satisfied.BASICALLY, Satisfied.NOT, Satisfied.NO_OPINION
A, B, C, N, D = ZHENZHUQUAN, YONGNING, DONGHUASHI, NANLI, HOUSING


def forty() -> list[Story]:
    """All of them; a joined case stands behind the one it was joined to."""
    found = [*_plain(), *_redone(), *_cross_town(), *_early(), *_community()]
    return [*found, *_joined({story.name: story for story in found})]


EXCLUDED = ("a14", "a15", "b11", "c6", "j4")


def excluded() -> frozenset[CaseId]:
    """The cases that an exclusion takes out."""
    return frozenset(Story(name).case_id for name in EXCLUDED)


def _plain() -> list[Story]:
    return [
        _done("a1", A, YES, SAT),
        _done("a2", A, YES, SAT),
        _done("a3", A, YES, BASIC),
        _done("a4", A, YES, BASIC),
        _done("a5", A, YES, SAT, signed=False),
        _done("a6", A, NO, NOT, contacted=False),
        _done("a7", A, PARTLY, BASIC),
        _done("a8", A, NO, MUTE),
        _worked("a9", A).unreachable().closed(reached=False),
        _done("a14", A, NO, NOT),
        _done("a15", A, NO, NOT, signed=False, contacted=False),
        _done("b1", B, YES, SAT),
        _done("b2", B, YES, SAT),
        _done("b3", B, YES, BASIC),
        _done("b4", B, NO, NOT, signed=False),
        _worked("b5", B).unreachable().closed(reached=False),
        _done("b11", B, PARTLY, NOT),
        _done("d1", D, YES, SAT),
        _done("d2", D, PARTLY, NOT),
        Story("answered at once").registered().answered().judged(YES, SAT).closed(),
    ]


def _redone() -> list[Story]:
    """Redone: the first answer is scored, the second order counts for response."""
    first = _worked("a10", A).judged(NO, NOT)
    second = _worked("a11", A, signed=False).judged(PARTLY, NOT, contacted=False)
    third = _worked("b12", B).judged(NO, BASIC)
    return [
        _again(first, A).judged(YES, SAT, round_=2, scored=False).closed(2),
        _again(second, A).judged(YES, SAT, round_=2, scored=False).closed(2),
        _again(third, B, signed=False).unreachable(2).closed(2, reached=False),
    ]


def _cross_town() -> list[Story]:
    """One lead, one co-unit that answers for its signature alone."""
    return [
        _worked("a12", A, co=B).judged(YES, BASIC).closed(),
        _worked("a13", A, co=B, co_signed=False).judged(NO, NOT).closed(),
        _worked("b6", B, co=A).judged(YES, SAT).closed(),
    ]


def _early() -> list[Story]:
    """b7 was never B's duty; b8 was returned in vain; b9 was withdrawn in time, b10 when it was too late."""
    b7 = Story("b7").registered().dispatched(B).returned(B).ruled(Ruling.REDIRECT, B, A)
    b8 = Story("b8").registered().dispatched(B).returned(B).ruled(Ruling.UPHOLD, B, B)
    b8.dispatched(B, key="kept").signed(B, key="kept").resolved(B, key="kept")
    return [
        b7.dispatched(A).signed(A).resolved(A).judged(YES, BASIC).closed(),
        b8.judged(YES, SAT).closed(),
        Story("b9").registered().dispatched(B).withdrawn(),
        Story("b10").registered().dispatched(B).passes(hours=5).withdrawn(),
    ]


def _community() -> list[Story]:
    """The street gives its work to the community, which answers for it; c3 and c5 stay with the street."""
    return [
        _given("c1").judged(YES, SAT).closed(),
        _given("c2").judged(YES, BASIC).closed(),
        _done("c3", C, YES, SAT),
        _given("c4", signed=False).judged(NO, NOT, contacted=False).closed(),
        _worked("c5", C).unreachable().closed(reached=False),
        _given("c6").judged(NO, NOT).closed(),
    ]


def _joined(known: dict[str, Story]) -> list[Story]:
    """Answers for the lead of the other case; j3 was B's until it was joined to j1, which is joined to a1."""
    j1 = Story("j1").registered().merged(known["a1"]).passes(hours=9).judged(NO, NOT).closed()
    j2 = Story("j2").registered().merged(known["c1"]).passes(hours=9).judged(YES, BASIC).closed()
    j3 = Story("j3").registered().dispatched(B).signed(B).merged(j1).passes(hours=9)
    j4 = Story("j4").registered().merged(known["b1"]).passes(hours=9).judged(NO, NOT).closed()
    return [j1, j2, j3.judged(YES, SAT).closed(), j4]


def _worked(
    name: str, unit: UnitCode, *, signed: bool = True, co: UnitCode | None = None, co_signed: bool = True
) -> Story:
    story = Story(name).registered().dispatched(unit, co=(co,) if co else ()).signed(unit, in_time=signed)
    if co:
        story.co_signed(co, in_time=co_signed)
    return story.resolved(unit)


def _done(
    name: str,
    unit: UnitCode,
    solved: Solved,
    satisfied: Satisfied,
    *,
    signed: bool = True,
    contacted: bool = True,
) -> Story:
    return _worked(name, unit, signed=signed).judged(solved, satisfied, contacted=contacted).closed()


def _again(story: Story, unit: UnitCode, *, signed: bool = True) -> Story:
    story.reopened().dispatched(unit, key="again", redo=1).signed(unit, key="again", in_time=signed)
    return story.resolved(unit, key="again", redo=1)


def _given(name: str, *, signed: bool = True) -> Story:
    story = Story(name).registered().dispatched(C).signed(C, in_time=signed).assigned(C, N)
    return story.resolved(C)


Pair = tuple[str, int]
BY_HAND: dict[UnitCode, tuple[tuple[Pair, Pair, Pair, Pair], tuple[Pair, Pair, Pair, Pair], int, int]] = {
    # response, contact, resolution, satisfaction: all of it; with the excluded left out; cases of both
    A: (
        (("16", 19), ("14", 17), ("8", 17), ("8.5", 16)),
        (("15", 17), ("13", 15), ("8", 15), ("8.5", 14)),
        16,
        14,
    ),
    B: ((("10", 14), ("9", 9), ("5", 9), ("5.8", 9)), (("9", 13), ("7", 7), ("5", 7), ("5.8", 7)), 11, 10),
    N: ((("3", 4), ("4", 5), ("3", 5), ("2.8", 5)), (("2", 3), ("3", 4), ("3", 4), ("2.8", 4)), 4, 3),
    C: ((("5", 6), ("5", 6), ("4", 6), ("3.8", 6)), (("4", 5), ("4", 5), ("4", 5), ("3.8", 5)), 6, 5),
    D: ((("2", 2), ("2", 2), ("1", 2), ("1", 2)), (("2", 2), ("2", 2), ("1", 2), ("1", 2)), 2, 2),
    YANQING: (
        (("26", 33), ("23", 26), ("13", 26), ("14.3", 25)),
        (("24", 30), ("20", 22), ("13", 22), ("14.3", 21)),
        27,
        24,
    ),
    DONGCHENG: (
        (("5", 6), ("5", 6), ("4", 6), ("3.8", 6)),
        (("4", 5), ("4", 5), ("4", 5), ("3.8", 5)),
        6,
        5,
    ),
    BEIJING: (
        (("33", 41), ("30", 34), ("18", 34), ("19.1", 33)),
        (("30", 37), ("26", 29), ("18", 29), ("19.1", 28)),
        35,
        31,
    ),
}

COMPOSITES: dict[UnitCode, tuple[Fraction, Fraction, Fraction]] = {
    # in the policy's reading: all of it, with the excluded left out; the latter in the second reading
    A: (Fraction(13747, 25840), Fraction(1067, 1785), Fraction(313, 525)),
    B: (Fraction(956, 1575), Fraction(1724, 2275), Fraction(138, 175)),
    C: (Fraction(67, 100), Fraction(98, 125), Fraction(98, 125)),
}
SHOWN: dict[UnitCode, tuple[str, str, str]] = {
    A: ("0.5320", "0.5978", "0.5962"),
    B: ("0.6070", "0.7578", "0.7886"),
    C: ("0.6700", "0.7840", "0.7840"),
}


def pairs(unit: UnitCode, *, applied: bool) -> list[tuple[Decimal, int]]:
    """One row of the table."""
    return [(Decimal(top), bottom) for top, bottom in BY_HAND[unit][int(applied)]]
