"""Load on one endpoint: a process of its own, so that sending does not slow what is measured in between.

Started by the other programs with a specification on standard input; answers with one line of JSON.
"""

import asyncio
import itertools
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from uuid import uuid4

import uvloop

from tests.bench.figures import percentile
from tests.bench.wire import Connection, request
from tests.bench.wishes import PHONE, a_phone

WARM = 0.3
"""Seconds at the beginning that are not counted: connections are made, statements prepared."""


@dataclass(frozen=True, slots=True)
class Load:
    """What is sent: bodies in turn, each with a key of its own, over so many connections."""

    port: int
    path: str
    bodies: Sequence[Any]
    concurrency: int
    seconds: float
    headers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of it; latencies in milliseconds."""

    answers: int
    rate: float
    p50: float
    p99: float
    worst: float
    statuses: dict[str, int]
    cpu: float
    """Share of one core the sender itself needed."""


def measure(load: Load) -> Measured:
    """Send it from a child process and wait."""
    asked = json.dumps(asdict(load))
    command = [sys.executable, "-m", "tests.bench.load"]
    patience = load.seconds + 60
    done = subprocess.run(command, input=asked, capture_output=True, text=True, check=False, timeout=patience)
    if done.returncode:
        raise RuntimeError(f"the load failed: {done.stderr[-2000:]}")
    return Measured(**json.loads(done.stdout))


async def send(load: Load) -> Measured:
    """Keep so many requests under way until the time is over."""
    told = [json.dumps(body, ensure_ascii=False).encode() for body in load.bodies]
    following = itertools.cycle(told)
    began = time.perf_counter()
    counted_from, end = began + WARM, began + WARM + load.seconds
    taken: list[float] = []
    statuses: Counter[str] = Counter()

    async def one() -> None:
        connection = Connection(load.port)
        while (sent_at := time.perf_counter()) < end:
            headers = {**load.headers, "idempotency-key": uuid4().hex}
            body = next(following).replace(PHONE.encode(), a_phone().encode())
            answer = await connection.ask(request("POST", load.path, load.port, headers, body))
            answered = time.perf_counter()
            statuses[str(answer.status)] += 1
            if sent_at >= counted_from and answered <= end:
                taken.append((answered - sent_at) * 1000)
        connection.close()

    await asyncio.gather(*(one() for _ in range(load.concurrency)))
    cpu = time.process_time() / (time.perf_counter() - began)
    rate = len(taken) / load.seconds
    p50, p99, worst = percentile(taken, 0.5), percentile(taken, 0.99), max(taken, default=float("nan"))
    return Measured(len(taken), rate, p50, p99, worst, dict(statuses), cpu)


if __name__ == "__main__":
    print(json.dumps(asdict(uvloop.run(send(Load(**json.load(sys.stdin)))))))
