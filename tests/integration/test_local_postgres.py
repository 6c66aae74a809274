"""The local Postgres: scram only, killed and back, and startable from a folder its user cannot enter."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from deploy.local.ports import EPHEMERAL_FROM
from deploy.local.postgres import LocalPostgres

pytestmark = pytest.mark.postgres


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[LocalPostgres]:
    server = LocalPostgres(tmp_path / "state")
    server.start()
    yield server
    server.discard()


def test_killed_it_keeps_what_was_committed_and_its_port(postgres: LocalPostgres) -> None:
    """kill -9 and start again: same port, same rows."""
    port = postgres.port
    postgres.create_database("kept")
    postgres.execute("CREATE TABLE t (n int); INSERT INTO t SELECT generate_series(1, 1000)", database="kept")
    postgres.kill()
    assert not postgres.is_alive()
    postgres.start()
    assert postgres.port == port < EPHEMERAL_FROM
    assert postgres.execute("SELECT count(*) FROM t", database="kept") == "1000"


def test_a_stale_pid_file_naming_a_living_stranger_does_not_stop_it(postgres: LocalPostgres) -> None:
    """After a kill the pid in postmaster.pid may be anybody's: Postgres alone would refuse."""
    postgres.stop()
    stranger = subprocess.Popen(["/bin/sleep", "60"])
    try:
        (postgres.data / "postmaster.pid").write_text(f"{stranger.pid}\n{postgres.data}\n0\n0\n\n\n\n\n")
        postgres.start()
        assert postgres.execute("SELECT 1") == "1"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


async def test_nobody_enters_without_the_password(postgres: LocalPostgres) -> None:
    """Trust is not enough, even on this machine."""
    connect: Any = asyncpg.connect
    with pytest.raises(asyncpg.InvalidPasswordError):
        await connect(postgres.dsn(password="guess"))
    connection = await connect(postgres.dsn())
    assert await connection.fetchval("SHOW password_encryption") == "scram-sha-256"
    assert await connection.fetchval("SHOW fsync") == "on"
    assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"
    await connection.close()


def test_a_database_is_made_once(postgres: LocalPostgres) -> None:
    """Asked for again, it is still there with what it holds."""
    postgres.create_database("once")
    postgres.execute("CREATE TABLE here ()", database="once")
    postgres.create_database("once")
    assert postgres.execute("SELECT count(*) FROM here", database="once") == "0"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's closed folders are closed to the server's user")
def test_a_folder_its_user_cannot_enter_is_replaced_by_one_it_can(tmp_path: Path) -> None:
    """A clone under a 0700 home works; the state folder tells where the data went, and clears it away."""
    closed = tmp_path / "home"
    closed.mkdir(mode=0o700)
    server = LocalPostgres(closed / "state")
    server.start()
    try:
        place = server.data
        assert not place.is_relative_to(closed)
        assert (closed / "state" / "postgres" / "location").read_text().strip() == str(place.parent)
        server.stop()
        again = LocalPostgres(closed / "state")
        again.start()
        assert again.data == place
        again.stop()
    finally:
        server.discard()
    assert not place.exists()
