"""终端: whom a unit may give one, how tokens follow each other, and what ends a device's trust."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.grid.api.terminal_tokens import (
    access_text,
    new_code,
    new_secrets,
    read_refresh,
    refresh_text,
    spelled,
    typed,
)
from services.grid.domain.policy import terminals
from services.grid.domain.policy.terminals import (
    ACCESS_FOR,
    CODE_FOR,
    LATE_FOR,
    REFRESH_FOR,
    Invite,
    Revoke,
)
from services.grid.domain.terminal import RevokeReason, Secrets, Terminal, TerminalState
from services.grid.domain.terminal_errors import (
    CodeRefused,
    NotYourTerminal,
    TerminalRevoked,
    TerminalSignedOut,
    TerminalUnitRefused,
    UnknownTerminal,
)
from shared.kernel.ids import TerminalId, UnitCode
from tests.kit.city import beijing, closing
from tests.kit.whistles import BLOWN_AT, DAXING, DONGHUASHI, ENFORCEMENT, GUANYINSI, GUANYINSI_COMMUNITY

UNITS = beijing().units
AN_ID = TerminalId(UUID("01950000-0000-7000-8000-0000000000e1"))
INVITE = Invite(AN_ID, GUANYINSI, "clerk", "worker-7", GUANYINSI_COMMUNITY, "三号机", "CODE")
REVOKE = Revoke(AN_ID, GUANYINSI, "clerk", RevokeReason.LOST, wipe=True)
FIRST, SECOND, THIRD = (Secrets(f"a{n}", f"r{n}", "fam") for n in (1, 2, 3))


def invited() -> Terminal:
    return terminals.invite(INVITE, units=UNITS, at=BLOWN_AT).state


def enrolled() -> Terminal:
    return terminals.enrol(invited(), FIRST, at=BLOWN_AT).state


def refreshed(terminal: Terminal, used: Secrets, following: Secrets, *, at: datetime = BLOWN_AT) -> Terminal:
    return terminals.refresh(terminal, used.family, used.refresh, following, at=at).state


@pytest.mark.parametrize("by", [GUANYINSI_COMMUNITY, GUANYINSI, DAXING, None])
def test_the_worker_s_unit_those_above_and_ops_give_terminals_out(by: UnitCode | None) -> None:
    made = terminals.invite(replace(INVITE, by=by), units=UNITS, at=BLOWN_AT).state
    assert (made.state, made.worker, made.code_until) == (
        TerminalState.INVITED,
        "worker-7",
        BLOWN_AT + CODE_FOR,
    )


@pytest.mark.parametrize("by", [DONGHUASHI, ENFORCEMENT])
def test_no_unit_gives_terminals_to_another_s_workers(by: UnitCode) -> None:
    with pytest.raises(NotYourTerminal):
        terminals.invite(replace(INVITE, by=by), units=UNITS, at=BLOWN_AT)
    with pytest.raises(UnknownTerminal):
        terminals.revoke(enrolled(), replace(REVOKE, by=by), units=UNITS, at=BLOWN_AT)


def test_a_lost_terminal_is_taken_back_by_the_street_although_its_community_was_closed() -> None:
    units = closing(GUANYINSI_COMMUNITY).units
    assert terminals.revoke(enrolled(), REVOKE, units=units, at=BLOWN_AT).state.wipe
    with pytest.raises(UnknownTerminal):
        terminals.revoke(enrolled(), replace(REVOKE, by=DONGHUASHI), units=units, at=BLOWN_AT)
    with pytest.raises(TerminalUnitRefused):
        terminals.invite(INVITE, units=units, at=BLOWN_AT)


def test_a_worker_s_unit_is_one_of_the_directory() -> None:
    with pytest.raises(TerminalUnitRefused):
        terminals.invite(replace(INVITE, unit=UnitCode("nobody"), by=None), units=UNITS, at=BLOWN_AT)


def test_a_code_is_good_once_and_until_its_limit() -> None:
    assert terminals.enrol(invited(), FIRST, at=BLOWN_AT + CODE_FOR).state.state is TerminalState.ENROLLED
    over = BLOWN_AT + CODE_FOR + timedelta(seconds=1)
    for terminal, at in ((invited(), over), (enrolled(), BLOWN_AT), (None, BLOWN_AT)):
        with pytest.raises(CodeRefused):
            terminals.enrol(terminal, SECOND, at=at)


def test_a_revoked_invitation_enrols_nobody() -> None:
    gone = terminals.revoke(invited(), REVOKE, units=UNITS, at=BLOWN_AT).state
    with pytest.raises(CodeRefused):
        terminals.enrol(gone, FIRST, at=BLOWN_AT)


def test_an_access_token_is_good_for_a_quarter_of_an_hour_and_until_the_next() -> None:
    terminal = enrolled()
    assert terminals.require_access(terminal, "a1", at=BLOWN_AT + ACCESS_FOR) == terminal
    late = BLOWN_AT + ACCESS_FOR + timedelta(seconds=1)
    for found, secret, at in ((terminal, "a1", late), (terminal, "a2", BLOWN_AT), (None, "a1", BLOWN_AT)):
        with pytest.raises(TerminalSignedOut):
            terminals.require_access(found, secret, at=at)
    with pytest.raises(TerminalSignedOut):
        terminals.require_access(refreshed(terminal, FIRST, SECOND), "a1", at=BLOWN_AT)


def test_a_lost_answer_does_not_lock_a_device_out() -> None:
    unheard = refreshed(enrolled(), FIRST, SECOND)
    again = refreshed(unheard, FIRST, THIRD)
    assert again.state is TerminalState.ENROLLED
    assert terminals.require_access(again, "a3", at=BLOWN_AT) == again


def test_an_old_token_after_its_successor_was_used_takes_the_device_back() -> None:
    by_use = terminals.see(refreshed(enrolled(), FIRST, SECOND), at=BLOWN_AT)
    by_refresh = refreshed(refreshed(enrolled(), FIRST, SECOND), SECOND, THIRD)
    later = BLOWN_AT + LATE_FOR + timedelta(seconds=1)
    for terminal in (by_use, by_refresh):
        caught = refreshed(terminal, FIRST, THIRD, at=later)
        assert (caught.state, caught.revoke_reason) == (TerminalState.REVOKED, RevokeReason.TOKEN_REUSED)
        with pytest.raises(TerminalRevoked):
            terminals.require_good(caught)


def test_a_late_copy_of_the_device_s_own_request_is_refused_and_takes_nothing_back() -> None:
    going_on = terminals.see(refreshed(enrolled(), FIRST, SECOND), at=BLOWN_AT)
    for terminal in (going_on, refreshed(refreshed(enrolled(), FIRST, SECOND), SECOND, THIRD)):
        for at in (BLOWN_AT, BLOWN_AT + LATE_FOR):
            with pytest.raises(TerminalSignedOut):
                refreshed(terminal, FIRST, Secrets("a4", "r4", "fam"), at=at)
    # What the device has goes on as if nothing had come; seen again it has the same minute and no more.
    seen = terminals.see(going_on, at=BLOWN_AT + LATE_FOR)
    assert (seen.replaced_sha256, seen.replaced_at) == (going_on.replaced_sha256, BLOWN_AT)
    assert refreshed(seen, SECOND, THIRD).state is TerminalState.ENROLLED


def test_a_token_older_than_the_one_that_was_just_over_takes_the_device_back_at_once() -> None:
    third = refreshed(refreshed(enrolled(), FIRST, SECOND), SECOND, THIRD)
    going_on = terminals.see(third, at=BLOWN_AT)
    assert refreshed(going_on, FIRST, Secrets("a4", "r4", "fam")).state is TerminalState.REVOKED


def test_a_stolen_spare_is_found_out_by_the_device_itself() -> None:
    stolen = refreshed(refreshed(enrolled(), FIRST, SECOND), FIRST, THIRD)
    assert refreshed(stolen, SECOND, Secrets("a4", "r4", "fam")).state is TerminalState.REVOKED


def test_a_made_up_token_takes_nothing_back() -> None:
    with pytest.raises(TerminalSignedOut):
        terminals.refresh(enrolled(), "guess", "r1", SECOND, at=BLOWN_AT)
    with pytest.raises(TerminalSignedOut):
        terminals.refresh(invited(), "guess", "r1", SECOND, at=BLOWN_AT)


def test_a_device_silent_for_too_long_is_enrolled_anew() -> None:
    assert refreshed(enrolled(), FIRST, SECOND, at=BLOWN_AT + REFRESH_FOR).access_sha256
    with pytest.raises(TerminalSignedOut):
        refreshed(enrolled(), FIRST, SECOND, at=BLOWN_AT + REFRESH_FOR + timedelta(seconds=1))


def test_a_lost_device_is_told_to_forget_with_either_token_and_a_guess_is_not() -> None:
    gone = terminals.revoke(enrolled(), REVOKE, units=UNITS, at=BLOWN_AT).state
    with pytest.raises(TerminalRevoked) as told:
        terminals.require_access(gone, "a1", at=BLOWN_AT)
    assert told.value.data == {"wipe": True}
    with pytest.raises(TerminalRevoked):
        refreshed(gone, FIRST, SECOND)
    with pytest.raises(TerminalSignedOut):
        terminals.require_access(gone, "guess", at=BLOWN_AT)


def test_revoked_again_changes_nothing_but_may_add_the_wish_to_wipe() -> None:
    first = replace(REVOKE, reason=RevokeReason.REPLACED, wipe=False)
    gone = terminals.revoke(enrolled(), first, units=UNITS, at=BLOWN_AT).state
    later = terminals.revoke(gone, REVOKE, units=UNITS, at=BLOWN_AT + timedelta(days=1)).state
    assert later == replace(gone, wipe=True)
    assert terminals.revoke(later, first, units=UNITS, at=BLOWN_AT).state == later


def test_secrets_are_in_no_description_of_a_terminal() -> None:
    told = repr((enrolled(), FIRST, INVITE))
    assert not [mark for mark in ("CODE", "sha256", "fam", "'a1'", "'r1'") if mark in told]


def test_codes_and_tokens_survive_being_written_down() -> None:
    code, made = new_code(), new_secrets()
    assert typed(spelled(code).lower()) == code
    assert typed("oil0") == "0110"
    assert read_refresh(refresh_text(AN_ID, made)) == (AN_ID, made.family, made.refresh)
    assert new_secrets(made.family).family == made.family
    for wrong in ("", "jr_1_2_3", access_text(AN_ID, made)):
        with pytest.raises(TerminalSignedOut):
            read_refresh(wrong)
