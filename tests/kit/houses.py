"""Fixtures: one suite of processes for the whole session, and one in this process on the embedded bus."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.postgres import LocalPostgres
from deploy.local.refusals import KafkaUnavailable
from shared.city.city import City
from tests.kit.city import beijing
from tests.kit.house import House, processes
from tests.kit.kafka_part import SKIPPED
from tests.kit.stage import Stage
from tests.kit.suite import Suite, in_one_process

SEED = 20261122


@pytest.fixture(scope="session")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """Five processes on a Postgres and a Kafka of their own: topics and groups have names of their own."""
    try:
        async with processes(tmp_path_factory.mktemp("house")) as house:
            yield house
    except KafkaUnavailable as error:
        pytest.skip(f"{SKIPPED}: {error}")


@pytest.fixture(scope="session")
async def flats(postgres: LocalPostgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Suite]:
    """Five flats in this process on a bus that delivers again at random, by a seeded choice."""
    async with flats_of(beijing(), postgres, tmp_path_factory.mktemp("flats")) as suite:
        yield suite


@contextlib.asynccontextmanager
async def flats_of(city: City, postgres: LocalPostgres, keys: Path) -> AsyncIterator[Suite]:
    """Five flats of that city, in a database of their own."""
    name = f"flats_{uuid4().hex[:12]}"
    await asyncio.to_thread(postgres.create_database, name)
    async with in_one_process(postgres.dsn(name), keys, seed=SEED, city=city) as suite:
        yield suite
    await asyncio.to_thread(postgres.execute, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def stage(house: House) -> AsyncIterator[Stage]:
    """The people of one journey through the processes on Kafka."""
    yield Stage.on(house)
    await house.heal()


@pytest.fixture(params=[pytest.param("house", marks=pytest.mark.kafka), "flats"])
def either_stage(request: pytest.FixtureRequest) -> Stage:
    """The same journey on Kafka, and on the embedded bus where facts come again and again."""
    return Stage.on(request.getfixturevalue(request.param))
