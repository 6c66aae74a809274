"""Every error is a problem document, and every kind of refusal has one status."""

import importlib
from pathlib import Path
from typing import Annotated, Any

import pytest
from asyncpg.exceptions import (
    ConnectionDoesNotExistError,
    DeadlockDetectedError,
    LockNotAvailableError,
    TooManyConnectionsError,
    UniqueViolationError,
)
from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import StringConstraints, ValidationError
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

import shared
from shared.http.problems import STATUSES, problem_of, status_of
from shared.http.wire import NOT_BLANK, Wire
from shared.kernel import errors
from shared.kernel.errors import Refusal
from tests.kit.http_door import an_app, client, is_problem

ROOT = Path(shared.__file__).parent.parent


def _leaves(kind: type[Refusal]) -> list[type[Refusal]]:
    below = kind.__subclasses__()
    return [leaf for one in below for leaf in _leaves(one)] if below else [kind]


def _import_every_refusal() -> None:
    for path in (*ROOT.glob("shared/**/errors.py"), *ROOT.glob("services/*/domain/**/errors.py")):
        importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    importlib.import_module("shared.http.refusals")


def test_every_leaf_of_the_tree_has_a_status() -> None:
    _import_every_refusal()
    for leaf in _leaves(Refusal):
        assert 400 <= status_of(leaf) <= 503, leaf


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (errors.Invalid, 422),
        (errors.Unauthenticated, 401),
        (errors.NotAllowed, 403),
        (errors.NotFound, 404),
        (errors.Conflict, 409),
        (errors.Stale, 412),
        (errors.Unconditional, 428),
        (errors.Gone, 410),
        (errors.TooLarge, 413),
        (errors.UnsupportedType, 415),
        (errors.TooMany, 429),
        (errors.Unavailable, 503),
    ],
)
def test_each_kind_has_the_status_integrators_expect(kind: type[Refusal], status: int) -> None:
    assert status_of(kind) == status


def test_the_kernel_has_no_kind_without_a_status() -> None:
    assert {kind for kind in Refusal.__subclasses__() if kind.__module__ == errors.__name__} <= set(STATUSES)


def test_a_refusal_of_no_kind_is_a_bug() -> None:
    with pytest.raises(KeyError):
        status_of(Refusal)


class OrderAlreadySigned(errors.Conflict):
    """A domain's refusal."""


def _failing(error: Exception) -> APIRouter:
    routes = APIRouter(prefix="/v1")

    @routes.post("/orders/{order}:sign")
    async def sign(order: str) -> None:
        raise error

    return routes


async def _answer_to(error: Exception) -> Any:
    async with client(an_app(_failing(error))) as http:
        return await http.post("/v1/orders/7:sign?secret=word")


async def test_a_refusal_becomes_a_document_with_its_data() -> None:
    answer = await _answer_to(OrderAlreadySigned("the order is signed already", by="110101", status="x"))
    problem = is_problem(answer, 409, "order_already_signed")
    assert problem["detail"] == "the order is signed already"
    assert problem["by"] == "110101"
    assert problem["title"] == "Order already signed"
    assert problem["instance"] == "/v1/orders/7:sign"


async def test_who_is_not_known_is_told_how_to_be() -> None:
    answer = await _answer_to(errors.Unauthenticated("sign in"))
    is_problem(answer, 401, "unauthenticated")
    assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_who_must_wait_is_told_how_long() -> None:
    answer = await _answer_to(errors.TooMany("slow down", retry_after=1.2))
    is_problem(answer, 429, "too_many")
    assert answer.headers["retry-after"] == "2"


async def test_an_invalid_field_is_named() -> None:
    problem = is_problem(await _answer_to(errors.Invalid("no such unit", field="unit")), 422, "invalid")
    assert problem["errors"] == [{"field": "unit", "message": "no such unit"}]


def _wrapped(driver: Exception, kind: type[DBAPIError] = DBAPIError) -> DBAPIError:
    return kind("SELECT secret", {"phone": "13800138000"}, driver)


class _Driver(Exception):
    def __init__(self, sqlstate: str) -> None:
        super().__init__("driver")
        self.sqlstate = sqlstate


@pytest.mark.parametrize(
    "error",
    [
        ConnectionRefusedError(111, "refused"),
        OSError("Multiple exceptions"),
        TimeoutError(),
        PoolTimeout("pool"),
        ConnectionDoesNotExistError("closed"),
        TooManyConnectionsError("full"),
        DeadlockDetectedError("deadlock"),
        LockNotAvailableError("lock"),
        _wrapped(Exception("away"), OperationalError),
        _wrapped(_Driver("40001")),
        _wrapped(_Driver("40P01")),
        _wrapped(_Driver("53100")),
        _wrapped(_Driver("57P01")),
        _wrapped(_Driver("55P03")),
        DBAPIError("SELECT 1", {}, Exception("closed"), connection_invalidated=True),
    ],
    ids=repr,
)
async def test_a_busy_database_is_a_503_with_retry_after(error: Exception) -> None:
    answer = await _answer_to(error)
    is_problem(answer, 503, "busy")
    assert int(answer.headers["retry-after"]) >= 1
    assert "13800138000" not in answer.text


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("13800138000 secret internals"),
        KeyError("internals"),
        FileNotFoundError("/internals"),
        UniqueViolationError("internals"),
        _wrapped(_Driver("23505"), IntegrityError),
        Refusal("internals"),
    ],
    ids=repr,
)
async def test_a_bug_is_a_500_that_tells_nothing(error: Exception) -> None:
    answer = await _answer_to(error)
    problem = is_problem(answer, 500, "internal_error")
    assert set(problem) == {"type", "title", "status", "detail", "instance", "reason"}
    assert "internals" not in answer.text
    assert "x-correlation-id" in answer.headers


async def test_paths_and_methods_nobody_serves_are_problems() -> None:
    async with client(an_app()) as http:
        is_problem(await http.get("/nowhere/%E8%B7%AF?phone=13800138000"), 404, "not_found")
        wrong = await http.delete("/v1/reports")
    is_problem(wrong, 405, "method_not_allowed")
    assert wrong.headers["allow"] == "POST"


def test_a_bug_has_no_problem() -> None:
    assert problem_of(ZeroDivisionError()) is None


def test_a_text_of_blanks_is_refused_in_words_and_not_by_a_pattern() -> None:
    class Said(Wire):
        text: Annotated[str, StringConstraints(pattern=NOT_BLANK)]
        name: str = ""

    with pytest.raises(ValidationError) as refused:
        Said.model_validate({"text": " \u3000", "name": "\x00"})
    found = problem_of(RequestValidationError(refused.value.errors()))
    assert found is not None
    assert found.extra["errors"] == [
        {"field": "text", "message": "must say something: blanks alone are nothing"},
        {"field": "name", "message": "holds a NUL character or half of a surrogate pair; send it without"},
    ]
