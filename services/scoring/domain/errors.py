"""What scoring refuses.

Invalid
├─ UnreadablePeriod   not `current` and not YYYY-MM
├─ UnknownGroup       the city compares no such group
├─ NoSuchUnit         a field names a unit that does not act
├─ UnknownCategory    the city has no such category
├─ ProblemTwice       the same category is named twice
├─ NotADepartment     a topic is led by a department or a utility
├─ TaskTwice          two tasks of a plan have one number
├─ DueBeforeStart     a task ends before the measures begin
├─ TooManyRows        a sheet holds no more; another format does
└─ EvidenceTwice      the same document is named twice
NotAllowed
├─ NoUnit             whoever acts for a unit must be staff of one
├─ NotYourUnit        a unit opens its own numbers and those of the units below it
├─ NotYourTopic       the lead plans, the unit of a task says that it is done
├─ HadAHand           whoever had a hand in an exclusion does not decide on it
└─ NotTheAsker        whoever asked for an exclusion contests its refusal
NotFound
├─ UnknownUnit        the city has no such unit
├─ UnknownCase        no such case in the ledger, or not yours to see
├─ UnknownHotspot     no such hot spot
├─ UnknownTopic       no such topic
├─ UnknownTask        the plan has no such task
└─ UnknownExclusion   no such exclusion, or not yours to see
Conflict
├─ UnknownOrder       a fact names an order that was never dispatched
├─ UnknownDepartment  a fact names a department that was never called
├─ TopicChosenAlready one topic for a month and a unit
├─ TopicBegun         what has begun is finished, not taken back
├─ TasksOpen          a topic is closed when all its tasks are done
├─ DoneAlready        the task is done, and a plan keeps what is done
├─ NotPlanned         without a plan there is no before and after
├─ PeriodClosed       exclusions and appeals end with the close
├─ PeriodNotSettled   facts that count in the period may still come
├─ PeriodNotClosed    only what is frozen is judged
├─ EarlierPeriodOpen  periods are closed one after another
├─ LedgerBehind       facts of the period lie on the bus, and would all be late
├─ NothingCounts      a close cannot be undone, and this one is of nothing
├─ CountsNotThen      nothing of the case counts in that period
└─ AskedAlready       one exclusion for a case and a period
Unavailable
├─ LedgerUnknown      whether facts of the period lie on the bus cannot be asked
└─ ExportsUnderWay    whole ledgers are written, so many at once
"""

from datetime import date, datetime
from uuid import UUID

from shared.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Unavailable


class UnreadablePeriod(Invalid):
    """Not `current` and not YYYY-MM."""

    def __init__(self, written: str) -> None:
        super().__init__(f"{written!r} is no period; write current or YYYY-MM", field="period")


class NotYourUnit(NotAllowed):
    """A unit opens its own numbers and those of the units below it."""

    def __init__(self, unit: str) -> None:
        super().__init__(f"the cases behind the numbers of {unit} are not yours to open", unit=unit)


class NoUnit(NotAllowed):
    """Whoever acts for a unit must be staff of one."""

    def __init__(self) -> None:
        super().__init__("this token has the role unit, and no unit; ask the issuer for its unit claim")


class UnknownUnit(NotFound):
    """The city has no such unit."""

    def __init__(self, unit: str) -> None:
        super().__init__(f"there is no unit {unit}", unit=unit)


class UnknownCase(NotFound):
    """No such case in the ledger, or not yours to see."""

    def __init__(self, case_id: UUID) -> None:
        super().__init__(f"there is no case {case_id} in the ledger", case_id=str(case_id))


class UnknownOrder(Conflict):
    """A fact names an order that was never dispatched."""

    def __init__(self, work_order_id: UUID) -> None:
        super().__init__(f"work order {work_order_id} was never dispatched", work_order_id=str(work_order_id))


class UnknownDepartment(Conflict):
    """A fact names a department that was never called."""

    def __init__(self, whistle_id: UUID, unit: str) -> None:
        super().__init__(f"whistle {whistle_id} never called {unit}", whistle_id=str(whistle_id), unit=unit)


class UnknownGroup(Invalid):
    """The city compares no such group."""

    def __init__(self, group: str) -> None:
        super().__init__(f"there is no group {group}", field="group", group=group)


class NoSuchUnit(Invalid):
    """A field names a unit that does not act."""

    def __init__(self, unit: str, field: str) -> None:
        super().__init__(f"there is no unit {unit}", field=field, unit=unit)


class UnknownCategory(Invalid):
    """The city has no such category."""

    def __init__(self, category: str) -> None:
        super().__init__(f"there is no category {category}", field="problems", category=category)


class ProblemTwice(Invalid):
    """The same category is named twice."""

    def __init__(self, category: str) -> None:
        super().__init__(f"the category {category} is named twice", field="problems", category=category)


class NotADepartment(Invalid):
    """A topic is led by a department or a utility."""

    def __init__(self, unit: str) -> None:
        super().__init__(f"{unit} is no department and no utility", field="lead", unit=unit)


class TaskTwice(Invalid):
    """Two tasks of a plan have one number."""

    def __init__(self, number: int) -> None:
        super().__init__(f"two tasks have the number {number}", field="tasks", number=number)


class DueBeforeStart(Invalid):
    """A task ends before the measures begin."""

    def __init__(self, number: int) -> None:
        super().__init__(f"task {number} is due before the measures begin", field="tasks", number=number)


class TooManyRows(Invalid):
    """A sheet holds no more; another format does."""

    def __init__(self, most: int) -> None:
        super().__init__(f"an Excel sheet holds {most} rows; ask for csv or parquet", field="format")


