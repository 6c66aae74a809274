"""主办: what grid remembers of a case's lead, and that an old fact delivered again changes nothing."""

from dataclasses import replace
from datetime import timedelta

from services.grid.domain.case_lead import CaseLead, LeadStanding, assign, release, reschedule, take
from services.grid.domain.commands import AssignCase, ReleaseCase, RescheduleCase, TakeCase
from shared.kernel.ids import WorkOrderId, new_id
from tests.kit.whistles import BLOWN_AT, CASE_ID, DONGHUASHI, GUANYINSI, GUANYINSI_COMMUNITY

TAKEN = CaseLead(CASE_ID, GUANYINSI, None, GUANYINSI_COMMUNITY, LeadStanding.IN_HAND, heard=3)


def test_a_dispatch_names_the_lead_and_forgets_whom_the_case_was_passed_to() -> None:
    before = assign(TAKEN, AssignCase(CASE_ID, GUANYINSI_COMMUNITY, heard=5)).state
    assert before.assigned_to == GUANYINSI_COMMUNITY
    after = take(before, TakeCase(CASE_ID, DONGHUASHI, None, heard=9)).state
    assert after == CaseLead(CASE_ID, DONGHUASHI, None, None, LeadStanding.IN_HAND, heard=9)


def test_a_case_is_released_for_a_while_or_for_good() -> None:
    for done, standing in ((False, LeadStanding.BETWEEN_UNITS), (True, LeadStanding.DONE)):
        assert release(TAKEN, ReleaseCase(CASE_ID, done, heard=4)).state.standing is standing


def test_a_fact_heard_before_changes_nothing() -> None:
    assert take(TAKEN, TakeCase(CASE_ID, DONGHUASHI, None, heard=3)).state == TAKEN
    assert assign(TAKEN, AssignCase(CASE_ID, GUANYINSI_COMMUNITY, heard=2)).state == TAKEN
    assert release(TAKEN, ReleaseCase(CASE_ID, done=True, heard=3)).state == TAKEN


def test_a_limit_to_sign_moves_with_the_case_and_only_the_leads_own() -> None:
    lead, other = WorkOrderId(new_id()), WorkOrderId(new_id())
    taken = replace(TAKEN, work_order_id=lead, sign_by=BLOWN_AT + timedelta(hours=2))
    command = RescheduleCase(
        CASE_ID, BLOWN_AT + timedelta(hours=9), 4, None, ((other, BLOWN_AT), (lead, BLOWN_AT))
    )
    after = reschedule(taken, command).state
    assert (after.sign_by, after.resolve_by) == (BLOWN_AT, BLOWN_AT + timedelta(hours=9))
    only_other = replace(command, sign_limits=((other, BLOWN_AT),))
    assert reschedule(taken, only_other).state.sign_by == taken.sign_by


def test_nothing_is_said_about_it_so_its_version_stands() -> None:
    taken = take(None, TakeCase(CASE_ID, GUANYINSI, GUANYINSI_COMMUNITY, heard=3))
    assert (taken.state, taken.facts) == (TAKEN, ())
