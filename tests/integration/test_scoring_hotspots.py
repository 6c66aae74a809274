"""未诉先办 on a real Postgres: days are counted, looked at once, and a hot spot is said with its evidence."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pytest
from sqlalchemy import text

from services.scoring.domain.policy.season import Days, season_of
from shared.events.router import HotspotTakenUp
from shared.kernel.ids import CaseId, CategoryCode, HotspotId
from shared.kernel.words import UnitLevel
from tests.integration.scoring_desk import Desk, scoring_desk
from tests.kit.case_story import DONGHUASHI, SHANGHAI
from tests.kit.city import beijing
from tests.kit.outbreaks import MadeUp, code, level_of

pytestmark = pytest.mark.postgres
CITY = beijing()
RULES = CITY.policy.hotspots
CATEGORIES = ("parking", "noise")
STREETS = [DONGHUASHI, *(u.code for u in CITY.units.acting() if u.level is UnitLevel.STREET)][:5]
LAST = date(2026, 11, 17)
MANY = 70
ENTRIES = """
INSERT INTO entries (case_id, registered_at, kind, category, place, proactive, redo, outcome, leads, orders,
                     results, heard, opened, version)
SELECT *, false, 0, 'open', '[]', '[]', '[]', '[]', '', 0
FROM unnest(CAST(:ids AS uuid[]), CAST(:at AS timestamptz[]), CAST(:kinds AS text[]),
            CAST(:categories AS text[]), CAST(:places AS text[]))
"""


def counts() -> MadeUp:
    """A little of everything, and an outbreak of the last three days in the first street."""
    chance = np.random.default_rng(3)
    found = chance.poisson(0.8, (len(STREETS), len(CATEGORIES), MANY))
    found[0, 0, -3:] += (6, 7, 9)
    return MadeUp(LAST - timedelta(days=MANY - 1), found)


@pytest.fixture(scope="module")
async def desk(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Desk]:
    async with scoring_desk(database, tmp_path_factory.mktemp("scoring-keys")) as desk:
        await puts(desk, counts())
        yield desk


async def puts(desk: Desk, made: MadeUp) -> None:
    """Entries as the fold leaves them; beside each of a street's requests, praise that asks for nothing."""
    rows: list[tuple[UUID, datetime, str, str, str]] = []
    for unit, category, number in np.argwhere(made.counts > 0):
        for each in range(int(made.counts[unit, category, number])):
            # The first minute of the city's day is still yesterday by UTC.
            at = datetime.combine(made.day(int(number)), time(0, each), tzinfo=SHANGHAI).astimezone(UTC)
            for kind in ("complaint", "praise"):
                rows.append((UUID(int=len(rows) + 1), at, kind, CATEGORIES[category], STREETS[unit]))
    columns = dict(zip(("ids", "at", "kinds", "categories", "places"), zip(*rows, strict=True), strict=True))
    async with desk.flat.store.work() as work:
        await work.connection.execute(text(ENTRIES), {name: list(each) for name, each in columns.items()})


async def said(desk: Desk) -> list[dict[str, Any]]:
    return await desk.rows("SELECT key, payload FROM event_log WHERE type = 'jiesu.hotspot.detected.v1'")


async def test_a_day_is_looked_at_once_and_what_stands_out_is_said_with_its_evidence(desk: Desk) -> None:
    assert await desk.rings("seek_hotspots") == 1
    assert await desk.rings("seek_hotspots") == 0
    (fact,) = await said(desk)
    assert (fact["payload"]["unit"], fact["payload"]["category"]) == (DONGHUASHI, "parking")
    (shown,) = await desk.pages("hotspots")
    assert shown["hotspot_id"] == fact["key"]
    assert shown["day"] == LAST.isoformat()
    assert shown["q_value"] <= 0.05
    assert shown["cases"] == len(shown["case_ids"]) == counts().counts[0, 0, -shown["days"] :].sum()
    kinds = await desk.rows("SELECT DISTINCT kind FROM entries WHERE case_id = ANY(:ids)", ids=[
        UUID(each) for each in shown["case_ids"]
    ])  # fmt: skip
    assert kinds == [{"kind": "complaint"}]


async def test_the_database_sums_up_a_series_as_it_is_defined(desk: Desk) -> None:
    made, days = counts(), Days.before(LAST, RULES)
    async with desk.flat.store.work() as work:
        totals = await work.daily.totals(days)  # type: ignore[attr-defined]
        for category, name in enumerate(CATEGORIES):
            known = {
                day: count for day, count in made.totals(category).items() if day >= days.first and count
            }
            assert totals[CategoryCode(name)] == known
        seasons = {each: season_of(totals[CategoryCode(each)], days, CITY.calendar) for each in CATEGORIES}
        streets, communities = await work.daily.levels(days, seasons)  # type: ignore[attr-defined]
    assert (streets.units, list(communities.series)) == (349, [])
    named = {code(number): seasons[name] for number, name in enumerate(CATEGORIES)}
    expected = {
        (STREETS[int(each.unit[1:])], CATEGORIES[int(each.category[1:])]): each
        for each in level_of(made, MANY - 1, days, named, RULES).series
    }
    found = {(each.unit, each.category): each for each in streets.series}
    assert found.keys() == expected.keys()
    for key, series in found.items():
        other = expected[key]
        assert (series.recent, series.baseline) == (other.recent, other.baseline)
        assert series.spread == pytest.approx(other.spread)
        assert (series.kin.cases, series.kin.series) == (other.kin.cases, other.kin.series)
        assert series.kin.spread == pytest.approx(other.kin.spread)


async def test_what_goes_on_the_next_day_is_no_new_hot_spot(desk: Desk) -> None:
    desk.clock.passes(days=1)
    assert await desk.rings("seek_hotspots") == 1
    assert len(await said(desk)) == 1
    (shown,) = await desk.pages("hotspots", within="110101", category="parking")
    assert shown["last_day"] == (LAST + timedelta(days=1)).isoformat()
    assert await desk.pages("hotspots", within="110119") == []


async def test_other_units_see_the_hot_spot_and_not_the_cases_behind_it(desk: Desk) -> None:
    (shown,) = await desk.pages("hotspots")
    case_id = CaseId(UUID(int=99))
    taken = HotspotTakenUp(
        case_id=case_id,
        hotspot_id=HotspotId(UUID(shown["hotspot_id"])),
        category=CategoryCode("parking"),
        sealed_words="sealed",
    )
    await desk.hears(taken, again=1)
    path = f"hotspots/{shown['hotspot_id']}"
    own = await desk.reads(path, role="unit", unit=DONGHUASHI)
    assert own["work_case_id"] == str(case_id)
    assert own["case_ids"] == shown["case_ids"]
    other = await desk.reads(path, role="unit", unit="110119203")
    assert (other["work_case_id"], other["case_ids"]) == (None, None)
    missing = await desk.asks(f"hotspots/{UUID(int=5)}")
    assert (missing.status_code, missing.json()["reason"]) == (404, "unknown_hotspot")
    assert (await desk.asks("hotspots", within="999")).json()["reason"] == "unknown_unit"


async def test_a_city_without_a_whole_baseline_expects_nothing_yet(desk: Desk) -> None:
    """Everything would be more than nothing."""
    async with desk.flat.store.work() as work:
        await work.connection.execute(text("DELETE FROM entries WHERE registered_at < '2026-10-10'"))
        await work.connection.execute(text("TRUNCATE hotspots, hotspot_days, daily_counts"))
    assert await desk.rings("seek_hotspots") == 1
    assert await desk.pages("hotspots") == []
