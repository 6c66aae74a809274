"""One sample of every declared fact, and its envelope: what the golden files are made from."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin
from uuid import UUID

from pydantic import AwareDatetime, BaseModel

from shared.events.catalog import FACTS
from shared.events.envelope import Cause, Envelope
from shared.events.fact import Fact
from shared.kernel.ids import EventId

GOLDEN = Path(__file__).parents[1] / "contract" / "golden"
AN_ID = UUID("0193a000-0000-7000-8000-000000000001")
AN_INSTANT = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
_PLAIN: dict[Any, Any] = {
    UUID: AN_ID,
    str: "110101",
    int: 2,
    float: 0.5,
    bool: True,
    AwareDatetime: AN_INSTANT,
    date: AN_INSTANT.date(),
}


def a_fact(fact: type[Fact]) -> Fact:
    """A fact with every field filled."""
    return fact(**{name: _value(field.annotation) for name, field in fact.model_fields.items()})


def an_envelope(fact: Fact) -> Envelope:
    """An envelope that fits the fact."""
    cause = Cause("request-1", "request-0", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")
    return Envelope(
        id=EventId(AN_ID),
        type=fact.type_name(),
        source=fact.SOURCE,
        subject=f"case/{AN_ID}",
        time=AN_INSTANT,
        sequence=3,
        key=fact.key(),
        cause=cause,
    )


def write_missing_golden_files() -> list[str]:
    """Freeze facts that have no golden file yet; those that are there are never rewritten."""
    made = []
    for name, declared in FACTS.items():
        path = GOLDEN / f"{name}.json"
        if not path.exists():
            fact = a_fact(declared)
            headers = {header: value.decode() for header, value in an_envelope(fact).headers()}
            frozen = {"headers": headers, "value": json.loads(fact.model_dump_json())}
            path.write_text(json.dumps(frozen, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
            made.append(name)
    return made


def _value(kind: Any) -> Any:
    kind = getattr(kind, "__supertype__", kind)
    if get_origin(kind) is Annotated:
        return _value(get_args(kind)[0])
    if get_origin(kind) in (Union, UnionType):
        return _value(next(part for part in get_args(kind) if part is not type(None)))
    if get_origin(kind) is tuple:
        return (_value(get_args(kind)[0]),)
    if get_origin(kind) is Literal:
        return get_args(kind)[0]
    if kind in _PLAIN:
        return _PLAIN[kind]
    if issubclass(kind, BaseModel):
        return kind(**{name: _value(field.annotation) for name, field in kind.model_fields.items()})
    return next(iter(kind))


if __name__ == "__main__":
    for frozen_name in write_missing_golden_files():
        print(f"froze {frozen_name}")
