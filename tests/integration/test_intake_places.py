"""地点核对 over HTTP: an address asked about, then a case registered with the unit that was chosen."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from shared.events.directory import UnitChanged
from shared.kernel.ids import UnitCode
from shared.sealing.ring import load_ring
from tests.integration.intake_desk import Desk, intake_desk

pytestmark = pytest.mark.postgres
IN_CHANGPING, IN_YANQING = "110114116203", "110119200225"


@pytest.fixture(scope="module")
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with intake_desk(database, tmp_path_factory.mktemp("place-keys")) as desk:
        yield desk


async def match(desk: Desk, **asked: Any) -> dict[str, Any]:
    answer = await desk.client.post("/v1/places:match", json=asked, headers={"X-Api-Key": desk.key})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def sealed_words(desk: Desk, case_id: str) -> dict[str, Any]:
    (said,) = await desk.said(case_id)
    ring = load_ring(desk.settings.words_ring)
    return dict(json.loads(ring.open(said["payload"]["sealed_words"], context=f"case:{case_id}")))


@pytest.mark.parametrize(
    ("address", "code", "path"),
    [
        ("昌平区兴寿镇香屯村", IN_CHANGPING, "昌平区兴寿镇香屯村委会"),
        ("昌平兴寿香屯", IN_CHANGPING, "昌平区兴寿镇香屯村委会"),
        ("大兴观音寺街道3号楼", "110115009", "大兴区观音寺街道"),
        ("首座御园一里", "110115009014", "大兴区观音寺街道首座御园一里社区居委会"),
    ],
)
async def test_an_address_in_anybodys_words_names_its_unit(
    desk: Desk, address: str, code: str, path: str
) -> None:
    found = await match(desk, address=address)
    assert (found["outcome"], found["candidates"]) == ("found", [])
    assert (found["place"]["code"], found["place"]["path"]) == (code, path)


async def test_an_estate_over_several_communities_is_its_street_and_names_them(desk: Desk) -> None:
    found = await match(desk, address="首座御园")
    assert (found["place"]["code"], found["place"]["level"]) == ("110115009", "street")
    assert len(found["candidates"]) == 4
    assert {one["level"] for one in found["candidates"]} == {"community"}


async def test_a_homonym_is_asked_and_the_answer_registered(desk: Desk) -> None:
    asked = await match(desk, address="香屯村")
    assert (asked["outcome"], asked["place"]) == ("ask", None)
    assert [one["code"] for one in asked["candidates"]] == [IN_CHANGPING, IN_YANQING]
    assert all(one["name"] for one in asked["candidates"])
    receipt = await desk.registers(place={"address": "香屯村", "unit": IN_YANQING})
    words = await sealed_words(desk, receipt.case_id)
    assert words["places"] == [{"unit": IN_YANQING, "role": "site"}]


async def test_the_reports_words_help_to_choose(desk: Desk) -> None:
    found = await match(desk, address="香屯村", text="延庆区的路口都有灯，就这里没有。")
    assert found["place"]["code"] == IN_YANQING


async def test_a_road_is_offered_and_never_taken(desk: Desk) -> None:
    asked = await match(desk, address="安四路")
    assert asked["outcome"] == "ask"
    assert len(asked["candidates"]) == 3


async def test_an_address_nobody_knows_is_unknown_and_the_case_is_taken_all_the_same(desk: Desk) -> None:
    asked = await match(desk, address="火星路1号")
    assert asked == {"outcome": "unknown", "place": None, "candidates": []}
    for address in ("火星路1号", "香屯村"):
        receipt = await desk.registers(place={"address": address})
        assert (await sealed_words(desk, receipt.case_id))["address"] == address


async def test_a_grid_cell_is_known_from_the_moment_router_tells_of_it(desk: Desk) -> None:
    """网格编码: refused by name before, the place of its unit afterwards; router reads the cell too."""
    before, place = await desk.counts(), {"grid": "G-0901"}
    refused = await desk.reports(place=place)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "place.grid")
    assert await desk.counts() == before
    community = desk.flat.city.units.get(IN_CHANGPING)
    told = UnitChanged(
        code=UnitCode(IN_CHANGPING),
        name=community.name,
        level=community.level,
        parent_code=UnitCode(str(community.parent_code)),
        grids=("G-0901",),
    )
    await desk.hears(told)
    async with desk.flat.store.engine.connect() as connection:
        await desk.flat.store.running_city.look(connection, desk.clock.now())
    words = await sealed_words(desk, (await desk.registers(place=place)).case_id)
    assert (words["places"], words["grid"]) == ([{"unit": IN_CHANGPING, "role": "site"}], "G-0901")


async def test_asking_leaves_nothing_and_wants_a_key(desk: Desk) -> None:
    before = await desk.counts()
    await match(desk, address="香屯村" * 60)
    for wrong in ({}, {"address": " "}, {"address": "路" * 201}, {"address": "香屯村", "lng": 1}):
        refused = await desk.client.post("/v1/places:match", json=wrong, headers={"X-Api-Key": desk.key})
        assert refused.status_code == 422
    nobody = await desk.client.post("/v1/places:match", json={"address": "香屯村"})
    assert nobody.status_code == 401
    assert await desk.counts() == before
