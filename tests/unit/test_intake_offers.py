"""相似诉求: what looking for duplicates costs.

To find units in words takes milliseconds, in which nothing else is answered: it is done for the asker's own
words and not for each of fifty candidates.
"""

from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from services.intake.domain.duplicates import Candidate
from services.intake.domain.likeness import Spot, keys_around, place_keys, spot, spot_found
from services.intake.domain.words import PlaceRole, RelatedPlace, Words
from services.intake.handlers import duplicates
from services.intake.store.vault import KeyVault
from shared.city.coordinates import Point
from shared.city.gazetteer import Gazetteer, Match
from shared.kernel.ids import CaseId, UnitCode, new_id
from shared.sealing.ring import new_ring
from tests.kit.city import beijing
from tests.unit.test_intake_policy import AT, GUANYINSI, a_case

CITY = beijing()
RULE = CITY.policy.duplicates
COMMUNITY = UnitCode("110115009014")
GATE, NEXT_DOOR, FAR_OFF = (116.3390, 39.7180), (116.3400, 39.7185), (116.3700, 39.7180)
LIFT, ADDRESS = "3号楼电梯坏了三天了，老人上下楼很困难。", "大兴区观音寺街道"
MANY = 50


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What units are looked for in. Counted at the real gazetteer, whose time it is about."""
    real, seen = Gazetteer.match, list[str]()

    def counted(gazetteer: Gazetteer, text: str) -> Match:
        seen.append(text)
        return real(gazetteer, text)

    monkeypatch.setattr(Gazetteer, "match", counted)
    return seen


def said(at: tuple[float, float] | None, *, unit: str | None = None, address: str | None = None) -> Words:
    places = (RelatedPlace(UnitCode(unit), PlaceRole.SITE),) if unit else ()
    lng, lat = at or (None, None)
    return Words(LIFT, address, lng, lat, places)


class Looking:
    """A work whose table holds the same candidates for whoever asks."""

    def __init__(self, own: Words, others: list[Words], *, likeness: float = 0.5) -> None:
        self.now, self.city = AT, CITY
        ring = new_ring("k1")
        self.vault = KeyVault(contacts=ring, words=ring, incidents=ring, index_key=b"k" * 32)
        self.case = a_case(sealed_words="", has_phone=True)
        self.case = replace(self.case, sealed_words=self.vault.seal_words(self.case.case_id, own))
        self.cases = SimpleNamespace(get=self.get, preload=self.nothing, keep=self.kept)
        self.likenesses = SimpleNamespace(
            nearby=self.found, of_caller=self.found, due=self.due, compared=self.nothing
        )
        self.asked, self.proposed = 0, list[Any]()
        self.others = [self.candidate(words, likeness) for words in others]

    def candidate(self, words: Words, likeness: float) -> Candidate:
        case_id = CaseId(new_id())
        sealed = self.vault.seal_words(case_id, words)
        return Candidate(case_id, ("lift",), sealed, AT - timedelta(days=2), likeness)

    async def found(self, *_: Any, **__: Any) -> list[Candidate]:
        self.asked += 1
        return self.others

    async def due(self, **_: Any) -> list[Any]:
        told = SimpleNamespace(case_id=self.case.case_id, categories=("lift",))
        return [told]

    async def get(self, _: CaseId) -> Any:
        return self.case

    async def kept(self, decision: Any) -> Any:
        self.proposed += decision.facts
        return decision.state

    async def nothing(self, *_: Any, **__: Any) -> None:
        """Locks and marks of the real one."""


async def offered(work: Any) -> int:
    return len(await duplicates.offers(work, work.case))


async def test_of_many_candidates_none_is_searched_for_its_units(read: list[str]) -> None:
    far = Looking(said(GATE, address=ADDRESS), [said(FAR_OFF, address=ADDRESS)] * MANY)
    assert await offered(far) == 0
    beside = Looking(said(GATE, unit=COMMUNITY), [said(None, address=ADDRESS)] * MANY)
    assert await offered(beside) == RULE.offers
    assert sum(LIFT in text for text in read) == 1  # The first asker's own; the second stated where it is.


async def test_who_knows_no_more_than_the_street_is_not_even_looked_up() -> None:
    work = Looking(said(None, address=ADDRESS), [said(None, address=ADDRESS)] * MANY)
    assert (await offered(work), work.asked) == (0, 0)


async def test_a_caller_s_other_matters_are_neither_opened_nor_searched(read: list[str]) -> None:
    work: Any = Looking(said(None, address=ADDRESS), [said(GATE)] * MANY, likeness=0.01)
    assert await duplicates.link_repeats(work) == 1
    assert (work.proposed, read) == ([], [])


async def test_a_caller_s_repetition_is_found_by_its_points_alone(read: list[str]) -> None:
    work: Any = Looking(said(GATE), [said(FAR_OFF, address=ADDRESS)] * MANY + [said(NEXT_DOOR)])
    assert await duplicates.link_repeats(work) == 1
    assert [fact.into_case_id for fact in work.proposed] == [work.others[-1].case_id]
    assert sum(LIFT in text for text in read) == 1


def test_a_street_is_no_key_for_its_thousand_cases_would_hide_those_next_door() -> None:
    street, community = Spot(None, GUANYINSI), Spot(None, COMMUNITY)
    assert keys_around(street, RULE, CITY.units) == place_keys(street, CITY.units) == ()
    assert keys_around(community, RULE, CITY.units) == place_keys(community, CITY.units) != ()


def test_what_was_found_without_a_point_was_found_by_its_unit() -> None:
    ours = Spot(Point(*GATE), COMMUNITY)
    assert spot_found(said(None), ours) == Spot(None, COMMUNITY)
    assert spot_found(said(NEXT_DOOR), ours).point == Point(*NEXT_DOOR)
    assert spot(said(GATE, unit=COMMUNITY), CITY, beside=Spot(None)) == ours
