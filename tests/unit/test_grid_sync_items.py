"""同步: what an item of a terminal is known again by."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.grid.api.sync_items import DeliberationTaskItem, IncidentItem, Sender, VisitItem
from services.grid.domain.deliberation_commands import ReportTask
from services.grid.domain.policy import terminals
from services.grid.domain.rounds import Doer
from shared.kernel.ids import TerminalId
from tests.kit.city import beijing
from tests.kit.deliberations import DELIBERATION_ID
from tests.kit.whistles import BLOWN_AT, GUANYINSI_COMMUNITY

HEAD = {"id": "01950000-0000-7000-8000-0000000000f1", "recorded_at": "2026-03-02T09:00:00+08:00"}
VISIT = {**HEAD, "kind": "visit", "visited": "household", "minutes": 24}


class LaterVisit(VisitItem):
    """The same kind, as a later release might know it."""

    weather: str | None = None


def said(kind: type[VisitItem] = VisitItem, **more: Any) -> bytes:
    return kind.model_validate_json(json.dumps({**VISIT, "sequence": 1, **more})).said()


def test_an_item_is_known_again_by_a_release_that_knows_of_more_to_be_left_out() -> None:
    assert said(LaterVisit) == said()
    assert said(LaterVisit, weather="rain") != said()


def test_what_is_left_out_is_what_is_said_to_be_nothing_and_the_number_is_no_part_of_it() -> None:
    assert said(place=None, sequence=9) == said()
    assert len({said(), said(minutes=25), said(place="110115009001"), said(id=HEAD["id"][:-1] + "2")}) == 4


def test_a_place_within_an_item_counts_as_it_was_said() -> None:
    told = {**HEAD, "sequence": 1, "kind": "incident", "category": "street_lamp", "text": "路灯"}
    spot = {"lng": 116.3, "lat": 39.7}
    places = (spot, {**spot, "address": None}, {**spot, "lat": 39.8})
    first, same, other = (said_of(json.dumps({**told, "place": place})) for place in places)
    assert first == same
    assert first != other


def said_of(incident: str) -> bytes:
    return IncidentItem.model_validate_json(incident).said()


def test_a_task_that_residents_decided_on_is_reported_for_the_worker_s_unit_by_the_terminal_s_clock() -> None:
    by, behind = GUANYINSI_COMMUNITY, timedelta(hours=3)
    wish = terminals.Invite(TerminalId(UUID(HEAD["id"])), by, "clerk", "worker-7", by, "三号机", "CODE")
    terminal = terminals.invite(wish, units=beijing().units, at=BLOWN_AT).state
    told = {**HEAD, "sequence": 1, "kind": "deliberation_task_report"}
    about = {"deliberation_id": str(DELIBERATION_ID), "task": 2, "evidence": "车棚已装好"}
    read = DeliberationTaskItem.model_validate_json(json.dumps({**told, **about}))
    doer = Doer("worker-7", by, datetime.fromisoformat(HEAD["recorded_at"]), behind)
    meant = ReportTask(DELIBERATION_ID, by, 2, "车棚已装好", doer)
    assert read.to_command(Sender(terminal, 500, behind)) == meant
    assert read.base_version is None
