"""What grid refuses, by name.

NotFound
├── UnknownWhistle      none with this id, or the asker is no party to it
├── UnknownCase         no dispatch of this case was heard
└── NotCalled           the whistle does not name this department
NotAllowed
├── NoUnit              the asker is staff of no unit
├── MayNotBlow          only a street or community may
├── ForeignCase         the case is another unit's
├── NotTheBlower        only who blew may score, close, cancel
└── NotYourCall         a department moves its own call only
Conflict
├── CaseNotInHand       the case is done, or between two units
├── NotScorableYet      neither acted nor late
├── NotAllScored        a whistle closes when every department is scored
└── SomebodyReportedIn  too late to take the whistle back
Invalid
├── DepartmentsMiscounted · DepartmentRefused
├── SiteMissing · SiteRefused · SpotMissing · SpotIncomplete
├── FilterRefused       the queue is asked for a unit that does not exist
└── ScoreOutOfRange
"""

from shared.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.kernel.ids import CaseId, UnitCode, WhistleId


class UnknownWhistle(NotFound):
    """None with this id, or not the asker's to see: the answer is the same."""

    def __init__(self, whistle_id: WhistleId) -> None:
        super().__init__(f"there is no whistle {whistle_id}", whistle_id=str(whistle_id))


class UnknownCase(NotFound):
    """No dispatch of this case was heard."""

    def __init__(self, case_id: CaseId) -> None:
        super().__init__(f"no unit has been given a case {case_id}", case_id=str(case_id))


class NotCalled(NotFound):
    """The whistle does not name this department."""

    def __init__(self, unit: UnitCode) -> None:
        super().__init__(f"the whistle does not call {unit}", unit=unit)


class NoUnit(NotAllowed):
    """The asker is staff of no unit."""

    def __init__(self) -> None:
        super().__init__("your sign-in names no unit; whistles are between units")


class MayNotBlow(NotAllowed):
    """Only a street or community may blow."""

    def __init__(self, unit: UnitCode) -> None:
        super().__init__(f"{unit} is no street and no community; only these may blow", unit=unit)


class ForeignCase(NotAllowed):
    """The case is another unit's."""

    def __init__(self, case_id: CaseId, unit: UnitCode) -> None:
        super().__init__(
            f"case {case_id} is not led by {unit} nor by one of its communities",
            case_id=str(case_id),
            unit=unit,
        )


class NotTheBlower(NotAllowed):
    """Only who blew may score, close and cancel."""

    def __init__(self, unit: UnitCode, blown_by: UnitCode) -> None:
        super().__init__(f"the whistle was blown by {blown_by}, not by {unit}", unit=unit, blown_by=blown_by)


class NotYourCall(NotAllowed):
    """A department moves its own call only."""

    def __init__(self, unit: UnitCode, asked_for: UnitCode) -> None:
        super().__init__(f"{unit} cannot act for {asked_for}", unit=unit, asked_for=asked_for)


class CaseNotInHand(Conflict):
    """The case is done, or between two units."""

    def __init__(self, case_id: CaseId, standing: str) -> None:
        super().__init__(
            f"case {case_id} is {standing.replace('_', ' ')}; a whistle needs a case that a unit has in hand",
            case_id=str(case_id),
            standing=standing,
        )


class NotScorableYet(Conflict):
    """Neither acted nor late."""

    def __init__(self, unit: UnitCode, state: str) -> None:
        super().__init__(
            f"{unit} has {state.replace('_', ' ')} and is not late; score it when it has acted",
            unit=unit,
            state=state,
        )


class NotAllScored(Conflict):
    """A whistle closes when every department is scored."""

    def __init__(self, units: tuple[UnitCode, ...]) -> None:
        super().__init__(f"still to be scored: {', '.join(units)}", units=list(units))


class SomebodyReportedIn(Conflict):
    """Too late to take the whistle back."""

    def __init__(self, units: tuple[UnitCode, ...]) -> None:
        super().__init__(
            f"{', '.join(units)} reported in already; score and close the whistle instead", units=list(units)
        )


class DepartmentsMiscounted(Invalid):
    """A whistle names one to twelve departments."""

    def __init__(self, count: int, most: int) -> None:
        super().__init__(
            f"a whistle names 1 to {most} departments, not {count}", field="departments", count=count
        )


class DepartmentRefused(Invalid):
    """One of the named departments cannot be called."""

    def __init__(self, index: int, unit: UnitCode, why: str) -> None:
        super().__init__(f"{unit} {why}", field=f"departments.{index}", unit=unit)


class SiteMissing(Invalid):
    """A whistle that is blown alone must say where; so must one on a case whose place is not known."""

    def __init__(self) -> None:
        super().__init__("say where the site is: a longitude and latitude, or a unit", field="site")


class SiteRefused(Invalid):
    """The site is not in the city, or is no place."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(why, field=field)


class SpotMissing(Invalid):
    """The site has coordinates, so whoever reports in must say where it stands."""

    def __init__(self) -> None:
        super().__init__("the site has coordinates: say with lng and lat where you stand", field="lng")


class SpotIncomplete(Invalid):
    """A longitude without a latitude, or the other way round."""

    def __init__(self, field: str) -> None:
        super().__init__("a spot is lng and lat together", field=field)


class FilterRefused(Invalid):
    """The queue is asked for a unit that does not exist."""

    def __init__(self, unit: UnitCode) -> None:
        super().__init__(f"{unit} is no unit of the directory", field="unit", unit=unit)


class ScoreOutOfRange(Invalid):
    """A score is 1 to 5."""

    def __init__(self, score: int) -> None:
        super().__init__(f"a score is 1 to 5, not {score}", field="score", score=score)
