"""A service's answers held against its OpenAPI document: schemathesis looks for one that is not in it."""

import asyncio
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "unsupported_method",
)


@dataclass(frozen=True, slots=True)
class Stranger:
    """Somebody who sends all there is to send: what of the document, as whom, and what he knows already."""

    paths: str
    headers: Mapping[str, str]
    seed: int
    examples: int
    knows: Mapping[str, str] = field(default_factory=dict)
    """Values of parameters that lead somewhere, by name."""
    thorough: bool = False
    """Every boundary of every parameter besides: a minute more for a large door."""
    otherwise: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Other headers for single operations, by method and path."""

    def phases(self) -> tuple[str, ...]:
        """What schemathesis tries, in its own words."""
        return ("examples", *(("coverage",) if self.thorough else ()), "fuzzing")

    def written(self) -> str:
        """The configuration file: TOML, whose plain strings are JSON's."""
        # One method that is not there says as much as all of them.
        lines = [
            "request-timeout = 60",
            "[phases.coverage]",
            'unexpected-methods = ["PATCH"]',
            "[parameters]",
        ]
        lines += [f"{_quoted(name)} = {_quoted(value)}" for name, value in self.knows.items()]
        for operation, headers in self.otherwise.items():
            told = ", ".join(f"{_quoted(name)} = {_quoted(value)}" for name, value in headers.items())
            lines += ["[[operations]]", f"include-name = {_quoted(operation)}", f"headers = {{ {told} }}"]
        return "\n".join(lines)


async def answers_as_described(address: str, folder: Path, who: Stranger) -> int:
    """Send what the document allows and what it does not; how many operations were tried."""
    _prepare(folder, who)
    headers = [part for name, value in who.headers.items() for part in ("--header", f"{name}: {value}")]
    running = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{address}/openapi.json"),
        *("--include-path-regex", who.paths, "--checks", ",".join(CHECKS)),
        # He is somebody: without this every other request would carry a made-up key.
        *("--generation-with-security-parameters", "false", *headers),
        *("--phases", ",".join(who.phases()), "--max-examples", str(who.examples)),
        *("--seed", str(who.seed), "--no-color"),
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await running.communicate()
    told = said.decode()
    assert running.returncode == 0, told
    assert "Unresolvable" not in told
    tested = re.search(r"Tested: (\d+)\b", told)
    assert tested, told
    return int(tested[1])


def _prepare(folder: Path, who: Stranger) -> None:
    folder.mkdir()
    (folder / "schemathesis.toml").write_text(who.written(), encoding="utf-8")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
