"""Three sub-lives: the whistle's, the call of each department it names, and the incident's."""

from enum import StrEnum

from shared.events import grid as say
from shared.events.fact import Fact
from shared.lifecycle.machine import Lifecycle, Move


class WhistleState(StrEnum):
    """Where a whistle stands."""

    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class IncidentState(StrEnum):
    """Where an incident stands."""

    REPORTED = "reported"
    HANDLED = "handled"
    ESCALATED = "escalated"


class CallState(StrEnum):
    """Where one department stands with a whistle."""

    CALLED = "called"
    SIGNED = "signed"
    CONTACTED = "contacted"
    REPORTED_IN = "reported_in"
    ACTED = "acted"
    SCORED = "scored"


class Step(StrEnum):
    """What a called department owes in time."""

    SIGN = "sign"
    CONTACT = "contact"
    REPORT_IN = "report_in"


C = CallState
ON_THE_WAY = frozenset({C.CALLED, C.SIGNED, C.CONTACTED})

OWED = {
    Step.SIGN: frozenset({C.CALLED}),
    Step.CONTACT: frozenset({C.CALLED, C.SIGNED}),
    Step.REPORT_IN: ON_THE_WAY,
}
"""The states in which a step is still owed; whoever stands on the site owes neither signature nor contact."""


def _move(
    name: str, sources: frozenset[CallState], target: CallState | None, says: type[Fact], why: str
) -> Move[CallState]:
    return Move(name, sources, target, says, why)


CALL_LIFE = Lifecycle(
    "call",
    first=C.CALLED,
    moves=(
        _move("sign", frozenset({C.CALLED}), C.SIGNED, say.WhistleSigned, "the department has it in hand"),
        _move(
            "contact",
            frozenset({C.SIGNED}),
            C.CONTACTED,
            say.WhistleContacted,
            "the department spoke with the blower",
        ),
        _move(
            "report_in",
            frozenset({C.CONTACTED}),
            C.REPORTED_IN,
            say.WhistleReportedIn,
            "it stands on the site, having spoken with the blower first",
        ),
        _move(
            "rush_in",
            ON_THE_WAY,
            C.REPORTED_IN,
            say.WhistleReportedIn,
            "in an emergency who is on the site need neither have signed nor made contact",
        ),
        _move("act", frozenset({C.REPORTED_IN}), C.ACTED, say.WhistleActed, "it did its part"),
        _move("score", frozenset({C.ACTED}), C.SCORED, say.WhistleScored, "the blower judges what was done"),
        _move(
            "score_late",
            frozenset({*ON_THE_WAY, C.REPORTED_IN}),
            C.SCORED,
            say.WhistleScored,
            "the blower judges a department that was late without waiting for it any longer",
        ),
        _move("expire", ON_THE_WAY, None, say.WhistleOverdue, "a step was not done in time"),
    ),
)

OPEN = frozenset({WhistleState.OPEN})

WHISTLE_LIFE = Lifecycle(
    "whistle",
    first=WhistleState.OPEN,
    moves=(
        Move("close", OPEN, WhistleState.CLOSED, say.WhistleClosed, "every department is scored"),
        Move(
            "cancel", OPEN, WhistleState.CANCELLED, say.WhistleCancelled, "nobody need come; nobody came yet"
        ),
        *(
            Move(move.name, OPEN, None, move.says, "departments move only while the whistle is open")
            for move in CALL_LIFE.moves.values()
        ),
    ),
)

REPORTED = frozenset({IncidentState.REPORTED})

INCIDENT_LIFE = Lifecycle(
    "incident",
    first=IncidentState.REPORTED,
    moves=(
        Move("handle", REPORTED, IncidentState.HANDLED, say.IncidentHandled, "settled on the spot"),
        Move(
            "escalate",
            REPORTED,
            IncidentState.ESCALATED,
            say.IncidentEscalated,
            "too much for the grid: it becomes a case",
        ),
    ),
)
