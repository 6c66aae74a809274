"""Sub-lives: of whistle, called department, incident, deliberation, micro-project, task."""

from enum import StrEnum

from shared.events import grid as say
from shared.events import grid_rounds as rounds
from shared.events.fact import Fact
from shared.lifecycle.machine import Lifecycle, Move


class WhistleState(StrEnum):
    """Where a whistle stands."""

    PROPOSED = "proposed"
    REFUSED = "refused"
    OPEN = "open"
    CLOSED = "closed"
    CANCELLED = "cancelled"


class IncidentState(StrEnum):
    """Where an incident stands."""

    REPORTED = "reported"
    HANDLED = "handled"
    ESCALATED = "escalated"


class DeliberationState(StrEnum):
    """Where a deliberation stands."""

    RAISED = "raised"
    MET = "met"
    PILOTING = "piloting"
    ADOPTED = "adopted"
    PLEDGED = "pledged"
    UNDER_WAY = "under_way"
    EVALUATED = "evaluated"
    ABANDONED = "abandoned"


class MicroProjectState(StrEnum):
    """Where a micro-project stands."""

    OFFERED = "offered"
    CLAIMED = "claimed"
    REPORTED = "reported"
    WITHDRAWN = "withdrawn"


class TaskState(StrEnum):
    """Where a task stands."""

    GIVEN = "given"
    DONE = "done"
    NOT_DONE = "not_done"
    WITHDRAWN = "withdrawn"


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

PROPOSED = frozenset({WhistleState.PROPOSED})
OPEN = frozenset({WhistleState.OPEN})

WHISTLE_LIFE = Lifecycle(
    "whistle",
    first=WhistleState.PROPOSED,
    moves=(
        Move("blow", PROPOSED, WhistleState.OPEN, say.WhistleBlown, "it needs no approval, or was given it"),
        Move("refuse", PROPOSED, WhistleState.REFUSED, say.WhistleDropped, "the unit above says no, and why"),
        Move(
            "withdraw",
            PROPOSED,
            WhistleState.CANCELLED,
            say.WhistleDropped,
            "the blower thought better of it before any department heard",
        ),
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

D = DeliberationState
TALKING = frozenset({D.RAISED, D.MET, D.PILOTING})
DECIDED = frozenset({D.ADOPTED, D.PLEDGED})
UNENDED = frozenset({*TALKING, *DECIDED, D.UNDER_WAY})
BEGUN = frozenset({D.UNDER_WAY})


def _stage(
    name: str,
    sources: frozenset[DeliberationState],
    target: DeliberationState | None,
    why: str,
    says: type[Fact] = say.DeliberationProgressed,
) -> Move[DeliberationState]:
    return Move(name, sources, target, says, why)


DELIBERATION_LIFE = Lifecycle(
    "deliberation",
    first=D.RAISED,
    moves=(
        _stage("propose", TALKING, None, "说: one way to settle the matter"),
        _stage("drop", TALKING, None, "residents object to an option: it is off the table"),
        _stage(
            "meet", TALKING, D.MET, "议: talked over, and nothing has its majority yet", say.DeliberationMet
        ),
        _stage(
            "adopt",
            TALKING,
            D.ADOPTED,
            "议: a quorate vote gave one option its majority",
            say.DeliberationMet,
        ),
        _stage("pilot", frozenset({D.MET}), D.PILOTING, "several options are tried out before the vote"),
        _stage("commit", frozenset({*DECIDED, D.UNDER_WAY}), None, "one of the five sides gives its word"),
        _stage(
            "pledge", DECIDED, D.PLEDGED, "筹: somebody gives money, work or things", say.DeliberationPledged
        ),
        _stage(
            "pledge_more", BEGUN, None, "筹: means still come in while work is done", say.DeliberationPledged
        ),
        _stage("begin", DECIDED, D.UNDER_WAY, "办: the first tasks have owners and days"),
        _stage("add_task", BEGUN, None, "办: one more thing to do"),
        _stage("report_task", BEGUN, None, "办: one thing is done, and what shows it is kept"),
        _stage("link", UNENDED, None, "another citizen's case is about the same matter"),
        _stage(
            "evaluate", BEGUN, D.EVALUATED, "评: residents judge what was done", say.DeliberationEvaluated
        ),
        _stage("abandon", UNENDED, D.ABANDONED, "it leads nowhere; why is kept", say.DeliberationAbandoned),
    ),
)

P = MicroProjectState
OFFERED, CLAIMED = frozenset({P.OFFERED}), frozenset({P.CLAIMED})

MICRO_PROJECT_LIFE = Lifecycle(
    "micro-project",
    first=P.OFFERED,
    moves=(
        Move("claim", OFFERED, P.CLAIMED, say.MicroProjectClaimed, "认领: somebody takes it on"),
        Move("release", CLAIMED, P.OFFERED, say.MicroProjectReleased, "who took it on gives it back"),
        Move("report", CLAIMED, P.REPORTED, say.MicroProjectReported, "it is done"),
        Move("withdraw", OFFERED, P.WITHDRAWN, say.MicroProjectWithdrawn, "it is not needed any more"),
    ),
)

GIVEN = frozenset({TaskState.GIVEN})

TASK_LIFE = Lifecycle(
    "task",
    first=TaskState.GIVEN,
    moves=(
        Move("report", GIVEN, TaskState.DONE, rounds.TaskReported, "a grid worker did it"),
        Move(
            "fail",
            GIVEN,
            TaskState.NOT_DONE,
            rounds.TaskReported,
            "a grid worker says why it cannot be done",
        ),
        Move(
            "withdraw",
            GIVEN,
            TaskState.WITHDRAWN,
            rounds.TaskWithdrawn,
            "it need not be done any more",
        ),
    ),
)
