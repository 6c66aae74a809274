"""THE table: the life of a case. Router alone fires these moves; everybody else asks for them."""

from enum import StrEnum

from shared.events import router as say
from shared.events.fact import Fact
from shared.lifecycle.machine import Lifecycle, Move


class CaseState(StrEnum):
    """Where a case stands."""

    REGISTERED = "registered"
    AWAITING_DISPATCHER = "awaiting_dispatcher"
    DISPATCHED = "dispatched"
    SIGNED = "signed"
    SHELVED = "shelved"
    RETURNED = "returned"
    RESOLVED = "resolved"
    ANSWERED = "answered"
    MERGED = "merged"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    SURVEYING = "surveying"
    REOPENED = "reopened"
    CLOSED = "closed"


S = CaseState
NEW = {S.REGISTERED, S.AWAITING_DISPATCHER}
WITH_UNIT = {S.DISPATCHED, S.SIGNED}
OWED = {*WITH_UNIT, S.SHELVED, S.RETURNED}
"""A return or a shelf does not stop the clock: the city owes the answer, whoever has the order."""
BEFORE_RESOLVED = {*NEW, *WITH_UNIT, S.SHELVED, S.RETURNED, S.REOPENED}


def _move(
    name: str, sources: set[CaseState], target: CaseState | None, says: type[Fact], why: str
) -> Move[CaseState]:
    return Move(name, frozenset(sources), target, says, why)


CASE_LIFE = Lifecycle(
    "case",
    first=S.REGISTERED,
    moves=(
        _move("classify", {S.REGISTERED}, None, say.CaseClassified, "category, tier and place are known"),
        _move(
            "await_dispatcher",
            {S.REGISTERED},
            S.AWAITING_DISPATCHER,
            say.CaseClassified,
            "confidence too low, or a homonym: a person decides",
        ),
        _move("answer", NEW, S.ANSWERED, say.CaseAnswered, "a consultation answered at once"),
        _move("decline", NEW, S.DECLINED, say.CaseDeclined, "one of the eight reasons"),
        _move("merge", {*NEW, *WITH_UNIT}, S.MERGED, say.CaseMerged, "another case is about the same matter"),
        _move(
            "unmerge",
            {S.MERGED},
            S.AWAITING_DISPATCHER,
            say.CaseUnmerged,
            "the case it was joined to was withdrawn or declined: a person decides",
        ),
        _move(
            "dispatch",
            {*NEW, S.RETURNED, S.REOPENED},
            S.DISPATCHED,
            say.CaseDispatched,
            "a unit owes an answer from now on",
        ),
        _move("sign", {S.DISPATCHED}, S.SIGNED, say.CaseSigned, "the unit has it in hand"),
        _move("contact", {S.SIGNED}, None, say.CaseContacted, "the unit spoke with the citizen"),
        _move("progress", {S.SIGNED}, None, say.CaseProgressed, "the unit noted progress"),
        _move("assign", WITH_UNIT, None, say.CaseAssigned, "the street gives the work to its community"),
        _move("return", WITH_UNIT, S.RETURNED, say.CaseReturned, "not this unit's duty; the clock runs on"),
        _move("adjudicate", {S.RETURNED}, None, say.CaseAdjudicated, "a return is decided, then dispatched"),
        _move(
            "divide",
            {*WITH_UNIT, S.RETURNED},
            S.DISPATCHED,
            say.CaseDispatched,
            "a conference said who does what",
        ),
        _move(
            "reclassify",
            OWED,
            None,
            say.CaseReclassified,
            "another matter than was thought; clock as from the start",
        ),
        _move(
            "set_mode",
            {*WITH_UNIT, S.SHELVED},
            None,
            say.CaseModeSet,
            "a person says how it is to be handled",
        ),
        _move("find", OWED, None, say.FindingMade, "a unit that signed found something else on the site"),
        _move("extend", {S.SIGNED}, None, say.CaseExtended, "once, approved"),
        _move("shelve", {S.SIGNED}, S.SHELVED, say.CaseShelved, "cannot be done now; a day to look again"),
        _move("unshelve", {S.SHELVED}, S.SIGNED, say.CaseUnshelved, "the day to look again has come"),
        _move("urge", WITH_UNIT, None, say.CaseUrged, "the citizen or the desk is waiting"),
        _move("supervise", {*WITH_UNIT, S.SHELVED}, None, say.CaseSupervised, "somebody higher looks on"),
        _move("warn", OWED, None, say.CaseDueSoon, "the deadline is near"),
        _move("expire", {*BEFORE_RESOLVED}, None, say.CaseOverdue, "a clock ran out"),
        _move("resolve", {S.SIGNED}, S.RESOLVED, say.CaseResolved, "the unit claims that it is done"),
        _move("withdraw", BEFORE_RESOLVED, S.WITHDRAWN, say.CaseWithdrawn, "the citizen's own wish"),
        _move(
            "survey",
            {S.RESOLVED, S.ANSWERED, S.MERGED},
            S.SURVEYING,
            say.CaseSurveyStarted,
            "the citizen is asked",
        ),
        _move(
            "close_unasked",
            {S.RESOLVED, S.ANSWERED, S.MERGED},
            S.CLOSED,
            say.CaseClosed,
            "not drawn for the callback's sample",
        ),
        _move("reopen", {S.SURVEYING}, S.REOPENED, say.CaseReopened, "the citizen said no"),
        _move("close", {S.SURVEYING}, S.CLOSED, say.CaseClosed, "the citizen answered, or cannot be reached"),
    ),
)
