"""How often a caller may knock: buckets that fill evenly, and what is told of them."""

from typing import Annotated

from fastapi import APIRouter

from shared.http.api_keys import make_api_key
from shared.http.auth import Auth, allow
from shared.http.callers import Caller, Role
from shared.http.rates import Quota, Rates
from tests.kit.http_door import an_app, an_auth, client, is_problem


class Ticks:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def some(name: str = "app", rate: int | None = None) -> Caller:
    return Caller(name, frozenset({Role.CLIENT}), kind="client", rate=rate)


def test_a_minute_of_requests_may_come_at_once_and_no_more() -> None:
    rates, caller = Rates(lambda _: 3, ticks=Ticks()), some()
    left = [rates.take(caller)[0] for _ in range(3)]
    assert [quota.remaining for quota in left if quota] == [2, 1, 0]
    quota, refused = rates.take(caller)
    assert refused is not None
    assert refused.retry_after == 20.0
    assert quota is not None
    assert quota.headers() == (
        (b"ratelimit-policy", b'"minute";q=3;w=60'),
        (b"ratelimit", b'"minute";r=0;t=60'),
    )


def test_the_bucket_fills_evenly_and_not_beyond_its_size() -> None:
    ticks = Ticks()
    rates, caller = Rates(lambda _: 3, ticks=ticks), some()
    for _ in range(3):
        rates.take(caller)
    ticks.at = 19.9
    assert rates.take(caller)[1] is not None
    ticks.at = 20.0
    assert rates.take(caller)[1] is None
    assert rates.take(caller)[1] is not None
    ticks.at = 10_000.0
    assert [rates.take(caller)[1] is None for _ in range(4)] == [True, True, True, False]


def test_callers_do_not_share_a_bucket() -> None:
    rates = Rates(lambda caller: caller.rate or 1, ticks=Ticks())
    assert rates.take(some("one"))[1] is None
    assert rates.take(some("one"))[1] is not None
    assert rates.take(some("two"))[1] is None
    assert [rates.take(some("three", rate=2))[1] is None for _ in range(3)] == [True, True, False]


def test_whoever_has_no_rate_is_not_counted() -> None:
    rates = Rates(lambda _: None, ticks=Ticks())
    assert rates.take(some()) == (None, None)
    assert rates.charge(some(), 5) is None


def test_what_came_in_one_request_is_counted_before_it_is_told_what_is_left() -> None:
    rates, caller = Rates(lambda _: 10, ticks=Ticks()), some()
    rates.take(caller)
    assert rates.charge(caller, 4) == Quota(10, 5, 30.0)
    assert rates.charge(caller, 15) == Quota(10, 0, 120.0)


def test_the_number_of_buckets_is_bounded() -> None:
    rates = Rates(lambda _: 1, ticks=Ticks(), most=2)
    for name in ("one", "two", "three"):
        rates.take(some(name))
    assert rates.take(some("three"))[1] is not None
    assert rates.take(some("one"))[1] is None


async def test_over_http_the_last_is_a_429_and_every_answer_says_what_is_left() -> None:
    routes = APIRouter(prefix="/v1")

    @routes.get("/mine")
    async def mine(caller: Annotated[Caller, allow(Role.CLIENT)]) -> str:
        return caller.subject

    text, key = make_api_key("app-1")
    plain = an_auth(None, key)
    auth = Auth(plain.tokens, plain.others, Rates(lambda _: 2, ticks=Ticks()))
    async with client(an_app(routes, auth=auth)) as asking:
        answers = [await asking.get("/v1/mine", headers={"X-Api-Key": text}) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["ratelimit"] for answer in answers] == [
        '"minute";r=1;t=30',
        '"minute";r=0;t=60',
        '"minute";r=0;t=60',
    ]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"minute";q=2;w=60'}
    assert is_problem(answers[2], 429, "rate_exceeded")["per_minute"] == 2
    assert answers[2].headers["retry-after"] == "30"
