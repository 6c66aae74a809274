"""Public clients of Open311, as they are published, against a live door: they know nothing of us."""

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from georeport import GeoReport

from deploy.local.ports import free_port
from tests.integration.intake_desk import Desk, intake_desk
from tests.kit.media import a_jpeg
from tests.kit.serving import served

pytestmark = pytest.mark.postgres
FORMATS = pytest.mark.parametrize("form", ["json", "xml"])


@dataclass(frozen=True, slots=True)
class Door:
    """A desk behind a real port."""

    desk: Desk
    address: str

    def client(self, form: str, jurisdiction: str | None = None) -> GeoReport:
        return GeoReport(f"{self.address}/open311/v2", jurisdiction=jurisdiction, output_format=form)

    async def takes(self, service: str, **more: str) -> str:
        """A request sent by some app; its number."""
        sent = {
            "api_key": self.desk.key,
            "service_code": service,
            "lat": "39.7183",
            "long": "116.3391",
            **more,
        }
        answer = await self.desk.client.post("/open311/v2/requests.json", data=sent)
        number: str = answer.json()[0]["service_request_id"]
        return number


@pytest.fixture(scope="module")
async def door(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Door]:
    keys = tmp_path_factory.mktemp("open311-clients")
    async with intake_desk(database, keys) as desk, served(desk.flat.app, free_port()) as address:
        yield Door(desk, address)


@FORMATS
async def test_georeport_reads_services_and_definitions(door: Door, form: str) -> None:
    client = door.client(form, "beijing.gov.cn")
    services: list[dict[str, Any]] = await asyncio.to_thread(client.get_service_list)
    assert {"street_lamp", "noise"} <= {one["service_code"] for one in services}
    definition = await asyncio.to_thread(client.get_service_definition, "street_lamp")
    found = definition["attributes"]
    attributes = found if form == "json" else found["attribute"]
    assert [one["code"] for one in attributes] == ["LAMP_NUMBER", "LAMPS_OUT", "FAULTS", "REMARKS"]


@FORMATS
async def test_georeport_reads_requests(door: Door, form: str) -> None:
    numbers = [await door.takes("noise"), await door.takes("road_water", **{"attribute[DEPTH_CM]": "20"})]
    client = door.client(form)
    listed = await asyncio.to_thread(client.get_service_requests, ",".join(numbers))
    assert {one["service_request_id"] for one in listed} == set(numbers)
    found = await asyncio.to_thread(client.get_service_requests, None, "road_water,noise", None, None, "open")
    assert set(numbers) <= {one["service_request_id"] for one in found}
    alone = await asyncio.to_thread(client.get_service_request, numbers[1])
    assert (alone["service_request_id"], alone["status"]) == (numbers[1], "open")
    assert float(alone["lat"]) == 39.718
    assert alone["requested_datetime"].endswith("+08:00")


@FORMATS
async def test_georeport_hears_that_another_city_is_meant(door: Door, form: str) -> None:
    client = door.client(form, "sfgov.org")
    with pytest.raises(Exception, match="404"):
        await asyncio.to_thread(client.get_service_list)


async def test_the_pages_lines_work(door: Door, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(a_jpeg())
    page = Path(__file__).parents[2] / "services" / "intake" / "README.md"
    (lines,) = re.findall(
        r"## Open311\n.*?```sh\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    typed = f"set -eu\nKEY={door.desk.key}\n{lines.replace('localhost:8101', door.address)}".replace(
        "curl -s", "curl -sS --fail"
    )
    shell = await asyncio.create_subprocess_exec(
        *("bash", "-c", typed),
        cwd=tmp_path,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told = (await shell.communicate())[0].decode()
    assert shell.returncode == 0, told
    for answer in (
        "GeoReport_v2",
        "<service_name>Street lamps</service_name>",
        "LAMPS_OUT",
        "<lat>39.718</lat>",
    ):
        assert answer in told
    assert '"service_code":"street_lamp"' in told
    assert len(await door.desk.rows("SELECT 1 FROM attachments WHERE case_id IS NOT NULL")) == 1
