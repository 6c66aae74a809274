"""What router refuses, by name.

NotFound
├─ UnknownCase · UnknownOrder (also: not yours to see)
NotAllowed
├─ NotAnswerable            the community helps, but the street answers
├─ SupervisorOnly           a deadline moved by a plan is a supervisor's to approve
└─ ConfidentialCitizen      the units do not learn who asked
Stale
└─ CaseMovedOn
Conflict
├─ MoveNotAllowed           (shared.lifecycle) the table has no such move from this state
├─ OrderOver                the case went on with another order
├─ LeadOnly                 a co-unit does its part, it does not move the case
├─ SignFirst                whom to call is told to who is at work
├─ AdjudicateFirst          a returned case goes on by a ruling, not by a plain dispatch
├─ AlreadyReturned · ReturnWindowOver · BackstopStands
├─ ReturnedBefore · NobodyAbove · DivisionsUsed
├─ ExtensionsUsed · AlreadySupervised · PlanStands · NoCoUnits · SupervisedIsDedicated
├─ UnfitMergeTarget
└─ TooFewTexts              nothing can be learned from so little
Invalid
├─ TextNeeded · WordsUnreadable · MergeIntoItself
├─ NotItsCommunity · CategoryNeeded · TooManyCoUnits · ReasonNeeded
├─ LeadNeeded · CoUnitsNeeded · RedirectToItself · RulingKeepsTheUnit · NotARuling · OneLeadNeeded
├─ SameMatter · PeriodReversed · PeriodTooLong · PlanNeeded · PlanNotMeant
└─ BadExtension · BadReview · BadPlan
"""

from datetime import datetime

from shared.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, Stale


class UnknownCase(NotFound):
    def __init__(self, case_id: object) -> None:
        super().__init__(f"there is no case {case_id}", case_id=str(case_id))


class UnknownOrder(NotFound):
    """Said also of an order of somebody else: a stranger must not learn that it exists."""

    def __init__(self, order_id: object) -> None:
        super().__init__(f"there is no work order {order_id} for you", work_order_id=str(order_id))


class NotAnswerable(NotAllowed):
    def __init__(self, unit: str) -> None:
        super().__init__(f"the order belongs to {unit}; the unit it was passed to cannot do this", unit=unit)


class SupervisorOnly(NotAllowed):
    def __init__(self, what: str) -> None:
        super().__init__(f"{what} is a supervisor's to approve")


class ConfidentialCitizen(NotAllowed):
    """保密: survey calls back, and nobody else learns who it was."""

    def __init__(self) -> None:
        super().__init__("the citizen asked to stay unknown to the units; survey calls back")


class SignFirst(Conflict):
    def __init__(self) -> None:
        super().__init__("only a unit that has signed and is at work calls the citizen")


class CaseMovedOn(Stale):
    def __init__(self, version: int) -> None:
        super().__init__("the case has changed since you read it; read it again", version=version)


class OrderOver(Conflict):
    def __init__(self, state: str) -> None:
        super().__init__(f"this work order is over ({state}); the case went on without it", state=state)


class LeadOnly(Conflict):
    def __init__(self, move: str) -> None:
        super().__init__(f"only the lead unit's order can {move}", move=move)


class AdjudicateFirst(Conflict):
    def __init__(self) -> None:
        super().__init__("a returned case is sent on by a ruling; adjudicate it")


class AlreadyReturned(Conflict):
    def __init__(self, unit: str) -> None:
        super().__init__(f"{unit} has returned this case once; it cannot return it again", unit=unit)


class ReturnWindowOver(Conflict):
    def __init__(self, until: datetime) -> None:
        super().__init__(f"orders can be returned until {until.isoformat()} only", until=until.isoformat())


class BackstopStands(Conflict):
    def __init__(self, unit: str) -> None:
        super().__init__(f"the case was returned too often; {unit} is its backstop and keeps it", unit=unit)


class ReturnedBefore(Conflict):
    """What was returned and sent on never comes back: that is how a case would go to and fro."""

    def __init__(self, unit: str) -> None:
        super().__init__(f"{unit} has returned this case; it can be left there, not sent there", unit=unit)


class NobodyAbove(Conflict):
    def __init__(self, unit: str) -> None:
        super().__init__(f"there is nobody above {unit} who could take the case over", unit=unit)


class DivisionsUsed(Conflict):
    def __init__(self, at_most: int) -> None:
        super().__init__(f"conferences divide a case {at_most} time(s) at most", at_most=at_most)


class PlanStands(Conflict):
    def __init__(self) -> None:
        super().__init__("the case has its plan; a deadline is planned once")


class SupervisedIsDedicated(Conflict):
    def __init__(self) -> None:
        super().__init__("a supervised case is handled as dedicated; give it a leader and a plan")


