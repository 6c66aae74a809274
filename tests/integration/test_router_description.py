"""Router answers as it is described, whatever is sent: schemathesis looks for an answer that does not."""

import asyncio
import re
import sys
from pathlib import Path

import pytest

from deploy.local.ports import free_port
from tests.integration.router_desk import router_desk
from tests.kit.builders_router import GUANYINSI
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
    async with router_desk(database, tmp_path / "keys") as desk:
        await desk.case()
        async with served(desk.flat.app, free_port()) as address:
            bearer = desk.token("dispatcher", "supervisor", "ops", "unit", unit=GUANYINSI)["Authorization"]
            code, told = await _schemathesis(f"{address}/openapi.json", bearer, tmp_path)
        assert code == 0, told
        assert re.search(r"Tested: [2-9]\d\b", told), told


async def _schemathesis(description: str, bearer: str, folder: Path) -> tuple[int, str]:
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", description),
        *("--include-path-regex", "^/v1", "--checks", ",".join(CHECKS)),
        *("--header", f"Authorization: {bearer}", "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", "4", "--seed", "8102", "--no-color"),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await running.communicate()
    return running.returncode or 0, told.decode()
