"""How a case ended, as anybody may read it over HTTP, and in what that differs from what was expected."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

LATENESS = timedelta(minutes=30)
"""What the machine's own time may add to a story's: restarts of killed services, slow machines."""


@dataclass(frozen=True, slots=True)
class Part:
    """主办 or 协办: one unit's work order, the last one of each unit."""

    unit: str
    name: str
    role: str
    state: str
    sign_by: datetime
    signed_at: datetime | None
    resolve_by: datetime
    resolved_at: datetime | None
    assigned_to: str | None = None
    assigned_name: str | None = None

    @property
    def signed_in_time(self) -> bool:
        return self.signed_at is not None and self.signed_at <= self.sign_by

    @property
    def resolved_in_time(self) -> bool:
        return self.resolved_at is not None and self.resolved_at <= self.resolve_by


@dataclass(frozen=True, slots=True)
class CalledDepartment:
    """A department on a whistle: came or not, on the site or not, its score."""

    unit: str
    name: str
    reported_in: bool
    in_time: bool
    on_site: bool | None
    score: int | None


@dataclass(frozen=True, slots=True)
class WhistleEnding:
    """吹哨 with its departments."""

    kind: str
    state: str
    departments: tuple[CalledDepartment, ...]


@dataclass(frozen=True, slots=True)
class DeliberationEnding:
    """说议筹办评: what residents decided, gave, did, and said of it."""

    community: str
    state: str
    options: tuple[str, ...]
    """What became of each: dropped, piloted, adopted, or still open."""
    meetings: int
    present: int
    """At the meeting that decided."""
    placards: int
    """For what was adopted."""
    commitments: int
    money_fen: int
    work_hours: int
    things: int
    tasks: int
    tasks_done: int
    satisfied: int
    """Satisfied or basically so."""
    voices: int
    micro_projects: tuple[str, ...]
    citizen_read: tuple[str, ...]
    """What the case's timeline told of it."""


@dataclass(frozen=True, slots=True)
class CallbackEnding:
    """回访: what the citizen said, and how he was reached."""

    state: str
    channel: str | None = None
    contacted: bool | None = None
    solved: str | None = None
    satisfied: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """One case at its end."""

    title: str
    case_id: str
    tracking_number: str
    state: str
    citizen_sees: str
    category: str | None
    tier: str | None
    clause: str | None
    listed_clauses: tuple[str, ...]
    parts: tuple[Part, ...]
    rulings: tuple[str, ...]
    whistle: WhistleEnding | None
    callback: CallbackEnding | None
    proactive: bool
    linked_case_id: str | None
    registered_at: datetime
    resolved_at: datetime | None
    deliberation: DeliberationEnding | None = None

    @property
    def lead(self) -> Part | None:
        return next((part for part in self.parts if part.role == "lead"), None)

    @property
    def co_units(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if part.role == "co")

    @property
    def took(self) -> timedelta | None:
        """From the citizen's word to the unit's."""
        return self.resolved_at - self.registered_at if self.resolved_at else None


@dataclass(frozen=True, slots=True)
class Expected:
    """Where a case belongs."""

    lead: str
    co_units: tuple[str, ...]
    tier: str
    took: timedelta
    callback: CallbackEnding
    assigned_to: str | None = None
    rulings: tuple[str, ...] = ()
    whistle: tuple[str, ...] = ()
    linked_to: str | None = None
    deliberation: DeliberationEnding | None = None


def differences(ending: Ending, expected: Expected, *, is_driven: bool) -> list[str]:
    """In what a case ended elsewhere, in words; nothing when it is where it belongs."""
    return [
        *_compared(ending, expected),
        *_unkept_deadlines(ending),
        *_missed_calls(ending.whistle),
        *(_wrong_time(ending, expected) if is_driven else ()),
    ]


def _compared(ending: Ending, expected: Expected) -> Iterator[str]:
    lead = ending.lead
    called = ending.whistle.departments if ending.whistle else ()
    pairs: tuple[tuple[str, object, object], ...] = (
        ("state", ending.state, "closed"),
        ("the state the citizen sees", ending.citizen_sees, "closed"),
        ("tier", ending.tier, expected.tier),
        ("lead", lead.unit if lead else None, expected.lead),
        ("co-units", sorted(part.unit for part in ending.co_units), sorted(expected.co_units)),
        ("assigned to", lead.assigned_to if lead else None, expected.assigned_to),
        ("rulings", ending.rulings, expected.rulings),
        ("whistle to", sorted(each.unit for each in called), sorted(expected.whistle)),
        ("callback", ending.callback, expected.callback),
        ("linked case", ending.linked_case_id, expected.linked_to),
        ("deliberation", ending.deliberation, expected.deliberation),
        ("proactive", ending.proactive, expected.linked_to is not None),
    )
    for what, found, wanted in pairs:
        if found != wanted:
            yield f"{what}: expected {wanted}, is {found}"
    if ending.clause not in ending.listed_clauses:
        yield f"clause: {ending.clause} is not in the responsibility list for {ending.category}"


def _unkept_deadlines(ending: Ending) -> Iterator[str]:
    for part in ending.parts:
        if not part.signed_in_time:
            yield f"{part.name} signed at {part.signed_at}, owed by {part.sign_by}"
        if not part.resolved_in_time:
            yield f"{part.name} was done at {part.resolved_at}, owed by {part.resolve_by}"
    if len({part.resolve_by for part in ending.parts}) > 1:
        yield "lead and co-units have more than one deadline"


def _missed_calls(whistle: WhistleEnding | None) -> Iterator[str]:
    if whistle is None:
        return
    if whistle.state != "closed":
        yield f"whistle: expected closed, is {whistle.state}"
    for called in whistle.departments:
        if not (called.reported_in and called.in_time and called.on_site):
            yield f"{called.name} did not report in on the site in time"
        if called.score is None:
            yield f"{called.name} was not scored"


def _wrong_time(ending: Ending, expected: Expected) -> Iterator[str]:
    took = ending.took
    if took is None or not expected.took <= took <= expected.took + LATENESS:
        yield f"time: expected about {expected.took}, is {took}"
