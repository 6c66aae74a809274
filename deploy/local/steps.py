"""What is done between database and services: the city is read, roles, tables, topics made, the seed put in.

Each step is a function of `deploy.commands`, so the same thing runs as a one-shot job in a container.
"""

import asyncio
import os
import subprocess
import sys

from deploy.local.plan import Ground, Step
from deploy.local.refusals import LocalRefused
from deploy.local.state import model_folder
from deploy.local.suite import NAMES


class CityRefused(LocalRefused):
    """The city's folder cannot be read as a city."""


def _city(ground: Ground) -> str:
    from shared.city.city import load_city
    from shared.city.errors import BrokenFile

    try:
        load_city(ground.city)
    except (BrokenFile, OSError) as error:
        raise CityRefused(f"the city folder {ground.city} is refused: {error}") from error
    return f"{ground.city.name} is sound"


def _migrate(ground: Ground) -> str:
    from deploy.commands.migrate import migrate_all

    passwords = {name: ground.state.password(name) for name in NAMES}
    asyncio.run(migrate_all(ground.admin_dsn, passwords))
    return f"{len(passwords)} roles and schemas are up to date"


def _topics(ground: Ground) -> str:
    from deploy.commands.topics import create_topics

    made = asyncio.run(create_topics(ground.bus.kind, ground.bootstrap, ground.admin_dsn, NAMES))
    return f"{made} topics are there"


def _seed(ground: Ground) -> str:
    from deploy.commands.seed import seed

    return asyncio.run(seed(ground.state, city=ground.city, environment={}))


def _model(ground: Ground) -> str:
    from deploy.commands.train import starting_texts, still_good

    folder = model_folder(ground.state.path, os.environ)
    if found := still_good(folder, starting_texts(ground.city)):
        return f"the text model {found.version} is there"
    # In a process of its own: what learns takes memory that this one would keep.
    asked = [sys.executable, "-m", "deploy.cli", "train", "--starting", "--state", str(ground.state.path)]
    done = subprocess.run([*asked, "--city", str(ground.city)], capture_output=True, text=True, check=False)
    told = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    # A suite without a model works: rules classify alone, and more waits for a dispatcher.
    return told[-1] if told else f"no text model: training ended with {done.returncode}; rules go alone"


STEPS = (
    Step("city", _city),
    Step("migrate", _migrate),
    Step("topics", _topics),
    Step("seed", _seed),
    Step("model", _model),
)
