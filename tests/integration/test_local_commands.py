"""What `jiesu` and `python -m deploy.run` do at a terminal, each as a process of its own."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from http.server import HTTPServer
from pathlib import Path

import jwt
import pytest
from typer.testing import CliRunner

from deploy.cli import app
from deploy.local.key_folders import prepare_keys
from deploy.local.keys import AUDIENCE, ISSUER
from deploy.local.ports import free_port, free_row
from deploy.local.processes import ServiceProcess
from deploy.local.ready import answers_ready
from deploy.local.refusals import AlreadyRunning
from deploy.local.state import StateFolder
from tests.integration.local_house import Ready

runner = CliRunner()


def jiesu(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", *words], capture_output=True, text=True, check=False, timeout=60
    )


def test_a_printed_token_is_one_the_services_accept(tmp_path: Path) -> None:
    """Signed with EdDSA, found in the JWKS by its key's name, with every claim asked for."""
    words = ["--role", "dispatcher", "--role", "supervisor", "--unit", "110000", "--sub", "x", "--hours", "2"]
    printed = jiesu("token", *words, "--scope", "cases:write", "--state", str(tmp_path)).stdout.strip()
    keys = jwt.PyJWKSet.from_json((tmp_path / "keys" / "jwks.json").read_text())
    head = jwt.get_unverified_header(printed)
    assert head["alg"] == "EdDSA"
    claims = jwt.decode(printed, keys[head["kid"]], algorithms=["EdDSA"], audience=AUDIENCE, issuer=ISSUER)
    assert claims["roles"] == ["dispatcher", "supervisor"]
    assert (claims["sub"], claims["unit"], claims["scope"]) == ("x", "110000", "cases:write")
    good_for = datetime.fromtimestamp(claims["exp"], UTC) - datetime.now(UTC)
    assert timedelta(hours=1.9) < good_for <= timedelta(hours=2)


def test_a_token_for_a_unit_the_city_does_not_have_is_printed_with_a_word_of_it(tmp_path: Path) -> None:
    """Whoever mistyped the code would else look for the fault in the answer: nothing to be seen."""
    for unit, warned in (("110115009", False), ("11011500", True)):
        done = runner.invoke(app, ["token", "--role", "unit", "--unit", unit, "--state", str(tmp_path)])
        assert (done.exit_code, done.stdout.count("."), unit in done.stderr) == (0, 2, warned)


