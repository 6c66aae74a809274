"""What grid refuses, by name.

NotFound
├── UnknownWhistle      none with this id, or the asker is no party to it
├── UnknownIncident     none with this id, or another unit's
├── UnknownCase         no dispatch of this case was heard
└── NotCalled           the whistle does not name this department
NotAllowed
├── NoUnit              the asker is staff of no unit
├── MayNotBlow          the policy opens this kind to others
├── NotTheApprover      another unit is asked whether it is blown
├── ForeignCase         the case is another unit's
├── MayNotReport        only a street's or community's grid workers may
├── NotYourIncident     its own unit and the street above it act on it
├── NotTheBlower        only who blew may score, close, cancel
└── NotYourCall         a department moves its own call only
Conflict
├── CaseNotInHand       the case is done, or between two units
├── IncidentIdTaken     the same id, but another incident
├── NotScorableYet      neither acted nor late
├── NotAllScored        a whistle closes when every department is scored
└── SomebodyReportedIn  too late to take the whistle back
Invalid
├── DepartmentsMiscounted · DepartmentRefused
├── SiteMissing · SiteRefused · SpotMissing · SpotIncomplete
├── FilterRefused       the queue is asked for a unit that does not exist
├── IncidentIdRefused · CategoryRefused · RecordedWhen
└── ScoreOutOfRange
"""

from shared.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from shared.kernel.ids import CaseId, IncidentId, UnitCode, WhistleId
from shared.kernel.words import Blower, WhistleKind


class UnknownWhistle(NotFound):
    """None with this id, or not the asker's to see: the answer is the same."""

    def __init__(self, whistle_id: WhistleId) -> None:
        super().__init__(f"there is no whistle {whistle_id}", whistle_id=str(whistle_id))


class UnknownIncident(NotFound):
    """None with this id, or not the asker's to see: the answer is the same."""

    def __init__(self, incident_id: IncidentId) -> None:
        super().__init__(f"there is no incident {incident_id}", incident_id=str(incident_id))


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
        super().__init__("your sign-in names no unit; whistles and incidents are units' own")


class MayNotBlow(NotAllowed):
    """The policy says who blows which kind."""

    def __init__(self, unit: UnitCode, kind: WhistleKind, blowers: tuple[Blower, ...]) -> None:
        super().__init__(
            f"{unit} may not blow this; {kind.replace('_', ' ')} is blown by: {', '.join(blowers)}",
            unit=unit,
            kind=kind,
            blowers=list(blowers),
        )


class NotTheApprover(NotAllowed):
    """Another unit is asked whether departments are called, or nobody is."""

    def __init__(self, unit: UnitCode, approver: UnitCode | None) -> None:
        super().__init__(f"{unit} is not asked whether this whistle is blown", unit=unit, approver=approver)


class ForeignCase(NotAllowed):
    """The case is another unit's."""

    def __init__(self, case_id: CaseId, unit: UnitCode) -> None:
        super().__init__(
            f"case {case_id} is not led by {unit} nor by one of its communities",
            case_id=str(case_id),
            unit=unit,
        )


class MayNotReport(NotAllowed):
    """Grid workers belong to a street or community."""

    def __init__(self, unit: UnitCode) -> None:
        super().__init__(f"{unit} is no street and no community; only their workers report", unit=unit)


class NotYourIncident(NotAllowed):
    """Seen from above, but acted on by its own unit or the street."""

    def __init__(self, unit: UnitCode, reported_by: UnitCode) -> None:
        super().__init__(
            f"the incident is {reported_by}'s; {unit} may look on", unit=unit, reported_by=reported_by
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
            f"case {case_id} is {standing.replace('_', ' ')}; this needs a case that a unit has in hand",
            case_id=str(case_id),
            standing=standing,
        )


class IncidentIdTaken(Conflict):
    """The id names another incident already; a terminal makes a new one for each."""

    def __init__(self, incident_id: IncidentId) -> None:
        super().__init__(
            f"{incident_id} is another incident already; make a new id", incident_id=str(incident_id)
        )


class NotScorableYet(Conflict):
    """Neither acted nor late."""

    def __init__(self, unit: UnitCode, state: str) -> None:
        super().__init__(
            f"{unit} stands at {state.replace('_', ' ')} and is not late; score it when it has acted",
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
    """What is alone must say where; so must a whistle on a case whose place is not known."""

    def __init__(self, field: str) -> None:
        super().__init__("say where it is: a longitude and latitude, or a unit", field=field)


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


class IncidentIdRefused(Invalid):
    """Ids are ordered by time, here and at the terminals."""

    def __init__(self) -> None:
        super().__init__("an incident's id is a UUID of version 7", field="incident_id")


class CategoryRefused(Invalid):
    """The city has no such category."""

    def __init__(self) -> None:
        super().__init__(
            "the city has no such category; GET /v1/categories of router lists them", field="category"
        )


class RecordedWhen(Invalid):
    """A clock that is a day wrong is taken; one that is years wrong says nothing."""

    def __init__(self) -> None:
        super().__init__("recorded_at lies too far from now; check the terminal's clock", field="recorded_at")


class ScoreOutOfRange(Invalid):
    """A score is 1 to 5."""

    def __init__(self, score: int) -> None:
        super().__init__(f"a score is 1 to 5, not {score}", field="score", score=score)
