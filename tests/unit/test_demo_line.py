"""A person's line: asked again until answered, done once, and refused by name."""

from collections.abc import Callable, Sequence

import httpx
import pytest

from deploy.demo.people import CitizenApp, Line, NobodyAnswers, NotInTime, Refused, eventually

Reply = httpx.Response | Exception


class Desk:
    """A service that gives the replies it was told to give, the last one for ever."""

    def __init__(self, replies: Sequence[Reply], *, tag: Callable[[], str] = lambda: '"1"') -> None:
        self._replies = list(replies)
        self._tag = tag
        self.asked: list[httpx.Request] = []

    def line(self, patience: float = 60.0) -> Line:
        client = httpx.AsyncClient(base_url="http://desk", transport=httpx.MockTransport(self._answer))
        return Line({"router": client, "survey": client}, "a-token", patience)

    @property
    def said(self) -> list[httpx.Request]:
        return [each for each in self.asked if each.method == "POST"]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        if request.method == "GET":
            return httpx.Response(200, json={}, headers={"ETag": self._tag()})
        reply = self._replies.pop(0) if len(self._replies) > 1 else self._replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply


def ok() -> httpx.Response:
    return httpx.Response(200, json={"done": True})


def problem(status: int, reason: str) -> httpx.Response:
    return httpx.Response(status, json={"reason": reason, "detail": "no"})


def away() -> httpx.Response:
    return httpx.Response(503, headers={"Retry-After": "0"})


async def test_a_wish_is_repeated_with_the_same_key_until_it_is_answered() -> None:
    desk = Desk([httpx.ConnectError("refused"), httpx.ReadError("reset"), away(), ok()])
    answer = await desk.line().say("router", "/cases", {"text": "x"})
    assert answer.content == {"done": True}
    assert answer.repeated
    assert len(desk.said) == 4
    assert len({each.headers["Idempotency-Key"] for each in desk.said}) == 1


@pytest.mark.parametrize(("status", "reason"), [(409, "same_request_under_way"), (429, "rate_exceeded")])
async def test_what_passes_by_itself_is_asked_again(status: int, reason: str) -> None:
    desk = Desk([problem(status, reason), ok()])
    assert (await desk.line().say("router", "/cases")).status == 200


async def test_two_wishes_have_two_keys() -> None:
    desk = Desk([ok()])
    line = desk.line()
    await line.say("router", "/cases")
    await line.say("router", "/cases")
    assert len({each.headers["Idempotency-Key"] for each in desk.said}) == 2


async def test_a_refusal_is_not_repeated_and_is_told_by_name() -> None:
    desk = Desk([problem(409, "already_returned"), ok()])
    with pytest.raises(Refused) as refused:
        await desk.line().say("router", "/cases")
    assert (refused.value.status, refused.value.reason) == (409, "already_returned")
    assert len(desk.said) == 1


async def test_nobody_waits_for_ever() -> None:
    desk = Desk([httpx.ConnectError("refused")])
    with pytest.raises(NobodyAnswers, match="ConnectError"):
        await desk.line(patience=0.2).say("router", "/cases")
    assert 1 < len(desk.said) < 10


async def test_a_longer_pause_than_the_patience_left_is_not_begun() -> None:
    desk = Desk([httpx.Response(503, headers={"Retry-After": "600"})])
    with pytest.raises(NobodyAnswers):
        await desk.line(patience=60.0).say("router", "/cases")
    assert len(desk.said) == 1


async def test_whoever_was_too_late_looks_again_and_repeats_with_the_same_key() -> None:
    tags = iter(['"1"', '"2"'])
    desk = Desk([problem(412, "version_moved"), ok()], tag=lambda: next(tags))
    await desk.line().change("router", "/work-orders/1", "/work-orders/1/sign")
    assert [each.headers["If-Match"] for each in desk.said] == ['"1"', '"2"']
    assert len({each.headers["Idempotency-Key"] for each in desk.said}) == 1


async def test_a_link_used_up_by_an_answer_that_was_lost_is_answered() -> None:
    desk = Desk([httpx.ReadError("reset"), problem(410, "link_used")])
    await CitizenApp(desk.line()).answers_link("http://desk/l/token", solved="yes", satisfied="satisfied")
    assert len(desk.said) == 2


async def test_a_link_used_by_somebody_else_is_told() -> None:
    desk = Desk([problem(410, "link_used")])
    with pytest.raises(Refused, match="link_used"):
        await CitizenApp(desk.line()).answers_link("http://desk/l/token", solved="yes", satisfied="satisfied")


async def test_what_is_not_found_yet_is_waited_for() -> None:
    seen = iter([Refused("GET", 404, {}), 0, 7])

    async def read() -> int:
        found = next(seen)
        if isinstance(found, Refused):
            raise found
        return found

    assert await eventually(read) == 7


async def test_what_does_not_come_is_told_with_what_was_seen_last() -> None:
    async def read() -> str:
        return "dispatched"

    with pytest.raises(NotInTime, match=r"归档.*dispatched"):
        await eventually(read, until=lambda state: state == "closed", within=0.0, what="归档")
