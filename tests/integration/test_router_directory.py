"""单位名录 in a running router: put in whole, told, applied at once, or refused."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from services.router import handlers
from services.router.domain.records import DrawnDirectory, ImportDirectory, PublishList
from shared.city.errors import BrokenFile
from shared.city.responsibility_lists import ListDocument, load_lists
from tests.integration.router_desk import Desk, RowDict, desk, router_desk
from tests.kit.directory import CHUNSHU, a_square, geojson, small_city, small_files, with_row, without_row
from tests.kit.lists import list_text

__all__ = ["desk"]

pytestmark = pytest.mark.postgres

SHEQU = "110102015001"
FILES = small_files()
LAST = FILES["units.csv"].count("\n") + 1
"""The line of a row added to the units."""


@pytest.fixture(scope="module")
async def house(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with router_desk(database, tmp_path_factory.mktemp("router-keys"), city=small_city()) as desk:
        await put_in(desk, {**FILES, "areas.geojson": geojson(a_square("G1", SHEQU, 116.35, 39.90))})
        yield desk


async def put_in(desk: Desk, files: dict[str, str], *, by: str = "ops-1") -> DrawnDirectory:
    async with desk.flat.store.work() as work:
        return await handlers.import_directory(work, ImportDirectory(files=files, source="files", by=by))


async def units(desk: Desk, **query: object) -> list[RowDict]:
    answer = await desk.reads("units", role="dispatcher", **query)
    assert answer.status_code == 200, answer.text
    found: list[RowDict] = answer.json()["items"]
    return found


async def test_the_first_import_tells_every_unit_once(desk: Desk) -> None:
    [counted] = await desk.rows("SELECT count(*) AS n FROM event_log WHERE type = 'jiesu.unit.changed.v1'")
    assert counted["n"] == len(small_city().units)
    [said] = await desk.said("110115010")
    assert said["payload"]["aliases"] == [{"text": "天堂河小区", "kind": "estate"}]
    assert await desk.told("110115") == ["unit.changed"]
    [said] = await desk.said(SHEQU)
    assert said["payload"]["grids"] == ["G1"]


async def test_the_same_files_again_are_no_version_and_say_nothing(desk: Desk) -> None:
    before = await desk.counts()
    drawn = await put_in(desk, FILES)
    assert not drawn.change
    assert await desk.counts() == before


async def test_a_new_a_renamed_and_a_closed_unit_are_told_and_applied(desk: Desk) -> None:
    """Renamed, added, closed: one fact each, and the door shows it without a new start."""
    text = with_row(FILES["units.csv"], "110102015999,新社区居委会,community,110102015")
    text = without_row(text, "110102015002").replace(",椿树街道,", ",椿树园街道,")
    drawn = await put_in(desk, {**FILES, "units.csv": text}, by="ops-2")
    counts = {name: count for name, count in drawn.change.counts().items() if count}
    assert counts == {"added": 1, "renamed": 1, "closed": 1}
    await desk.looks_at_its_city()
    assert [each["name"] for each in await units(desk, q="椿树园街道")] == ["椿树园街道"]
    [closed] = await units(desk, closed=True)
    assert (closed["code"], closed["closed"]) == ("110102015002", True)
    whole = (await desk.reads("units/110102015002", role="dispatcher")).json()
    assert (whole["closed"], whole["lineage"][1]) == (True, "110102015")
    assert (await desk.said("110102015002"))[-1]["payload"]["closed"] is True
    answer = await desk.reads("directory/versions", role="ops", limit=1)
    [version] = answer.json()["items"]
    assert (version["imported_by"], version["changes"]) == ("ops-2", counts)
    assert (await desk.reads("directory/versions", role="unit", unit=CHUNSHU)).status_code == 403
    await put_in(desk, FILES)
    await desk.looks_at_its_city()


async def test_nothing_is_sent_to_a_closed_unit(desk: Desk) -> None:
    case = await desk.case("东花市街道 你好")
    await put_in(desk, {**FILES, "units.csv": without_row(FILES["units.csv"], "110102015002")})
    await desk.looks_at_its_city()
    asked = {"category": "parking", "lead": "110102015002", "reason": "x", "place": CHUNSHU}
    answer = await desk.asks(f"cases/{case['case_id']}/dispatch", role="dispatcher", **asked)
    assert answer.status_code == 422, answer.text
    assert "is closed" in answer.text
    await put_in(desk, FILES)
    await desk.looks_at_its_city()


@pytest.mark.parametrize(
    ("name", "text", "line", "reason"),
    [
        ("units.csv", with_row(FILES["units.csv"], "1,甲,community,999"), LAST, "unknown parent 999"),
        (
            "units.csv",
            with_row(FILES["units.csv"], "110101,甲,district,110000"),
            LAST,
            "already in",
        ),
        ("units.csv", with_row(FILES["units.csv"], "1,甲,planet,110102015"), LAST, "is no level"),
        ("aliases.csv", "alias,kind,unit_code\n某园,estate,999\n", 2, "unknown unit 999"),
        ("areas.geojson", geojson(a_square("G", "999", 116, 39)), 2, "unknown unit 999"),
        ("departments.csv", FILES["departments.csv"].replace("D110101-ZJW", "D110101-XXX"), None, "housing"),
    ],
)
async def test_a_refused_import_leaves_everything_as_it_was(
    desk: Desk, name: str, text: str, line: int | None, reason: str
) -> None:
    before, city = await desk.contents(), desk.flat.city
    with pytest.raises(BrokenFile, match=reason) as refusal:
        await put_in(desk, {**FILES, name: text})
    assert line is None or (refusal.value.filename, refusal.value.line) == (name, line)
    await desk.looks_at_its_city()
    assert desk.flat.city is city
    assert await desk.contents() == before


async def test_a_case_with_coordinates_only_goes_where_the_map_says(desk: Desk) -> None:
    fact = desk.registered()
    sealed = desk.seal(fact.case_id, text="路面积水很深", address=None, lng=116.351, lat=39.901, places=[])
    await desk.hears(fact.model_copy(update={"sealed_words": sealed}))
    case = await desk.sees_case(fact.case_id)
    assert (case["state"], case["place"], case["orders"][0]["unit"]) == ("dispatched", SHEQU, CHUNSHU)
    outside = desk.registered()
    sealed = desk.seal(outside.case_id, text="路面积水很深", address=None, lng=116.5, lat=39.901, places=[])
    await desk.hears(outside.model_copy(update={"sealed_words": sealed}))
    assert (await desk.sees_case(outside.case_id))["state"] == "awaiting_dispatcher"


async def test_a_unit_that_only_a_former_list_names_may_be_closed(database: str, tmp_path: Path) -> None:
    """The import is taken, the router starts again with it, the former list is shown and published."""
    former = ListDocument("former.yaml", list_text("2025.1", "2025-01-01", until="2025-12-31"))
    former = replace(former, text=former.text.replace("scope: 110115009", f"scope: {SHEQU}"))
    city = small_city()
    given = [former, *city.lists.documents]
    city = city.with_lists(load_lists(given, units=city.units, categories=city.categories))
    closing = {**FILES, "units.csv": without_row(FILES["units.csv"], SHEQU)}
    async with router_desk(database, tmp_path, city=city) as desk:
        await put_in(desk, FILES)
        await desk.looks_at_its_city()
        await put_in(desk, closing)
        await desk.looks_at_its_city()
    async with router_desk(database, tmp_path, city=city) as again:
        async with again.flat.store.work() as work:
            assert SHEQU not in work.city.units
            assert work.city.responsibilities.version == "2026.1"
        shown = await again.reads("responsibilities", role="dispatcher", on="2025-06-01", limit=1)
        assert shown.json()["version"] == "2025.1"
        document = ListDocument("next.yaml", list_text("2027.1", "2027-01-01"))
        async with again.flat.store.work() as work:
            await handlers.publish_list(work, PublishList(document=document, by="ops-1"))
        kept = await again.rows("SELECT list_version FROM responsibility_lists ORDER BY effective_from")
        assert [row["list_version"] for row in kept] == ["2025.1", "2026.1", "2027.1"]


async def test_a_restarted_router_applies_what_was_put_in_before_it_decides_anything(
    desk: Desk, database: str, tmp_path: Path
) -> None:
    await put_in(desk, {**FILES, "units.csv": FILES["units.csv"].replace(",椿树街道,", ",椿树园街道,")})
    async with (
        router_desk(database, tmp_path, city=small_city()) as again,
        again.flat.store.work() as work,
    ):
        assert work.city.units.get(CHUNSHU).name == "椿树园街道"
    await put_in(desk, FILES)
    await desk.looks_at_its_city()
