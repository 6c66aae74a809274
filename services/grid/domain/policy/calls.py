"""报到: what a called department does, and how the blower scores it."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from services.grid.domain.commands import Act, Contact, ReportIn, Score, Sign
from services.grid.domain.distance import metres_between
from services.grid.domain.errors import NotScorableYet, ScoreOutOfRange, SpotMissing
from services.grid.domain.lifecycle import CALL_LIFE, WHISTLE_LIFE, CallState
from services.grid.domain.model import Call, Spot, Whistle
from services.grid.domain.policy.overdue import expire
from services.grid.domain.policy.parties import called, own_call, require_blower
from services.grid.domain.policy.rounds import happened
from shared.city.units import Units
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode
from shared.kernel.words import WhistleKind

SCORES = range(1, 6)


def sign(whistle: Whistle, cmd: Sign, *, units: Units, at: datetime) -> Decision[Whistle]:
    """签收: the department has the whistle in hand."""
    call = own_call(whistle, cmd.by, cmd.unit, units)
    return _move(whistle, cmd.unit, "sign", {"in_time": at <= call.sign_by}, at=at, signed_at=at)


def contact(whistle: Whistle, cmd: Contact, *, units: Units, at: datetime) -> Decision[Whistle]:
    """The department spoke with the blower about what is needed on the site."""
    call = own_call(whistle, cmd.by, cmd.unit, units)
    return _move(whistle, cmd.unit, "contact", {"in_time": at <= call.contact_by}, at=at, contacted_at=at)


def report_in(whistle: Whistle, cmd: ReportIn, *, units: Units, at: datetime) -> Decision[Whistle]:
    """报到. Far from the site it is kept and marked: what the distance means is the blower's to judge.

    In time is when the department was there in time: its terminal may have been offline since. What was told
    as overdue before that was heard stays told.
    """
    call = own_call(whistle, cmd.by, cmd.unit, units)
    move = "rush_in" if whistle.kind is WhistleKind.EMERGENCY else "report_in"
    _check(whistle, call, move)
    came_at, distance = _came_at(whistle, cmd, at=at), _distance(whistle, cmd.spot)
    on_site = None if distance is None else distance <= cmd.radius_m
    found = {"distance_m": distance, "on_site": on_site}
    # Whoever rushes to the site cannot sign any more, and is not to be scored as one who never came to.
    signs = call.state is CallState.CALLED and came_at <= call.sign_by
    said = {"in_time": came_at <= call.report_in_by, "counts_as_signed": signs, **found}
    did = {"reported_in_at": came_at, "report_received_at": at, "reported_from": cmd.spot, **found}
    # What runs over is looked for as of then: who was there in time is not told as late on the way.
    return _move(whistle, cmd.unit, move, said, at=came_at, **did)


def act(whistle: Whistle, cmd: Act, *, units: Units, at: datetime) -> Decision[Whistle]:
    """The department did its part; what exactly stays with grid."""
    own_call(whistle, cmd.by, cmd.unit, units)
    return _move(whistle, cmd.unit, "act", {}, at=at, acted_at=at, note=cmd.note)


def score(whistle: Whistle, cmd: Score, *, units: Units, at: datetime) -> Decision[Whistle]:
    """街乡评部门: once for each department, when it acted or was late."""
    require_blower(whistle, cmd.by, units)
    call = called(whistle, cmd.unit)
    if cmd.score not in SCORES:
        raise ScoreOutOfRange(cmd.score)
    move = "score" if call.state in (CallState.ACTED, CallState.SCORED) else "score_late"
    _check(whistle, call, move)
    if move == "score_late" and not was_late(call, at):
        raise NotScorableYet(cmd.unit, call.state)
    said = {"score": cmd.score, "reported_in_time": call.reported_in_time}
    return _move(whistle, cmd.unit, move, said, at=at, score=cmd.score, scored_at=at)


def was_late(call: Call, at: datetime) -> bool:
    """Whether a step ran over, or the last limit passed without the department having acted.

    Acting has no limit of its own. Without the second half a department that reports in and then does
    nothing would keep the whistle open for ever.
    """
    return bool(call.late or call.overdue(at)) or at > call.report_in_by


def _came_at(whistle: Whistle, cmd: ReportIn, *, at: datetime) -> datetime:
    """Nobody comes before he is called, whatever his terminal's clock says."""
    return at if cmd.doer is None else max(happened(cmd.doer, at=at), whistle.heard_at)


def _distance(whistle: Whistle, spot: Spot | None) -> float | None:
    if whistle.site.spot is None:
        return None
    if spot is None:
        raise SpotMissing
    return round(metres_between(whistle.site.spot, spot), 1)


def _check(whistle: Whistle, call: Call, move: str) -> CallState:
    WHISTLE_LIFE.fire(move, whistle.state)
    return CALL_LIFE.fire(move, call.state)


def _move(
    whistle: Whistle, unit: UnitCode, move: str, said: dict[str, Any], *, at: datetime, **did: Any
) -> Decision[Whistle]:
    after = _check(whistle, called(whistle, unit), move)
    rung = expire(whistle, at=at)
    moved = replace(called(rung.state, unit), state=after, **did)
    fact = CALL_LIFE.moves[move].says(**whistle.about(unit=unit, **said))
    return Decision(rung.state.with_call(moved), (*rung.facts, fact))
