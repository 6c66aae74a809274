"""F21: bad records are put aside with a reason, their key waits behind them, everybody else flows."""

from secrets import token_hex
from uuid import uuid4

import pytest

from deploy.commands.standing import standing
from shared.bus.dead_letters import DeadLetters
from shared.bus.parking import key_of
from shared.bus.port import Message, Record
from shared.bus.subscriptions import Subscriptions
from shared.events.envelope import type_of
from shared.events.fact import Fact
from shared.events.intake import CaseRegistered
from shared.events.topics import CASE
from tests.kit.evidence import at_rest
from tests.kit.facts import a_fact, an_envelope
from tests.kit.flats import SERVICES
from tests.kit.history import INJECTED
from tests.kit.house import House
from tests.kit.invariants import judge
from tests.kit.people import Receipt, eventually
from tests.kit.stage import Stage
from tests.kit.suite import declared

pytestmark = pytest.mark.kafka
REGISTERED, DISPATCHED = "jiesu.case.registered.v1", "jiesu.case.dispatched.v1"
BEHIND = "SELECT count(*) FROM survey.parked WHERE behind AND key = $1"


def poison(
    type_name: str | None,
    value: bytes | None,
    *,
    key: str | None = None,
    without: str | None = None,
    **changed: bytes,
) -> Message:
    """A record nobody can read, marked as ours."""
    envelope = an_envelope(a_fact(CaseRegistered))
    headers = [(name, text) for name, text in envelope.headers() if name != "ce_type"]
    told = [*headers, ("ce_type", type_name.encode())] if type_name else []
    kept = tuple((name, changed.get(name, text)) for name, text in told if name != without)
    return Message(CASE.name, (key or uuid4().hex).encode(), value, (*kept, (INJECTED, b"1")))


def _valid(fact: type[Fact]) -> bytes:
    return a_fact(fact).model_dump_json().encode()


async def test_poison_is_put_aside_and_others_flow(house: House, stage: Stage) -> None:
    blocked, free = await stage.reported(), await stage.reported()
    await stage.dispatched(blocked)
    await stage.dispatched(free)
    bad = {
        "bad JSON": poison(REGISTERED, b'{"case_id": '),
        "an unknown type": poison("jiesu.case.exploded.v1", b"{}"),
        "an unknown version": poison("jiesu.case.registered.v9", b"{}"),
        "nearly a megabyte": poison(REGISTERED, b'{"x": "' + b"x" * 900_000 + b'"}'),
        "null": poison(DISPATCHED, None),
        "no id": poison(REGISTERED, b"{}", without="ce_id"),
        "no headers": poison(None, b"{}"),
        "a NUL": poison(REGISTERED, b"{}", ce_correlationid=b"\0"),
        "a time in no zone": poison(REGISTERED, _valid(CaseRegistered), ce_time=b"2026-11-02T11:00:00"),
        "the end of time": poison(REGISTERED, _valid(CaseRegistered), ce_time=b"9999-12-31T23:59:59-12:00"),
        "a key of many pages": poison(REGISTERED, b"[]", key=token_hex(30_000)),
    }
    producer = house.bus.producer()
    await producer.send([*bad.values()])
    await producer.send([poison(REGISTERED, b"[]", key=blocked.case_id)])
    await producer.close()
    for what, message in bad.items():
        await eventually(lambda message=message: _is_parked(house, message), what=f"{what} put aside")
    await _flows(stage, free)
    await _flows(stage, await stage.reported())
    await stage.resolved(blocked)
    await eventually(lambda: house.value(BEHIND, blocked.case_id), what="what waits behind")
    await stage.state(blocked, "resolved")
    assert await stage.caller.callback_of(blocked.case_id) is None, "survey does not overtake what it parked"
    await _give_up(house, blocked.case_id)
    await stage.called_back(blocked)
    await stage.state(blocked, "closed")
    evidence = await judge(house)
    assert len(evidence.topics[f"{CASE.name}.dlq.router"]) >= 6


async def _flows(stage: Stage, held: Receipt) -> None:
    await stage.resolved(held)
    await stage.called_back(held)
    await stage.state(held, "closed")


async def _is_parked(house: House, message: Message) -> bool:
    """By every service that must look at it, and by no other."""
    key, found = key_of(Record(message.topic, 0, 0, message.key, None, ())), set()
    told = type_of(message.headers)
    services = {name for name in SERVICES if not Subscriptions(declared(name).hears).passes_over(told)}
    for service in SERVICES:
        rows = await house.rows(f"SELECT reason FROM {service}.parked WHERE key = $1 AND NOT behind", key)
        assert all(row["reason"] for row in rows)
        found |= {service} if rows else set()
    assert found <= services, f"{found - services} need not have looked"
    return found == services


async def _give_up(house: House, key: str) -> None:
    """Ops give the bad record up in every service; what waited behind it is handled."""
    for service in SERVICES:
        async with standing(service, house.instance.state, environment={}) as flat:
            letters = DeadLetters(flat.store, flat.service.hears)
            for letter in await letters.list():
                if letter.key == key:
                    outcome = await letters.discard(letter.seq)
                    assert outcome.stuck_at is None, outcome
    assert not await at_rest(house)
