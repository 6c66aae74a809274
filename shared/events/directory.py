"""What router says of the directory: its units, and lists as they are published."""

from datetime import date
from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from shared.events.fact import Count, Fact
from shared.events.router import ROUTER
from shared.events.topics import DIRECTORY, Topic
from shared.kernel.ids import UnitCode
from shared.kernel.words import UnitLevel


class OtherName(BaseModel):
    """别名: how a unit, or an estate or road in it, is called too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: str
    kind: str


class UnitChanged(Fact):
    """A unit of the directory as it is now; a closed one owes nothing new."""

    TYPE: ClassVar[str] = "jiesu.unit.changed"
    SOURCE: ClassVar[str] = ROUTER
    TOPICS: ClassVar[tuple[Topic, ...]] = (DIRECTORY,)

    code: UnitCode
    name: str
    level: UnitLevel
    parent_code: UnitCode | None
    closed: bool = False
    aliases: tuple[OtherName, ...] = ()
    grids: tuple[str, ...] = ()
    """网格编码: the codes of its areas on the map, by which a caller may name the place."""

    def key(self) -> str:
        return self.code


class ResponsibilityPublished(Fact):
    """权责清单: a version was published; it is applied from its first day on, by the city's clock."""

    TYPE: ClassVar[str] = "jiesu.responsibility.published"
    SOURCE: ClassVar[str] = ROUTER
    TOPICS: ClassVar[tuple[Topic, ...]] = (DIRECTORY,)

    list_version: str
    effective_from: date
    effective_until: date | None
    sha256: str
    items: Count

    def key(self) -> str:
        return f"responsibilities {self.list_version}"