class EvidenceTwice(Invalid):
    """The same document is named twice."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"the document {digest} is named twice", field="evidence")


class NotYourTopic(NotAllowed):
    """The lead plans, the unit of a task says that it is done."""

    def __init__(self, topic_id: UUID) -> None:
        super().__init__("this part of the topic is another unit's to do", topic_id=str(topic_id))


class HadAHand(NotAllowed):
    """Whoever had a hand in an exclusion does not decide on it."""

    def __init__(self, exclusion_id: UUID) -> None:
        super().__init__(
            "you asked for this exclusion or reviewed it already; somebody else must decide",
            exclusion_id=str(exclusion_id),
        )


class NotTheAsker(NotAllowed):
    """Whoever asked for an exclusion contests its refusal."""

    def __init__(self, exclusion_id: UUID) -> None:
        super().__init__(
            "only the unit or the desk that asked for this exclusion may contest its refusal",
            exclusion_id=str(exclusion_id),
        )


class UnknownExclusion(NotFound):
    """No such exclusion, or not yours to see."""

    def __init__(self, exclusion_id: UUID) -> None:
        super().__init__(f"there is no exclusion {exclusion_id}", exclusion_id=str(exclusion_id))


class UnknownHotspot(NotFound):
    """No such hot spot."""

    def __init__(self, hotspot_id: UUID) -> None:
        super().__init__(f"there is no hot spot {hotspot_id}", hotspot_id=str(hotspot_id))


class UnknownTopic(NotFound):
    """No such topic."""

    def __init__(self, topic_id: UUID) -> None:
        super().__init__(f"there is no topic {topic_id}", topic_id=str(topic_id))


class UnknownTask(NotFound):
    """The plan has no such task."""

    def __init__(self, number: int) -> None:
        super().__init__(f"the plan has no task {number}", number=number)


class TopicChosenAlready(Conflict):
    """One topic for a month and a unit."""

    def __init__(self, topic_id: UUID) -> None:
        super().__init__(f"the month has its topic there already: {topic_id}", topic_id=str(topic_id))


class TopicBegun(Conflict):
    """What has begun is finished, not taken back."""

    def __init__(self, topic_id: UUID, starts: date) -> None:
        super().__init__(
            f"the measures of this topic count from {starts.isoformat()} on, or one of its tasks is done: "
            "change the plan, or finish and close it",
            topic_id=str(topic_id),
            starts=starts.isoformat(),
        )


class TasksOpen(Conflict):
    """A topic is closed when all its tasks are done."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        told = ", ".join(map(str, numbers))
        super().__init__(f"tasks {told} are not done", tasks=list(numbers))


class DoneAlready(Conflict):
    """The task is done, and a plan keeps what is done."""

    def __init__(self, number: int) -> None:
        super().__init__(f"task {number} is done already", number=number)


class NotPlanned(Conflict):
    """Without a plan there is no before and after."""

    def __init__(self, topic_id: UUID) -> None:
        super().__init__("the topic has no plan yet: there is no before and after", topic_id=str(topic_id))


class PeriodClosed(Conflict):
    """Exclusions and appeals end with the close."""

    def __init__(self, period: str) -> None:
        super().__init__(f"period {period} is closed; what is frozen does not change any more", period=period)


class PeriodNotSettled(Conflict):
    """Facts that count in the period may still come."""

    def __init__(self, period: str, settled: datetime) -> None:
        super().__init__(
            f"period {period} can be closed from {settled.isoformat()} on; until then facts may count in it",
            period=period,
            settled=settled.isoformat(),
        )


class PeriodNotClosed(Conflict):
    """Only what is frozen is judged."""

    def __init__(self, period: str) -> None:
        super().__init__(f"period {period} is not closed yet; its figures may still change", period=period)


class EarlierPeriodOpen(Conflict):
    """Periods are closed one after another."""

    def __init__(self, period: str, earlier: str) -> None:
        super().__init__(f"close period {earlier} before {period}", period=period, earlier=earlier)


class LedgerBehind(Conflict):
    """Facts of the period lie on the bus; after the close all of them would be late."""

    def __init__(self, period: str, records: int, since: datetime) -> None:
        super().__init__(
            f"the ledger is {records} facts behind, and has not heard all that was said for period {period}: "
            "wait until it has, or insist, and what comes then counts in the next period",
            period=period,
            records=records,
            since=since.isoformat(),
        )


class NothingCounts(Conflict):
    """A close cannot be undone; one of a period that nothing counts in is a slip of the pen."""

    def __init__(self, period: str) -> None:
        super().__init__(f"nothing counts in period {period}: there is nothing to close", period=period)


class CountsNotThen(Conflict):
    """Nothing of the case counts in that period."""

    def __init__(self, case_id: UUID, period: str) -> None:
        super().__init__(
            f"nothing of case {case_id} counts in period {period}", case_id=str(case_id), period=period
        )


class AskedAlready(Conflict):
    """One exclusion for a case and a period."""

    def __init__(self, exclusion_id: UUID) -> None:
        super().__init__(
            f"exclusion {exclusion_id} is about this case and period already", exclusion_id=str(exclusion_id)
        )


class LedgerUnknown(Unavailable):
    """Whether the ledger has heard everything cannot be asked: the bus is away."""

    def __init__(self, period: str) -> None:
        super().__init__(
            f"the bus does not answer: nobody knows whether all that was said for period {period} was heard; "
            "try again, or insist, and what comes then counts in the next period",
            retry_after=30,
            period=period,
        )


class ExportsUnderWay(Unavailable):
    """Whole ledgers are written, so many at once."""

    def __init__(self, at_once: int) -> None:
        super().__init__(
            f"{at_once} exports are being written; ask again when one is done",
            retry_after=10,
            at_once=at_once,
        )
