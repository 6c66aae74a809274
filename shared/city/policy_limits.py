"""The policy's time limits: feedback, dispatch and sign by tier, returns, extension, whistle."""

from typing import Annotated

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from shared.city.documents import Entry
from shared.city.errors import UnreadableLimit
from shared.city.limits import Limit
from shared.kernel.words import Blower, Tier, WhistleKind


def _limit(written: object) -> Limit:
    if isinstance(written, Limit):
        return written
    try:
        return Limit.parse(str(written))
    except UnreadableLimit as refusal:
        raise ValueError(refusal.message) from None


PolicyLimit = Annotated[Limit, BeforeValidator(_limit), PlainSerializer(str, return_type=str)]
Text = Annotated[str, Field(min_length=1)]


class Sourced(Entry):
    """A group of settings and where they come from."""

    source: Text


class TierLimits(Sourced):
    """One limit for each urgency tier."""

    urgent: PolicyLimit
    utilities: PolicyLimit
    general: PolicyLimit
    complex: PolicyLimit

    def of(self, tier: Tier) -> Limit:
        """The limit of this tier."""
        return {
            Tier.URGENT: self.urgent,
            Tier.UTILITIES: self.utilities,
            Tier.GENERAL: self.general,
            Tier.COMPLEX: self.complex,
        }[tier]


class Returns(Sourced):
    """退单: how long and how often an order may be handed back."""

    once_per_unit: bool
    window: PolicyLimit
    max_returns: Annotated[int, Field(ge=0, le=10)]
    adjudication: PolicyLimit


class Extension(Sourced):
    """延期: how often, and at most how many times the original limit again; the desk approves it."""

    max_times: Annotated[int, Field(ge=0, le=5)]
    at_most_original_times: Annotated[int, Field(ge=1, le=5)]


class Modes(Sourced):
    """办理模式: what the modes that mean a limit mean."""

    special_sign: PolicyLimit
    """特事特办: how soon it is signed for, whatever its tier."""
    dedicated_plan: PolicyLimit
    """难题专办: how far from the clock's start the reviewed plan may reach."""


class Conference(Sourced):
    """联席会商: how often a case's responsibility is divided anew."""

    max_divisions: Annotated[int, Field(ge=0, le=5)]


class ReportIn(Entry):
    """报到时限 by kind of whistle."""

    emergency: PolicyLimit
    joint_enforcement: PolicyLimit
    key_work: PolicyLimit

    def of(self, kind: WhistleKind) -> Limit:
        """The limit for this kind of whistle."""
        return {
            WhistleKind.EMERGENCY: self.emergency,
            WhistleKind.JOINT_ENFORCEMENT: self.joint_enforcement,
            WhistleKind.KEY_WORK: self.key_work,
        }[kind]


class Blowers(Entry):
    """Some of those who blow, by kind of whistle."""

    emergency: tuple[Blower, ...] = ()
    joint_enforcement: tuple[Blower, ...] = ()
    key_work: tuple[Blower, ...] = ()

    def of(self, kind: WhistleKind) -> tuple[Blower, ...]:
        """Those for this kind of whistle."""
        return {
            WhistleKind.EMERGENCY: self.emergency,
            WhistleKind.JOINT_ENFORCEMENT: self.joint_enforcement,
            WhistleKind.KEY_WORK: self.key_work,
        }[kind]


class Whistle(Sourced):
    """吹哨: who blows which, how soon departments sign, make contact and report in."""

    blown_by: Blowers
    approval: Blowers = Blowers()
    """审批: whose whistles the unit above approves before any department hears of them."""
    sign: PolicyLimit
    contact: PolicyLimit
    report_in: ReportIn

    @model_validator(mode="after")
    def _only_who_may_blow_waits(self) -> "Whistle":
        for kind in WhistleKind:
            idle = [each for each in self.approval.of(kind) if each not in self.blown_by.of(kind)]
            if idle:
                raise ValueError(f"approval names {idle[0]} for {kind}, who may not blow it")
        return self
