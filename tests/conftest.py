"""What many tests need: one real Postgres and Kafka for the session, a fresh database for a module."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from deploy.local.kafka import LocalKafka
from deploy.local.postgres import LocalPostgres
from deploy.local.refusals import KafkaUnavailable
from shared.observability import logging
from shared.store import engine
from tests.kit.houses import either_stage, flats, house, stage
from tests.kit.kafka_part import SKIPPED, pytest_sessionfinish, pytest_terminal_summary
from tests.kit.side_by_side import pytest_collection_modifyitems, pytest_xdist_make_scheduler

__all__ = [
    "either_stage",
    "flats",
    "house",
    "pytest_collection_modifyitems",
    "pytest_sessionfinish",
    "pytest_terminal_summary",
    "pytest_xdist_make_scheduler",
    "stage",
]


# Whether a rule holds is tested here, never how fast a busy machine finds out.
# Half of hypothesis's usual examples: there are many properties, and every run brings others.
settings.register_profile(
    "jiesu", deadline=None, max_examples=50, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("jiesu")
# As services log. By itself structlog writes out what every frame of a traceback holds: minutes for a city.
logging.configure(service="tests", style="console")
# A machine that stands still for some seconds must not send away who waits for a session.
engine.POOL_WAIT = engine.CONNECTED_WITHIN = 60.0


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalPostgres]:
    """A Postgres of our own, on an empty cluster."""
    server = LocalPostgres(tmp_path_factory.mktemp("postgres"))
    server.start()
    yield server
    server.discard()


@pytest.fixture(scope="session")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """A Kafka of our own; skips only where none can be had, and says why."""
    broker = LocalKafka(tmp_path_factory.mktemp("kafka"))
    try:
        broker.start()
    except KafkaUnavailable as error:
        pytest.skip(f"{SKIPPED}: {error}")
    yield broker
    broker.discard()


@pytest.fixture(scope="module")
def fresh_kafka(kafka: LocalKafka, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """A Kafka whose topics hold nothing yet: groups that begin at the beginning hear this module alone."""
    del kafka  # asked for first: it skips where there is none
    broker = LocalKafka(tmp_path_factory.mktemp("fresh_kafka"))
    broker.start()
    yield broker
    broker.discard()


@pytest.fixture(scope="module")
async def database(postgres: LocalPostgres) -> AsyncIterator[str]:
    """The superuser's address of a database made for this module."""
    name = f"test_{uuid4().hex[:12]}"
    await asyncio.to_thread(postgres.create_database, name)
    yield postgres.dsn(name)
    await asyncio.to_thread(postgres.execute, f'DROP DATABASE "{name}" WITH (FORCE)')
