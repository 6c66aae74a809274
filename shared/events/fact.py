"""A fact: a frozen model with a type and a version; unknown fields are refused when saying.

A change that breaks readers = a new class with the next version, and an upcaster from the last one in the
same file, and a golden file that must decode for ever.
"""

from datetime import UTC, datetime
from typing import Annotated, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.events.topics import CASE, Topic
from shared.kernel.ids import CaseId

FIRST, LAST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
Instant = Annotated[AwareDatetime, Field(ge=FIRST, le=LAST)]
"""A time that somebody can reckon with: it says its offset, and is not near the calendar's ends."""

Count = Annotated[int, Field(ge=0, le=2**53 - 1)]
"""How many, or the how manieth: as far as every reader of JSON can count."""
Signed = Annotated[int, Field(ge=-(2**53 - 1), le=2**53 - 1)]
"""The same of what differences may take below zero."""


class Fact(BaseModel):
    """What happened. Subclasses give `TYPE` (without the version), `VERSION` and `SOURCE`."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    TYPE: ClassVar[str]
    VERSION: ClassVar[int] = 1
    SOURCE: ClassVar[str]
    """The one service that says it."""
    TOPICS: ClassVar[tuple[Topic, ...]]
    """Where it may appear."""

    @classmethod
    def type_name(cls) -> str:
        return f"{cls.TYPE}.v{cls.VERSION}"

    def topic(self) -> Topic:
        """Where this one goes."""
        return self.TOPICS[0]

    def key(self) -> str:
        """Facts with the same key keep their order."""
        raise TypeError(f"{type(self).__name__} names no key")


class CaseFact(Fact):
    """A fact about a case; its key is the case."""

    TOPICS: ClassVar[tuple[Topic, ...]] = (CASE,)
    case_id: CaseId

    def key(self) -> str:
        return str(self.case_id)
