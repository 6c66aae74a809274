"""What is done at scoring's desk in the month of the forty cases, and what is told too late for it."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.scoring.domain.divisions import Divisions
from shared.bus.port import Message
from shared.city.city import City
from shared.city.groups import Groups
from shared.city.population import Population
from shared.city.units import units_of
from shared.events.envelope import Heard
from shared.kernel.words import Ruling, Satisfied, Solved
from shared.store import driver
from shared.store.running_city import RunningCity
from tests.integration.scoring_desk import Desk
from tests.kit.case_story import SHANGHAI, Story
from tests.kit.city import beijing
from tests.kit.exported import READERS
from tests.kit.forty_cases import PERIOD, A, B, C, D, N, forty

MEASURES = ("response", "contact", "resolution", "satisfaction")
DOCUMENT = hashlib.sha256(b"a hearing's minutes").hexdigest()
AFTER = datetime(2026, 11, 20, 12, 0, tzinfo=SHANGHAI)
"""The first instant at which the month can be closed."""


def led_by_nobody() -> list[Story]:
    """Two answers whose other cases have no lead before the close."""
    found = [Story("unheard").registered(), Story("undecided").registered()]
    joined = [Story(f"joined to {other.name}").registered().merged(other) for other in found]
    return [*found, *(story.judged(Solved.NO, Satisfied.NOT).closed() for story in joined)]


def asked(name: str, **more: Any) -> dict[str, Any]:
    body = {"case_id": str(Story(name).case_id), "period": PERIOD, "reason": "found_unreasonable"}
    return {**body, "evidence": [DOCUMENT], **more}


async def posts(
    desk: Desk, path: str, body: Any, *, who: str, unit: str | None = None, tag: str = "*"
) -> Any:
    role = "unit" if unit else "supervisor"
    headers = {**desk.token(role, unit=unit, sub=who), "If-Match": tag}
    return await desk.client.post(f"/v1/{path}", json=body, headers=headers)


async def excludes(desk: Desk, name: str) -> str:
    """A case is excluded: the district asks, two reviewers are for it."""
    made = await posts(desk, "exclusions", asked(name), who="asker")
    assert made.status_code == 201, made.text
    key = made.json()["exclusion_id"]
    for reviewer in ("first", "second"):
        answer = await posts(desk, f"exclusions/{key}/reviews", {"upheld": True}, who=reviewer)
        assert answer.status_code == 200, answer.text
    return str(key)


def sums(rates: dict[str, Any]) -> list[tuple[Decimal, int]]:
    return [(Decimal(rates[name]["numerator"]), rates[name]["denominator"]) for name in MEASURES]


async def exports(
    desk: Desk, what: str, name: str, *, role: str = "analyst", of: str | None = None, **query: str
) -> list[dict[str, Any]]:
    """An export, read back."""
    asked = {"period": PERIOD, "format": name, **query}
    answer = await desk.client.get(f"/v1/exports/{what}", params=asked, headers=desk.token(role, unit=of))
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-disposition"].endswith(f'.{name}"')
    return READERS[name](answer.content)


async def streets(desk: Desk, period: str = PERIOD, **query: str) -> dict[str, Any]:
    answer = await desk.reads("rates", period=period, level="street", **query)
    return {unit["unit"]: unit for unit in answer["units"]}


def told_late() -> list[Heard[Any]]:
    """Said in the month, heard after its close: an answer that was missing, work given down, the lead of a
    case that another one was joined to. The other such case was led by nobody until the month had settled.
    """
    by_name = {story.name: story for story in forty()}
    answered = by_name["a9"].judged(Solved.YES, Satisfied.BASICALLY, round_=2)
    given = by_name["c3"].assigned(C, N)
    # Of an excluded case: its order was never A's duty.
    taken = by_name["a14"].returned(A).ruled(Ruling.REDIRECT, A, B)
    unheard, undecided, *_ = led_by_nobody()
    unheard.dispatched(B)
    undecided.now = AFTER
    undecided.dispatched(D)
    last = [story.heard[-1] for story in (answered, given, unheard, undecided)]
    return [*last, *taken.heard[-2:]]


def another_policy() -> City:
    """Other weights, thresholds that nobody undercuts, fewer orders to be classed."""
    city = beijing()
    score, classes, ladder = city.policy.score, city.policy.classes, city.policy.supervision
    weights = score.weights.model_copy(update={"response": Decimal("0.8"), "satisfaction": Decimal(0)})
    kept = {
        "version": "2027.1",
        "score": score.model_copy(update={"weights": weights}),
        "classes": classes.model_copy(update={"min_orders": 1}),
        "supervision": ladder.model_copy(
            update={"steps": tuple(rung.model_copy(update={"below": Decimal(0)}) for rung in ladder.steps)}
        ),
    }
    return replace(city, policy=city.policy.model_copy(update=kept))


def divided_anew() -> City:
    """A community lies in another street, a street has another name and group, half the people are gone."""
    city = beijing()
    by_code = dict(city.units.by_code)
    by_code[N] = replace(by_code[N], parent_code=A)
    by_code[B] = replace(by_code[B], name="某镇")
    grouped = {**city.groups.by_unit, B: next(iter(city.groups.by_code))}
    residents = {code: each // 2 for code, each in city.population.by_unit.items()}
    groups = Groups(city.groups.by_code, grouped)
    return Divisions(units_of(by_code.values()), groups, Population(residents)).over(city)


async def readings(desk: Desk) -> list[Any]:
    """Everything that is read of the month of the forty cases."""
    paths = ("rates", f"rates/{A}", f"rates/{C}", "groups", "classes", "supervision", "departments")
    answers = [await desk.reads(path, period=PERIOD) for path in paths]
    answers += [await desk.pages(f"rates/{C}/cases", measure="contact", period=PERIOD)]
    answers += [await exports(desk, "rates", "csv"), await exports(desk, "cases", "csv", unit=C)]
    page = await desk.asks(f"months/{PERIOD}/report", lang="en")
    return [*answers, page.text]


@asynccontextmanager
async def by_now(desk: Desk, city: City) -> AsyncIterator[None]:
    """The city has become another one."""
    by_then = desk.flat.store.running_city
    desk.flat.store.running_city = RunningCity(city, None)
    try:
        yield
    finally:
        desk.flat.store.running_city = by_then


def message(heard: Heard[Any]) -> Message:
    value = heard.fact.model_dump_json().encode()
    return Message(heard.fact.topic().name, heard.envelope.key.encode(), value, heard.envelope.headers())


async def summed(desk: Desk, statement: str) -> dict[str, list[tuple[Any, ...]]]:
    """What one of the close's statements makes of each measure."""
    async with desk.flat.store.read() as connection:
        found = {name: await driver.fetch(connection, statement, (PERIOD, name)) for name in MEASURES}
    return {name: sorted(map(tuple, rows)) for name, rows in found.items()}


async def changes(desk: Desk, statement: str) -> None:
    """Somebody who reaches the database writes into it."""
    async with desk.flat.store.work() as work:
        await work.connection.exec_driver_sql(statement)


async def by_hand(desk: Desk, change: str, unit: str, measure: str) -> None:
    """The same, into one unit's part of the closed month."""
    await changes(desk, f"{change} WHERE period = '{PERIOD}' AND unit = '{unit}' AND measure = '{measure}'")
