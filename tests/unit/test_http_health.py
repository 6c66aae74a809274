"""Alive, ready, and what it is."""

import asyncio

from fastapi import FastAPI

from shared.http.health import Check, Info, health_routes
from tests.kit.http_door import an_app, client, is_problem


async def _well() -> None:
    return None


async def _ill() -> None:
    raise ConnectionError("database at 10.0.0.1 refused jiesu:secret")


async def _endless() -> None:
    await asyncio.Event().wait()


def _app(*checks: Check) -> FastAPI:
    return an_app(
        checks=checks, info=lambda: Info(service="router", version="1", policy_version="7", bus="kafka")
    )


async def test_it_is_ready_when_everything_needed_answers() -> None:
    async with client(_app(Check("database", _well), Check("relay", _ill, needed=False))) as http:
        assert (await http.get("/health/live")).json() == {"status": "live"}
        answer = await http.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "checks": {"database": "ok", "relay": "failed"}}


async def test_it_is_not_ready_when_something_needed_fails_and_says_what() -> None:
    async with client(_app(Check("database", _ill), Check("bus", _well))) as http:
        answer = await http.get("/health/ready")
    problem = is_problem(answer, 503, "not_ready")
    assert problem["failed"] == ["database"]
    assert "secret" not in answer.text
    assert "retry-after" in answer.headers


async def test_a_check_that_never_answers_is_not_waited_for() -> None:
    app = FastAPI()
    checks = (Check("bus", _endless, needed=False), Check("database", _well))
    app.include_router(health_routes(lambda: Info(service="x", version="1"), checks, patience=0.01))
    async with client(app) as http:
        assert (await http.get("/health/ready")).json()["checks"] == {"bus": "too slow", "database": "ok"}


async def test_it_says_what_it_is() -> None:
    async with client(_app()) as http:
        answer = await http.get("/health/info")
    assert answer.json() == {"service": "router", "version": "1", "policy_version": "7", "bus": "kafka"}
