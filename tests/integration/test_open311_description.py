"""Open311 answers as it is described, whatever is sent: schemathesis looks for an answer that does not."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from deploy.local.ports import free_port
from tests.integration.intake_desk import intake_desk
from tests.kit.serving import served

pytestmark = pytest.mark.postgres
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)


async def test_nothing_that_is_sent_finds_an_undescribed_answer(database: str, tmp_path: Path) -> None:
    async with intake_desk(database, tmp_path / "keys") as desk:
        for service in ("noise", "minimum_living"):
            sent = {"api_key": desk.key, "service_code": service, "lat": "39.7", "long": "116.3"}
            assert (await desk.client.post("/open311/v2/requests.xml", data=sent)).status_code == 200
        async with served(desk.flat.app, free_port()) as address:
            code, told = await _schemathesis(f"{address}/openapi.json", desk.key, tmp_path)
        assert code == 0, told
        assert re.search(r"Tested: 8\b", told), told
        assert "Unresolvable" not in told
        (row,) = await desk.rows("SELECT count(*) AS n FROM public_requests")
        (cases,) = await desk.rows("SELECT count(*) AS n FROM cases")
        assert row["n"] == cases["n"] > 2


async def _schemathesis(description: str, key: str, folder: Path) -> tuple[int, str]:
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", description),
        *("--include-path-regex", "^/open311", "--checks", ",".join(CHECKS)),
        *("--header", f"X-Api-Key: {key}", "--max-examples", "25", "--seed", "311", "--no-color"),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await running.communicate()
    return running.returncode or 0, told.decode()
