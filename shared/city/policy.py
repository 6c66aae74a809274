"""The city's policy file, typed: every limit, window, weight and reason is data with its source.

Read by `load_policy`; quoted on decisions by version. Nothing here decides anything.
"""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import Field, field_validator, model_validator

from shared.city.coordinates import Bounds
from shared.city.documents import Document, Entry
from shared.city.errors import UnreadableWindow
from shared.city.limits import Limit, Window
from shared.city.policy_limits import (
    Conference,
    Extension,
    Modes,
    PolicyLimit,
    Returns,
    Sourced,
    Text,
    TierLimits,
    Whistle,
)
from shared.city.policy_scoring import Appraisal, Classes, Hotspots, Period, Score, Share, Supervision, Topics
from shared.kernel.words import CallbackChannel, DeclineReason


class CallbackHours(Entry):
    """The local hours in which citizens may be called."""

    opens: time
    closes: time

    @model_validator(mode="after")
    def _opens_before_it_closes(self) -> "CallbackHours":
        try:
            self.window  # noqa: B018 — the window refuses itself
        except UnreadableWindow as refusal:
            raise ValueError(refusal.message) from None
        return self

    @property
    def window(self) -> Window:
        """The same hours as the calendar takes them."""
        return Window(self.opens, self.closes)


class Callback(Sourced):
    """回访: the attempt ladder, the hours, the link, what is sent, the shares that are called and checked."""

    attempts: Annotated[tuple[PolicyLimit, ...], Field(min_length=1, max_length=10)]
    hours: CallbackHours
    link_days: Annotated[int, Field(ge=1, le=90)]
    sampling: Annotated[Decimal, Field(ge=Decimal("0.1"), le=1)]
    """The share of cases whose citizens are asked, drawn by case id."""
    recheck: Share = Decimal("0.05")
    """质检: the share of phone results that another caller asks about once more."""
    messages: tuple[Literal[CallbackChannel.LINK, CallbackChannel.IVR], ...] = (CallbackChannel.LINK,)
    """What is sent of itself when a callback falls due: a link, a call that is answered by keys."""

    @field_validator("attempts")
    @classmethod
    def _climbs(cls, attempts: tuple[Limit, ...]) -> tuple[Limit, ...]:
        if any(each.is_workdays for each in attempts):
            raise ValueError("attempts are counted in hours or minutes")
        waits = [each.duration for each in attempts]
        if waits != sorted(set(waits)):
            raise ValueError("each attempt must come later than the one before")
        return attempts


class Redo(Sourced):
    """重办: how often, before it is supervised."""

    max_redo: Annotated[int, Field(ge=0, le=10)]


class Reason(Entry):
    """One named reason, and where the citizen can go instead."""

    code: DeclineReason
    zh: Text
    en: Text
    go_to: str = ""
    go_to_en: str = ""

    def of(self, language: str) -> tuple[str, str]:
        """The reason and where to go, in one of the two languages citizens are answered in."""
        return (self.en, self.go_to_en) if language == "en" else (self.zh, self.go_to)


class Reasons(Sourced):
    """A closed list of the eight reasons."""

    reasons: tuple[Reason, ...]

    @field_validator("reasons")
    @classmethod
    def _all_eight(cls, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
        codes = [reason.code for reason in reasons]
        wrong = [*(c for c in DeclineReason if c not in codes), *(c for c in codes if codes.count(c) > 1)]
        if wrong:
            raise ValueError(f"each of the eight reasons must stand here once; look at {wrong[0]}")
        return reasons


class Classifying(Sourced):
    """分类: the confidence below which a dispatcher decides, and how far the text model is heard."""

    threshold: Annotated[float, Field(gt=0, lt=1)]
    model_weight: Annotated[float, Field(ge=0, le=1)]
    """What the model's own confidence is multiplied by; 0: rules go alone."""


class Duplicates(Sourced):
    """并案: when two requests are taken for one matter, and when near-by ones are offered for joining."""

    days: Annotated[int, Field(ge=1, le=365)]
    """How long ago the other one may have come in."""
    distance_m: Annotated[int, Field(ge=50, le=2000)]
    """How far away one is offered."""
    apart_m: Annotated[int, Field(ge=50, le=20_000)]
    """From this distance on, one caller's two requests are two matters."""
    repeat_likeness: Annotated[float, Field(gt=0, le=1)]
    """What the same caller's words must share to be linked without asking."""
    nearby_likeness: Annotated[float, Field(gt=0, le=1)]
    """What a stranger's words must share to be offered."""
    unknown_category_factor: Annotated[float, Field(ge=1, le=10)]
    """How many times as much, where the category of one is not known."""
    offers: Annotated[int, Field(ge=1, le=20)]
    """How many are offered at most."""
    offer_hours: Annotated[int, Field(ge=1, le=720)]
    """How long an offer can be taken up."""


class Knowledge(Sourced):
    """知识库: how like an entry a question must be to be answered without a person."""

    threshold: Annotated[float, Field(gt=0, le=1)]


class Anonymising(Sourced):
    """匿名化: how long after its end a case still knows who asked."""

    after_days: Annotated[int, Field(ge=1, le=36_500)]


class CityBounds(Sourced):
    """The wgs84 rectangle outside which a coordinate is refused."""

    west: Annotated[float, Field(ge=-180, le=180)]
    south: Annotated[float, Field(ge=-90, le=90)]
    east: Annotated[float, Field(ge=-180, le=180)]
    north: Annotated[float, Field(ge=-90, le=90)]

    @model_validator(mode="after")
    def _has_an_inside(self) -> "CityBounds":
        if self.west >= self.east or self.south >= self.north:
            raise ValueError("bounds must run from west to east and from south to north")
        return self

    @property
    def rectangle(self) -> Bounds:
        """The same bounds as `inside` takes them."""
        return Bounds(self.west, self.south, self.east, self.north)


class Policy(Entry):
    """政策: one version of everything a city may set."""

    version: Text
    effective_from: date
    timezone: Text
    feedback: TierLimits
    dispatch: TierLimits
    sign: TierLimits
    due_soon: TierLimits
    """How long before the deadline it is told that it is near."""
    returns: Returns
    extension: Extension
    modes: Modes
    conference: Conference
    whistle: Whistle
    callback: Callback
    score: Score
    period: Period
    classes: Classes
    supervision: Supervision
    appraisal: Appraisal
    hotspots: Hotspots
    topics: Topics
    redo: Redo
    exclusion: Reasons
    decline: Reasons
    classifying: Classifying
    duplicates: Duplicates
    knowledge: Knowledge
    anonymising: Anonymising
    bounds: CityBounds

    @field_validator("timezone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{name} is no time zone") from None

    @property
    def zone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.timezone)


def load_policy(text: str, *, filename: str) -> Policy:
    """Read a policy file, or refuse it with file, line and reason."""
    return Document.parse(text, filename=filename).read_as(Policy)
