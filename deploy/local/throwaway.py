"""An instance that leaves nothing: for `jiesu demo` when none is running, and for journeys."""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from deploy.local.instance import Instance
from deploy.local.kafka.fetch import Say
from deploy.local.plan import Plan
from deploy.local.ports import free_row


@contextmanager
def throw_away(plan: Callable[[Path], Plan], *, say: Say, folder: Path | None = None) -> Iterator[Instance]:
    """Run the plan in a folder of its own on free ports, watched, and delete it all at the end."""
    home = Path(tempfile.mkdtemp(prefix="jiesu-", dir=folder))
    drawn = plan(home)
    instance = Instance(replace(drawn, base_port=free_row(len(drawn.members))), say=say)
    try:
        with instance.running():
            watching = threading.Thread(target=instance.serve, name="watch")
            watching.start()
            try:
                yield instance
            finally:
                instance.stop_asked.set()
                watching.join()
    finally:
        instance.postgres.discard()
        shutil.rmtree(home, ignore_errors=True)
