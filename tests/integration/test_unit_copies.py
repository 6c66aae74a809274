"""An import in router reaches a running service over the bus: it knows the unit without a new start."""

import asyncio
from functools import partial
from pathlib import Path

import pytest

from deploy.commands.topics import create_topics
from deploy.demo.people.eventually import eventually
from services.router import handlers
from services.router.domain.records import ImportDirectory
from shared.events.directory import OtherName, UnitChanged
from shared.events.envelope import Heard
from shared.kernel.ids import EventId, UnitCode, new_id
from shared.kernel.words import UnitLevel
from shared.service import Flat, alive
from tests.integration.grid_desk import grid_desk
from tests.integration.intake_desk import intake_desk
from tests.integration.router_desk import router_desk
from tests.integration.scoring_desk import scoring_desk
from tests.kit.directory import CHUNSHU, small_city, small_files, with_row, without_row
from tests.kit.facts import an_envelope

pytestmark = pytest.mark.postgres
NEW, GONE = "110102015999", "110102015002"


async def applied(flat: Flat) -> bool:
    return NEW in flat.city.units and GONE not in flat.city.units


async def test_a_new_and_a_closed_unit_are_known_everywhere_without_a_new_start(
    database: str, tmp_path: Path
) -> None:
    city, files = small_city(), small_files()
    units = with_row(without_row(files["units.csv"], GONE), f"{NEW},新社区居委会,community,{CHUNSHU}")
    async with (
        asyncio.timeout(90),
        router_desk(database, tmp_path / "r", city=city) as router,
        grid_desk(database, tmp_path / "g", city=city) as grid,
        scoring_desk(database, tmp_path / "s", city=city) as scoring,
    ):
        await create_topics("embedded", None, database, ["router", "grid", "scoring"])
        async with alive(router.flat), alive(grid.flat), alive(scoring.flat):
            async with router.flat.store.work() as work:
                cmd = ImportDirectory(files={**files, "units.csv": units}, source="files", by="ops")
                await handlers.import_directory(work, cmd)
            for flat in (router.flat, grid.flat, scoring.flat):
                await eventually(partial(applied, flat))
                assert flat.city.units.name_of(GONE) == "琉璃厂西街社区居委会"
            assert (await scoring.asks(f"rates/{NEW}")).status_code == 200
            assert (await scoring.asks("rates/nowhere")).status_code == 404


def said(sequence: int, **more: object) -> Heard[UnitChanged]:
    whole = {"code": CHUNSHU, "name": "椿树街道", "level": UnitLevel.STREET, "parent_code": "110102", **more}
    fact = UnitChanged.model_validate(whole)
    return Heard(an_envelope(fact)._replace(id=EventId(new_id()), sequence=sequence), fact)


async def test_what_was_said_later_stands_whatever_order_it_is_heard_in(
    database: str, tmp_path: Path
) -> None:
    async with intake_desk(database, tmp_path, city=small_city()) as intake:
        names = (OtherName(text="某某新苑", kind="estate"),)
        await intake.delivers([said(2, name="椿树园街道", aliases=names)])
        await intake.delivers([said(1, name="旧名街道")])
        await intake.looks_at_its_city()
        city = intake.flat.city
        assert city.units.name_of(CHUNSHU) == "椿树园街道"
        assert city.place(text="某某新苑漏水").places.site == CHUNSHU


async def test_a_child_that_is_heard_before_its_parent_waits_for_it(database: str, tmp_path: Path) -> None:
    async with intake_desk(database, tmp_path, city=small_city()) as intake:
        child = {"code": "110102099001", "name": "子社区", "level": UnitLevel.COMMUNITY}
        await intake.delivers([said(1, **child, parent_code="110102099")])
        await intake.looks_at_its_city()
        assert "110102099001" not in intake.flat.city.units
        await intake.delivers([said(1, code=UnitCode("110102099"), name="新街道")])
        await intake.looks_at_its_city()
        assert intake.flat.city.units.street_of("110102099001") == "110102099"
