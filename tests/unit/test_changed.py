"""Changing an aggregate: as `dataclasses.replace`, whether it has slots or not."""

import dataclasses
from dataclasses import dataclass, field
from typing import Any

import pytest

from shared.kernel.changed import replace


@dataclass(frozen=True)
class Wide:
    one: int
    two: str = "two"
    three: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Slotted:
    one: int
    two: str = "two"


@dataclass(frozen=True)
class Careful:
    one: int
    twice: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        object.__setattr__(self, "twice", 2 * self.one)


@pytest.mark.parametrize("state", [Wide(1), Wide(1, "2", (3,)), Slotted(1), Careful(4)])
def test_it_is_what_dataclasses_make_of_it(state: Any) -> None:
    before = dataclasses.asdict(state)
    changed = replace(state, one=7)
    assert changed == dataclasses.replace(state, one=7)
    assert (type(changed), hash(changed)) == (type(state), hash(dataclasses.replace(state, one=7)))
    assert dataclasses.asdict(state) == before, "the one before stays what it was"


@pytest.mark.parametrize("state", [Wide(1), Slotted(1)])
def test_a_field_it_does_not_have_is_refused(state: Any) -> None:
    with pytest.raises(TypeError, match="four"):
        replace(state, four=4)


def test_what_was_changed_is_frozen_too() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        replace(Wide(1), one=2).one = 3  # type: ignore[misc]
