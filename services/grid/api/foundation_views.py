"""五有 as they are shown, and what comes in."""

from dataclasses import asdict
from datetime import date, datetime

from pydantic import Field

from services.grid.api.schemas import Opener, Words, name_of
from services.grid.domain import foundations as d
from shared.city.foundations import Foundation, FoundationList
from shared.city.units import Units
from shared.http.wire import Wire


class ItemOut(Wire):
    """One item, and when it may be said to be there."""

    code: str
    zh: str
    en: str
    means_zh: str
    means_en: str


class ListOut(Wire):
    """五有: one version of the list."""

    version: int
    first: date = Field(description="In force from this day on.")
    in_force: bool
    items: list[ItemOut]

    @classmethod
    def of(cls, listed: FoundationList, in_force: FoundationList) -> "ListOut":
        return cls(
            version=listed.version,
            first=listed.first,
            in_force=listed.version == in_force.version,
            items=[ItemOut.model_validate(item.model_dump()) for item in listed.items],
        )


class StateOut(Wire):
    """One item of one community."""

    item: str
    zh: str
    has: bool | None = Field(description="Null: nobody said.")
    ticked_by: str | None = Field(description="The unit that said it last.")
    person: str | None = Field(description="Whose account it was.")
    ticked_at: datetime | None
    list_version: int | None = Field(description="By which version it was said.")
    words: str | None = Field(description="What shows it. Null in the answer to a change.")

    @classmethod
    def of(cls, item: Foundation, shown: d.Foundations, opener: Opener | None) -> "StateOut":
        tick = shown.tick_of(item.code)
        if tick is None:
            return cls.model_validate({**dict.fromkeys(cls.model_fields), "item": item.code, "zh": item.zh})
        sealed = tick.sealed_words
        return cls(
            item=item.code,
            zh=item.zh,
            has=tick.has,
            ticked_by=tick.by,
            person=tick.person,
            ticked_at=tick.at,
            list_version=tick.list_version,
            words=opener(d.place_of(shown.unit, item.code), sealed) if opener and sealed else None,
        )


class FoundationsOut(Wire):
    """One community by the list in force; the ETag is its version, 0 before the first tick."""

    unit: str
    unit_name: str
    list_version: int
    items: list[StateOut]
    complete: bool
    version: int

    @classmethod
    def of(
        cls, shown: d.Foundations, listed: FoundationList, units: Units, opener: Opener | None = None
    ) -> "FoundationsOut":
        return cls(
            unit=shown.unit,
            unit_name=name_of(shown.unit, units),
            list_version=listed.version,
            items=[StateOut.of(item, shown, opener) for item in listed.items],
            complete=all(shown.has(item.code) for item in listed.items),
            version=shown.version,
        )


class StandingOut(Wire):
    item: str
    have: int
    lack: int
    unsaid: int


class ReachOut(Wire):
    """How far the communities of one unit are."""

    unit: str
    unit_name: str
    communities: int
    complete: int = Field(description="Those that have every item.")
    items: list[StandingOut]

    @classmethod
    def of(cls, reach: d.Reach, units: Units) -> "ReachOut":
        return cls(
            unit=reach.unit,
            unit_name=name_of(reach.unit, units),
            communities=reach.communities,
            complete=reach.complete,
            items=[StandingOut.model_validate(asdict(standing)) for standing in reach.items],
        )


class OverviewOut(ReachOut):
    """The same with each unit directly below."""

    list_version: int
    below: list[ReachOut]


class TickIn(Wire):
    """勾选."""

    has: bool
    words: Words | None = Field(None, description="What shows it. Lies sealed.")
