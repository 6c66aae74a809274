"""五有: who may tick what for a community, and how far the communities of a place are."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.grid.domain.foundation_errors import MayNotTick, UnknownCommunity, UnknownFoundation
from services.grid.domain.foundations import Foundations, Standing, TickItem
from services.grid.domain.policy import foundations as policy
from shared.events.topics import GRID
from shared.kernel.errors import Refusal
from shared.kernel.ids import UnitCode
from tests.kit.city import beijing, closing
from tests.kit.deliberations import CAOCHANG, DONGCHENG, LONGCHENG, QIANMEN
from tests.kit.whistles import BLOWN_AT, ENFORCEMENT

TICK = TickItem(CAOCHANG, CAOCHANG, "clerk-1", "place", has=True, words="小院议事厅")


def ticked(foundations: Foundations, cmd: TickItem, hours: int = 0) -> Foundations:
    at = BLOWN_AT + timedelta(hours=hours)
    return policy.tick(foundations, cmd, "sealed" if cmd.words else None, city=beijing(), at=at).state


@pytest.mark.parametrize("by", [CAOCHANG, QIANMEN])
def test_a_community_or_its_street_ticks_and_the_words_stay_here(by: UnitCode) -> None:
    cmd = replace(TICK, by=by)
    decision = policy.tick(Foundations(CAOCHANG), cmd, "sealed", city=beijing(), at=BLOWN_AT)
    (fact,) = decision.facts
    assert (fact.topic(), fact.key()) == (GRID, CAOCHANG)
    assert fact.model_dump() == {
        "unit": CAOCHANG,
        "item": "place",
        "has": True,
        "by": by,
        "list_version": 1,
    }
    assert "议事厅" not in repr(cmd)
    (tick,) = decision.state.ticks
    assert (tick.by, tick.person, tick.at, tick.sealed_words) == (by, "clerk-1", BLOWN_AT, "sealed")


def test_the_newest_word_counts() -> None:
    once = ticked(Foundations(CAOCHANG), TICK)
    both = ticked(once, replace(TICK, item="rules", words=None))
    taken_back = ticked(both, replace(TICK, by=QIANMEN, person="clerk-2", has=False, words=None), 1)
    assert [taken_back.has(item) for item in ("place", "rules", "funds")] == [False, True, None]
    tick = taken_back.tick_of("place")
    assert tick is not None
    assert (tick.by, tick.person, tick.sealed_words) == (QIANMEN, "clerk-2", None)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"by": DONGCHENG}, MayNotTick),
        ({"by": LONGCHENG}, UnknownCommunity),
        ({"by": ENFORCEMENT}, UnknownCommunity),
        ({"unit": QIANMEN, "by": QIANMEN}, UnknownCommunity),
        ({"unit": UnitCode("nobody")}, UnknownCommunity),
        ({"item": "swimming_pool"}, UnknownFoundation),
    ],
)
def test_what_cannot_be_ticked_is_refused_by_name(wrong: dict[str, str], named: type[Refusal]) -> None:
    cmd = replace(TICK, **wrong)
    with pytest.raises(Refusal) as caught:
        ticked(Foundations(cmd.unit), cmd)
    assert type(caught.value) is named


def test_the_overview_counts_those_that_have_lack_or_say_nothing() -> None:
    units = beijing().units
    below = policy.communities_below(QIANMEN, units)
    everyone = policy.communities_of(QIANMEN, below, units)
    assert CAOCHANG in everyone
    assert all(units.street_of(code) == QIANMEN for code in everyone)
    other = next(code for code in everyone if code != CAOCHANG)
    said = {CAOCHANG: {"place": True, "rules": True}, other: {"place": False}}
    reach = policy.reach(QIANMEN, everyone, said, ("place", "rules"))
    silent = len(everyone) - 2
    assert (reach.communities, reach.complete) == (len(everyone), 1)
    assert reach.items == (Standing("place", 1, 1, silent), Standing("rules", 1, 0, silent + 1))


def test_every_community_of_a_district_lies_below_one_of_its_streets() -> None:
    units = beijing().units
    below = policy.communities_below(DONGCHENG, units)
    assert QIANMEN in below
    assert all(units.street_of(code) == street for street, codes in below.items() for code in codes)
    assert policy.communities_of(CAOCHANG, policy.communities_below(CAOCHANG, units), units) == [CAOCHANG]


def test_what_a_closed_community_had_is_read_and_stays_as_it_was() -> None:
    city, had = closing(CAOCHANG), ticked(Foundations(CAOCHANG), TICK)
    policy.require_sight(had, QIANMEN, city.units)
    with pytest.raises(UnknownCommunity):
        policy.tick(had, replace(TICK, by=QIANMEN), "sealed", city=city, at=BLOWN_AT)