def test_keys_are_made_once_and_each_service_holds_its_own(tmp_path: Path) -> None:
    """A second start makes nothing new; words are shared by intake and router only; all is 0600."""
    prepare_keys(tmp_path, ["intake", "router", "survey"])
    files = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    prepare_keys(tmp_path, ["intake", "router", "survey"])
    assert files == {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    words = [path for path in files if path.name == "words.json" and path.parent != tmp_path]
    assert sorted(path.parent.name for path in words) == ["intake", "router"]
    assert len({files[path] for path in words}) == 1
    assert [path for path in files if path.name != "jwks.json" and path.stat().st_mode & 0o077] == []
    published = json.loads((tmp_path / "jwks.json").read_text())["keys"]
    assert [key["kid"] for key in published][1:] == ["service:router", "service:survey"]
    assert "d" not in published[0] | published[1]


def test_help_is_quick_because_it_imports_nothing_heavy() -> None:
    """`jiesu --help` loads neither database, bus nor web framework."""
    heavy = ("sqlalchemy", "asyncpg", "aiokafka", "fastapi", "pydantic", "psutil", "cryptography", "alembic")
    program = f"import sys, deploy.cli; print([name for name in {heavy!r} if name in sys.modules])"
    assert subprocess.check_output([sys.executable, "-c", program], text=True).strip() == "[]"


def test_where_nothing_runs_status_says_so_with_its_own_code(tmp_path: Path) -> None:
    """Exit code 3, in words and as JSON; stop has nothing to do and is content."""
    told = jiesu("status", "--json", "--state", str(tmp_path))
    assert (told.returncode, json.loads(told.stdout)) == (3, {"running": False, "well": False})
    stopped = jiesu("stop", "--state", str(tmp_path))
    assert stopped.returncode == 0
    assert "nothing runs" in stopped.stdout


def test_what_is_mistyped_or_away_is_said_in_a_sentence(tmp_path: Path) -> None:
    """No traceback: an unknown role or topic, no such port, nothing running, a database that is away."""
    said = {
        words: runner.invoke(app, [*words.split(), "--state", str(tmp_path / "none")])
        for words in (
            "token --role dispatchr",
            "tail jiesu.cases --no-follow",
            "run --base-port 65532",
            "topics",
            "migrate",
        )
    }
    assert {words: one.exit_code for words, one in said.items()} == {
        "token --role dispatchr": 2,
        "tail jiesu.cases --no-follow": 2,
        "run --base-port 65532": 2,
        "topics": 3,
        "migrate": 3,
    }
    away = runner.invoke(
        app, ["topics", "--bus", "embedded", "--admin-dsn", "postgresql://x:x@127.0.0.1:9/x"]
    )
    assert (away.exit_code, away.stderr.splitlines()[0][:36]) == (1, "database or bus does not answer; doe")


@pytest.mark.parametrize(
    ("words", "told", "named"),
    [
        ("run --bus rabbit", {}, "--bus"),
        ("run --detach", {"BUS": "rabbit"}, "BUS"),
        ("run --detach", {"JIESU_BASE_PORT": "abc"}, "JIESU_BASE_PORT"),
        ("run --bus embedded", {"JIESU_DATABASE_POOL": "1"}, "JIESU_DATABASE_POOL"),
        ("run --detach", {"JIESU_LOG_LEVEL": "LOUD"}, "JIESU_LOG_LEVEL"),
        ("run --detach", {"JIESU_CITY": "nowhere"}, "JIESU_CITY"),
        ("run", {"KAFKA_BOOTSTRAP_SERVERS": "kafka"}, "KAFKA_BOOTSTRAP_SERVERS"),
        ("demo", {"JIESU_TRACKING_PREFIX": "b"}, "JIESU_TRACKING_PREFIX"),
        ("replay router post --since 1h", {}, "post"),
        ("replay --since 1h --topic jiesu.cases", {}, "--topic"),
        ("replay --since 99999999999d", {}, "99999999999d"),
        ("replay --since 35d", {}, "--forgotten"),
        ("tail --no-follow --since 1x", {}, "1x"),
        ("topics", {"JIESU_BUS": "rabbit"}, "JIESU_BUS"),
        ("migrate", {"JIESU_DATABASE_URL_ROUTER": "router"}, "JIESU_DATABASE_URL_ROUTER"),
        ("tail --no-follow", {"JIESU_DATABASE_URL": "mysql://x:hush@127.0.0.1/x"}, "JIESU_DATABASE_URL"),
    ],
)
def test_a_mistake_is_told_by_its_name_before_anything_is_started(
    tmp_path: Path, words: str, told: dict[str, str], named: str
) -> None:
    """Options and variables alike: the exit code of a usage error, and no state folder yet."""
    state = tmp_path / "state"
    done = runner.invoke(app, [*words.split(), "--state", str(state)], env=told)
    assert done.exit_code == 2
    assert named in done.stderr
    assert "hush" not in done.stderr
    assert not state.exists()


def test_a_folder_that_is_none_holds_no_run(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert runner.invoke(app, ["status", "--state", str(tmp_path / "file")]).exit_code == 3


def test_a_strangers_answer_is_not_taken_for_the_services_own(tmp_path: Path) -> None:
    """Another run was quicker on the port: ours lives, the answer is the other's."""
    with HTTPServer(("127.0.0.1", 0), Ready) as stranger:
        threading.Thread(target=stranger.serve_forever, daemon=True).start()
        port = stranger.server_port
        ours = ServiceProcess("ours", ["sleep", "60"], {}, log=tmp_path / "log", port=port)
        ours.start()
        try:
            assert answers_ready(port)
            assert ours.is_alive()
            assert not ours.is_ready()
        finally:
            ours.stop()
            stranger.shutdown()


def test_no_single_port_falls_into_a_row_whose_servers_do_not_listen_yet() -> None:
    """A run chooses its services' row first, and starts database and broker before them."""
    rows = {first + step for first in (free_row(5) for _ in range(200)) for step in range(5)}
    assert rows.isdisjoint({free_port() for _ in range(200)})


def test_a_lock_left_by_a_killed_holder_is_free(tmp_path: Path) -> None:
    """While it lives the holder is respected; killed, its lock is nobody's."""
    StateFolder(tmp_path).prepare()
    program = (
        "import sys, time; from pathlib import Path; from deploy.local.state import StateFolder\n"
        "lock = StateFolder(Path(sys.argv[1])).lock(); print('held', flush=True); time.sleep(60)"
    )
    holder = subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    with pytest.raises(AlreadyRunning):
        StateFolder(tmp_path).lock()
    holder.kill()
    holder.communicate()
    StateFolder(tmp_path).lock().release()


def test_a_torn_run_file_says_nothing(tmp_path: Path) -> None:
    """Half a file, as a full disk leaves it, is no run."""
    (tmp_path / "run.json").write_text('{"supervisor": {"pid": 1')
    assert StateFolder(tmp_path).run() is None


_TOGETHER = """
import sys
from deploy.local.suite import Member
from deploy.run import run_together
import os
programs = {"intake": "import time; time.sleep(60)", "router": sys.argv[1]}
sys.exit(run_together([Member("intake", ""), Member("router", "")], {**os.environ},
    command=lambda member: (sys.executable, "-c", programs[member.name])))
"""


def together(short: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", _TOGETHER, short], stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def exit_code(process: "subprocess.Popen[str]") -> int:
    process.communicate(timeout=30)
    return process.returncode


def test_run_leaves_with_the_code_of_the_first_that_fails() -> None:
    """One ends with 7: the other is stopped, 7 is the answer; ending with 0 unasked is a failure too."""
    assert exit_code(together("raise SystemExit(7)")) == 7
    assert exit_code(together("pass")) == 1


def test_run_passes_signals_on_and_leaves_cleanly() -> None:
    """SIGTERM reaches the services; they finish, the answer is 0."""
    polite = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); "
        "print('up', flush=True); time.sleep(60)"
    )
    process = together(polite)
    assert process.stdout is not None
    assert process.stdout.readline() == "up\n"
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    process.stdout.close()
    assert time.monotonic() - began < 10


def test_run_lists_services_and_refuses_unknown_ones() -> None:
    """--list names five with their ports; a name that is none of them is refused with the names there are."""
    command = [sys.executable, "-m", "deploy.run"]
    listed = subprocess.check_output([*command, "--list"], text=True).split()
    assert listed[::2] == ["intake", "router", "grid", "survey", "scoring"]
    refused = subprocess.run([*command, "--target=intake,post"], capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "no service called 'post'; there are intake, router" in refused.stderr


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"JIESU_BASE_PORT": "abc"}, "JIESU_BASE_PORT"),
        ({"JIESU_BASE_PORT": "65532"}, "JIESU_BASE_PORT"),
        ({"JIESU_TARGET": "router", "JIESU_PORT": "99999"}, "JIESU_PORT"),
        ({"JIESU_TARGET": "router", "JIESU_DATABASE_URL_ROUTER": "router"}, "JIESU_DATABASE_URL"),
        ({"JIESU_TARGET": "post"}, "post"),
    ],
)
def test_run_refuses_what_it_is_told_wrong_before_a_service_starts(told: dict[str, str], named: str) -> None:
    """One line that names the variable, and the exit code of a usage error."""
    done = deployed("deploy.run", told)
    assert done.returncode == 2
    assert named in done.stderr.splitlines()[-1]


def test_health_says_when_it_cannot_know_whom_to_ask() -> None:
    done = deployed("deploy.health", {"JIESU_TARGET": "router", "JIESU_PORT": "abc"})
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "JIESU_PORT" in done.stderr


@pytest.mark.parametrize(
    ("told", "named"),
    [
        ({"JIESU_PORT": "99999"}, "JIESU_PORT"),
        ({"JIESU_CITY": "/nowhere"}, "/nowhere"),
        ({"JIESU_KEYS": "/nowhere"}, "/nowhere"),
    ],
)
def test_a_service_says_in_one_line_why_it_does_not_start(told: dict[str, str], named: str) -> None:
    done = deployed("services.scoring", told)
    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert named in done.stderr


def deployed(module: str, told: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """A module of a deployment, told by the environment."""
    return subprocess.run(
        [sys.executable, "-m", module],
        env={**os.environ, **told},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
