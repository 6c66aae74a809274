"""`jiesu topics`: the job that makes topics; a service never does, and a mistyped name never becomes one."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from deploy.commands.options import State, state_folder

if TYPE_CHECKING:
    from shared.bus.port import Bus
    from shared.events.topics import Topic

Kind = Annotated[
    Literal["kafka", "embedded"] | None,
    typer.Option("--bus", envvar="JIESU_BUS", help="Default: the running local suite's."),
]
Bootstrap = Annotated[
    str | None,
    typer.Option(
        "--bootstrap",
        envvar="JIESU_KAFKA_BOOTSTRAP_SERVERS",
        help="Kafka's address (default: the running suite's).",
    ),
]
AdminDsn = Annotated[
    str | None,
    typer.Option(
        "--admin-dsn", envvar="JIESU_ADMIN_DATABASE_URL", help="Default: the running local database."
    ),
]


def all_topics(groups: Sequence[str]) -> tuple["Topic", ...]:
    """The declared topics, and the dead letters of each group that may hear them."""
    from shared.bus.dead_letter_copies import dead_letter_topics
    from shared.events.topics import TOPICS

    return (*TOPICS, *dead_letter_topics(TOPICS, groups))


def require_known(topic: str, *, param_hint: str = "topic") -> None:
    """A mistyped topic would look like one in which nothing was said."""
    from deploy.local.suite import NAMES

    known = [one.name for one in all_topics(NAMES)]
    if topic not in known:
        there = ", ".join(known)
        raise typer.BadParameter(f"there is no topic {topic!r}; there are {there}", param_hint=param_hint)


async def create_topics(kind: str, bootstrap: str | None, admin_dsn: str, groups: Sequence[str]) -> int:
    """Create what is missing, the embedded engine's schema with it; how many topics there are."""
    topics = all_topics(groups)
    if kind == "embedded":
        await _prepare_embedded(admin_dsn, groups)
    bus = bus_of(kind, bootstrap, admin_dsn)
    try:
        await bus.create_topics(topics)
    finally:
        await bus.close()
    return len(topics)


async def _prepare_embedded(admin_dsn: str, roles: Sequence[str]) -> None:
    import asyncpg

    from shared.bus.embedded import prepare

    connection: Any = await asyncpg.connect(admin_dsn)  # type: ignore[no-untyped-call]
    try:
        await prepare(connection, roles)
    finally:
        await connection.close()


def bus_of(kind: str, bootstrap: str | None, admin_dsn: str) -> "Bus":
    """The bus of that kind, connected when it is first used."""
    if kind == "embedded":
        from shared.bus.embedded import EmbeddedBus

        return EmbeddedBus(admin_dsn)
    from shared.bus.kafka import KafkaBus

    return KafkaBus(bootstrap or "127.0.0.1:9092")


def command(
    bus: Kind = None, bootstrap: Bootstrap = None, admin_dsn: AdminDsn = None, state: State = None
) -> None:
    """Create the topics, and the dead letters of each service."""
    import asyncio

    from deploy.local.suite import NAMES

    if bus == "kafka" and bootstrap:
        made = asyncio.run(create_topics(bus, bootstrap, "", NAMES))
    else:
        made = asyncio.run(create_topics(*_of_local_run(bus, bootstrap, admin_dsn, state), NAMES))
    typer.echo(f"{made} topics are there")


def _of_local_run(
    bus: str | None, bootstrap: str | None, admin_dsn: str | None, state: Path | None
) -> tuple[str, str | None, str]:
    """What was not said is the running local suite's. A container that is told all needs none of this."""
    if bus and admin_dsn:
        return bus, bootstrap, admin_dsn
    from deploy.commands.standing import local_run
    from deploy.local.plan import DATABASE
    from deploy.local.postgres import LocalPostgres

    folder = state_folder(state)
    run = local_run(folder)
    address = admin_dsn or LocalPostgres(folder.path).attach().dsn(DATABASE)
    return bus or run.bus, bootstrap or run.bootstrap, address