class NoCoUnits(Conflict):
    def __init__(self) -> None:
        super().__init__("platform-assisted is handled with co-units, and the case has none")


class ExtensionsUsed(Conflict):
    def __init__(self, at_most: int) -> None:
        super().__init__(f"a case can be extended {at_most} time(s)", at_most=at_most)


class AlreadySupervised(Conflict):
    def __init__(self) -> None:
        super().__init__("the case is supervised already")


class UnfitMergeTarget(Conflict):
    def __init__(self, state: str) -> None:
        super().__init__(f"a case cannot be merged into one that is {state}", state=state)


class TooFewTexts(Conflict):
    def __init__(self, categories: int, texts: int) -> None:
        super().__init__(
            f"a model needs {categories} categories with at least {texts} texts each",
            categories=categories,
            texts=texts,
        )


class MergeIntoItself(Invalid):
    def __init__(self) -> None:
        super().__init__("a case cannot be merged into itself", field="into_case_id")


class TextNeeded(Invalid):
    def __init__(self, field: str) -> None:
        super().__init__(f"{field} must say something", field=field)


class WordsUnreadable(Invalid):
    def __init__(self, where: str) -> None:
        super().__init__(f"the sealed words do not have the agreed form ({where or 'body'})", where=where)


class NotItsCommunity(Invalid):
    def __init__(self, unit: str, to_unit: str) -> None:
        super().__init__(f"{to_unit} is no community of {unit}", field="to_unit", unit=unit)


class CategoryNeeded(Invalid):
    def __init__(self) -> None:
        super().__init__("the case has no category yet; name one", field="category")


class TooManyCoUnits(Invalid):
    def __init__(self, at_most: int) -> None:
        super().__init__(f"at most {at_most} co-units", field="co_units", at_most=at_most)


class ReasonNeeded(Invalid):
    """A departure from the list or from the rules' tier is allowed, and must say why."""

    def __init__(self, departs_from: str) -> None:
        super().__init__(f"this departs from {departs_from}; give the reason", field="reason")


class LeadNeeded(Invalid):
    def __init__(self) -> None:
        super().__init__("the ruling must name the unit that leads from now on", field="lead")


class CoUnitsNeeded(Invalid):
    def __init__(self) -> None:
        super().__init__("a division must name co-units beside the lead", field="co_units")


class RedirectToItself(Invalid):
    def __init__(self, unit: str) -> None:
        super().__init__(f"{unit} returned the case; to leave it there, uphold the dispatch", field="lead")


class RulingKeepsTheUnit(Invalid):
    def __init__(self, unit: str) -> None:
        super().__init__(
            f"upholding leaves the case with {unit}; to send it elsewhere, redirect", field="lead"
        )


class NotARuling(Invalid):
    def __init__(self, ruling: str) -> None:
        super().__init__(f"{ruling} is given by the clock or by the policy, not by hand", field="ruling")


class BadExtension(Invalid):
    def __init__(self, after: datetime, latest: datetime) -> None:
        super().__init__(
            f"an extension ends after {after.isoformat()} and not later than {latest.isoformat()}",
            field="until",
            after=after.isoformat(),
            latest=latest.isoformat(),
        )


class BadReview(Invalid):
    def __init__(self, latest: datetime) -> None:
        super().__init__(
            f"the day to look again lies ahead, and not later than {latest.isoformat()}",
            field="review_at",
            latest=latest.isoformat(),
        )


class OneLeadNeeded(Invalid):
    def __init__(self, leads: int) -> None:
        super().__init__(f"a division names one unit that leads; this one names {leads}", field="parties")


class SameMatter(Invalid):
    def __init__(self, category: str) -> None:
        super().__init__(f"the case is {category} of that tier already", field="category")


class PeriodReversed(Invalid):
    def __init__(self) -> None:
        super().__init__("the period ends before it begins", field="until")


class PeriodTooLong(Invalid):
    def __init__(self, days: int) -> None:
        super().__init__(f"a period has {days} days at most; ask for several", field="since", days=days)


class PlanNeeded(Invalid):
    def __init__(self, field: str) -> None:
        super().__init__(
            f"dedicated handling needs a named leader and a plan with its end: {field}", field=field
        )


class PlanNotMeant(Invalid):
    def __init__(self, field: str) -> None:
        super().__init__("a leader and a plan belong to dedicated handling only", field=field)


class BadPlan(Invalid):
    def __init__(self, after: datetime, latest: datetime) -> None:
        super().__init__(
            f"a plan ends after {after.isoformat()} and not later than {latest.isoformat()}",
            field="plan_until",
            after=after.isoformat(),
            latest=latest.isoformat(),
        )
