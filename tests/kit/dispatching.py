"""The labelled texts of the tests, and how well rules and text model dispatch them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from deploy.commands.train import starting_texts
from services.router.domain.policy.assessing import Assessment, assess
from services.router.domain.text_model import Read, TextModel, unread
from services.router.domain.training import Labelled, Report, train
from services.router.domain.words import Words
from shared.city.city import City
from shared.city.units import Unit
from shared.kernel.words import Kind
from tests.kit.city import FOLDER, beijing

TEXTS = Path(__file__).parent / "dispatch_texts.yaml"


@dataclass(frozen=True, slots=True)
class Expected:
    """A text, what it is about, and the unit that owes an answer; no unit: a person must be asked."""

    text: str
    kind: Kind
    category: str
    unit: str | None


@dataclass(frozen=True, slots=True)
class Count:
    """How the texts came out."""

    texts: int
    category: int
    """The first suggestion is right."""
    among: int
    """It is among those a dispatcher would be shown."""
    dispatched: int
    right_unit: int
    right_whole: int
    """Dispatched with unit and category as expected."""
    to_ask: int
    asked_of_them: int


@cache
def expected_texts() -> tuple[Expected, ...]:
    rows = yaml.safe_load(TEXTS.read_text(encoding="utf-8"))["texts"]
    return tuple(
        Expected(row["text"], Kind(row.get("kind", "complaint")), row["category"], row.get("unit"))
        for row in rows
    )


@cache
def own_texts() -> tuple[Labelled, ...]:
    return starting_texts(FOLDER)


@cache
def starting_model() -> tuple[TextModel, Report]:
    """What a fresh suite has: trained on the starting texts alone."""
    return train(own_texts())


def outcomes(city: City, read: Read) -> Iterator[tuple[Expected, Assessment]]:
    for each in expected_texts():
        yield each, assess(Words(each.text), each.kind, None, city, read)


def counted(city: City, read: Read = unread) -> Count:
    found = list(outcomes(city, read))
    told = [(each, one) for each, one in found if each.category]
    sent = [(each, one) for each, one in found if one.sure and one.best]
    unit = [(each, one) for each, one in sent if one.best and one.best.lead == unit_called(each.unit)]
    to_ask = [one for each, one in found if each.unit is None]
    return Count(
        texts=len(found),
        category=sum(one.best is not None and one.best.category == each.category for each, one in told),
        among=sum(each.category in {s.category for s in one.suggestions} for each, one in told),
        dispatched=len(sent),
        right_unit=len(unit),
        right_whole=sum(one.best is not None and one.best.category == each.category for each, one in unit),
        to_ask=len(to_ask),
        asked_of_them=sum(not one.sure for one in to_ask),
    )


def unit_called(name: str | None) -> str | None:
    """The code of a department by its name, of a street by its path (昌平区兴寿镇)."""
    return _codes()[name] if name else None


@cache
def _codes() -> dict[str, str]:
    units = beijing().units
    return {_path(unit): unit.code for unit in units.by_code.values()}


def _path(unit: Unit) -> str:
    parent = unit.parent_code
    above = beijing().units.get(parent).name if parent and unit.level == "street" else ""
    return f"{above}{unit.name}"
