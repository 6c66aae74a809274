"""The suite as a local run knows it: five services, in the order a case walks through them, one port each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module

BASE_PORT = 8101


@dataclass(frozen=True, slots=True)
class Member:
    """One service of the suite, known by its name and not yet loaded."""

    name: str
    doorplate: str

    @property
    def module(self) -> str:
        """What `python -m` runs."""
        return f"services.{self.name}"

    def wrong(self, told: Mapping[str, str]) -> dict[str, str]:
        """What of the variables it is told the service would refuse, by name."""
        from pydantic import ValidationError

        from shared.kernel.settings import wrong

        kind = getattr(import_module(f"{self.module}.settings"), f"{self.name.title()}Settings")
        said = {
            key.removeprefix("JIESU_").lower(): text for key, text in told.items() if key.startswith("JIESU_")
        }
        try:
            kind(**said)
        except ValidationError as error:
            return wrong(error)
        return {}

    def heard(self) -> tuple[str, ...]:
        """The topics its group reads. Its consumer is loaded to know, which takes a second."""
        from shared.bus.subscriptions import Subscriptions

        return Subscriptions(import_module(f"{self.module}.consumer").SUBSCRIPTIONS).topics


SUITE = (
    Member("intake", "受理 registers every request"),
    Member("router", "派单 finds the unit and keeps the status"),
    Member("grid", "吹哨报到 whistles, visits, deliberations"),
    Member("survey", "回访 calls the citizen back"),
    Member("scoring", "三率 scores every unit"),
)
NAMES = tuple(member.name for member in SUITE)


def ports(members: Sequence[Member] = SUITE, *, base_port: int = BASE_PORT) -> dict[str, int]:
    """Each one's port: one after another from the base."""
    return {member.name: base_port + floor for floor, member in enumerate(members)}
