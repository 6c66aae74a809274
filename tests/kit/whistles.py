"""Builders of whistles for the tests: every argument has a default."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from services.grid.domain.lifecycle import CallState, WhistleState
from services.grid.domain.model import Call, Site, Spot, Whistle
from shared.kernel.ids import CaseId, UnitCode, WhistleId
from shared.kernel.words import WhistleKind

GUANYINSI = UnitCode("110115009")
"""观音寺街道, 大兴区."""
GUANYINSI_COMMUNITY = UnitCode("110115009006")
DAXING = UnitCode("110115")
DONGHUASHI = UnitCode("110101013")
"""东花市街道, another district's street."""
ENFORCEMENT = UnitCode("D110115-CGZF")
POLICE = UnitCode("D110115-GAJ")
FIRE = UnitCode("D110115-XFZD")

BLOWN_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""A Monday, 09:00 in Beijing, with a plain working week after it."""
SITE = Spot(lng=116.3390, lat=39.7180)
WHISTLE_ID = WhistleId(UUID("01950000-0000-7000-8000-000000000001"))
CASE_ID = CaseId(UUID("01950000-0000-7000-8000-0000000000ca"))


def a_call(unit: UnitCode = ENFORCEMENT, state: CallState = CallState.CALLED, **more: Any) -> Call:
    """A department that came as far as `state`, everything in time."""
    order = list(CallState)
    done: dict[str, Any] = {}
    for place, name in enumerate(("signed_at", "contacted_at", "reported_in_at", "acted_at", "scored_at"), 1):
        if order.index(state) >= place:
            done[name] = BLOWN_AT + timedelta(minutes=place)
    if state is CallState.SCORED:
        done["score"] = 5
    limits = {
        "sign_by": BLOWN_AT + timedelta(hours=1),
        "contact_by": BLOWN_AT + timedelta(hours=24),
        "report_in_by": BLOWN_AT + timedelta(days=3),
    }
    return Call(unit, **{**limits, "state": state, **done, **more})


def a_whistle(*calls: Call, kind: WhistleKind = WhistleKind.JOINT_ENFORCEMENT, **more: Any) -> Whistle:
    """A whistle of 观音寺街道, alone, with a site that has coordinates."""
    whistle = Whistle(
        whistle_id=WHISTLE_ID,
        kind=kind,
        blown_by=GUANYINSI,
        case_id=None,
        site=Site(spot=SITE),
        reason="群租房，夜间噪声",
        departments=calls or (a_call(), a_call(POLICE)),
        blown_at=BLOWN_AT,
        state=WhistleState.OPEN,
    )
    return replace(whistle, **more)
