"""What units and the desk do with a running order, and who may not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.router.domain import commands as do
from services.router.domain import errors
from services.router.domain.lifecycle import CO_ORDER_LIFE
from services.router.domain.model import Bell, Case, OrderRole, OrderState, Supplement
from services.router.domain.policy import citizen, clocks, handling, overseeing
from services.router.domain.policy.bells import next_bell
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, UnitCode, WorkOrderId, new_id
from shared.kernel.words import Kind
from shared.lifecycle.case import OWED, CaseState
from shared.lifecycle.machine import MoveNotAllowed
from tests.kit.builders_router import (
    ASKED,
    AT,
    CASE_ID,
    CO_ID,
    DAXING,
    DESK,
    DONGHUASHI,
    ENFORCEMENT,
    GUANYINSI,
    GUANYINSI_COMMUNITY,
    LEAD_ID,
    TIANGONGYUAN,
    a_case,
    an_order,
    ids,
    kept,
    said,
    street,
)
from tests.kit.city import beijing

CITY = beijing()
SENT = CaseState.DISPATCHED
SIGNED = CaseState.SIGNED
HOUR = timedelta(hours=1)


def sign(case, by=None, order_id=LEAD_ID, at=AT + HOUR, seen=None):  # type: ignore[no-untyped-def]
    command = do.Sign(order_id=order_id, by=by or street(), seen=seen)
    return handling.sign(case, command, CITY, at=at)


def resolve(case, by=None, order_id=LEAD_ID, at=AT + HOUR, evidence="照片"):  # type: ignore[no-untyped-def]
    command = do.Resolve(order_id=order_id, by=by or street(), evidence=evidence)
    return handling.resolve(case, command, CITY, at=at)


def test_signing_is_in_time_up_to_the_very_limit_and_late_after_it() -> None:
    limit = an_order().sign_by
    assert sign(a_case(SENT), at=limit).facts[0].in_time
    late = sign(a_case(SENT), at=limit + timedelta(seconds=1))
    assert not late.facts[0].in_time
    assert late.state.state is SIGNED


def test_resolving_is_measured_against_the_cases_one_deadline() -> None:
    case = a_case(SIGNED)
    assert resolve(case, at=case.resolve_by).facts[0].in_time
    assert not resolve(case, at=case.resolve_by + timedelta(seconds=1)).facts[0].in_time


def test_what_is_done_is_said_with_its_matter_as_it_was_last_found() -> None:
    for category in ("group_rental", "parking", None):
        done = resolve(a_case(SIGNED, category=category)).facts[0]
        assert (done.unit, done.category) == (GUANYINSI, category)


@pytest.mark.parametrize("stranger", [DONGHUASHI, ENFORCEMENT, GUANYINSI_COMMUNITY, UnitCode("nobody")])
def test_another_units_order_does_not_exist_for_a_stranger(stranger: UnitCode) -> None:
    with pytest.raises(errors.UnknownOrder):
        sign(a_case(SENT), by=street(stranger))


def test_the_unit_above_may_act_for_the_one_below() -> None:
    assert said(sign(a_case(SENT), by=street(DAXING))) == ["case.signed"]


def test_no_such_order_is_unknown_to_the_desk_too() -> None:
    with pytest.raises(errors.UnknownOrder):
        overseeing.urge(a_case(SENT), do.Urge(order_id=WorkOrderId(new_id()), by=DESK), CITY, at=AT)


def test_an_order_the_case_left_behind_is_over() -> None:
    old = WorkOrderId(new_id())
    case = a_case(SENT, earlier=(an_order(id=old, state=OrderState.RETURNED),))
    with pytest.raises(errors.OrderOver):
        sign(case, order_id=old)


def test_who_read_an_older_version_reads_again_first() -> None:
    case = a_case(SENT, version=4)
    assert sign(case, seen=frozenset({4})).facts
    with pytest.raises(errors.CaseMovedOn):
        sign(case, seen=frozenset({3}))


def test_a_stranger_learns_nothing_from_a_stale_version() -> None:
    with pytest.raises(errors.UnknownOrder):
        sign(a_case(SENT), by=street(DONGHUASHI), seen=frozenset({9}))


def test_a_co_unit_signs_and_resolves_its_own_part_without_moving_the_case() -> None:
    by = street(ENFORCEMENT)
    signed = sign(a_case(SENT), by=by, order_id=CO_ID)
    assert (said(signed), signed.state.state) == (["co_order.signed"], SENT)
    done = resolve(kept(signed), by=by, order_id=CO_ID)
    assert (said(done), done.state.state) == (["co_order.resolved"], SENT)
    assert done.state.co_orders[0].state is OrderState.RESOLVED
    with pytest.raises(MoveNotAllowed):
        resolve(kept(done), by=by, order_id=CO_ID)


def test_a_co_unit_cannot_resolve_what_it_has_not_signed_for() -> None:
    with pytest.raises(MoveNotAllowed):
        resolve(a_case(SIGNED), by=street(ENFORCEMENT), order_id=CO_ID)


def test_a_co_unit_finds_something_on_the_site_only_when_it_has_signed_itself() -> None:
    """The lead's signature takes nobody else to the site."""
    with pytest.raises(MoveNotAllowed) as refused:
        on_its_order("find", a_case(SIGNED))
    assert (refused.value.move, refused.value.state) == ("find", OrderState.SENT)


@pytest.mark.parametrize("state", [state for state in CaseState if a_case(state).co_orders])
def test_a_co_unit_that_signed_finds_something_while_anything_is_owed(state: CaseState) -> None:
    """Before the lead signed, too, and while it returned the case or set it aside."""
    case = a_case(state, co_orders=(an_order(ENFORCEMENT, OrderRole.CO, OrderState.SIGNED),))
    if state in OWED:
        decision = on_its_order("find", case)
        assert (said(decision), decision.state.state) == (["case.finding_made"], state)
        return
    with pytest.raises(MoveNotAllowed) as refused:
        on_its_order("find", case)
    assert (refused.value.move, refused.value.state) == ("find", state)


def on_its_order(move: str, case: Case) -> Decision[Case]:
    by, at = street(ENFORCEMENT), AT + HOUR
    match move:
        case "sign":
            return sign(case, by=by, order_id=CO_ID)
        case "progress":
            noted = do.Progress(order_id=CO_ID, by=by, note="已约执法")
            return handling.progress(case, noted, CITY, at=at)
        case "resolve":
            return resolve(case, by=by, order_id=CO_ID)
        case "find":
            command = do.Find(order_id=CO_ID, by=by, kind=Kind.REPORT, text="楼道堆物")
            return handling.find(case, command, CaseId(new_id()), "sealed", CITY, at=at)
    return clocks.ring(case, ids(), CITY, at=AT + timedelta(days=400))


@pytest.mark.parametrize("state", OrderState)
@pytest.mark.parametrize("move", CO_ORDER_LIFE.moves)
def test_every_state_of_a_co_units_order_meets_every_move(state: OrderState, move: str) -> None:
    """It fires and says so, or it is refused by name; a clock that does not run says nothing."""
    co = an_order(ENFORCEMENT, OrderRole.CO, state)
    case = a_case(SIGNED, co_orders=(co,), rung=(Bell.DUE_SOON, Bell.RESOLVE))
    moved = CO_ORDER_LIFE.moves[move]
    if state in moved.sources:
        decision = on_its_order(move, case)
        assert isinstance(decision.facts[0], moved.says)
        assert decision.state.co_orders[0].state is (moved.target or state)
    elif move == "expire":
        assert on_its_order(move, case).facts == ()
    else:
        with pytest.raises(MoveNotAllowed) as refused:
            on_its_order(move, case)
        assert (refused.value.move, refused.value.state) == (move, state)


def test_a_co_unit_notes_progress_on_its_own_part_though_the_lead_has_not_signed() -> None:
    co = an_order(ENFORCEMENT, OrderRole.CO, OrderState.SIGNED)
    decision = on_its_order("progress", a_case(SENT, co_orders=(co,)))
    assert said(decision) == ["co_order.progressed"]
    assert [each.text for each in decision.state.co_orders[0].notes] == ["已约执法"]
    assert "已约执法" not in decision.facts[0].model_dump_json()
    assert decision.state.lead.notes == ()


def test_a_co_unit_moves_nothing_else() -> None:
    command = do.Contact(order_id=CO_ID, by=street(ENFORCEMENT), note="已通话")
    with pytest.raises(errors.LeadOnly):
        handling.contact(a_case(SIGNED), command, CITY, at=AT)


def test_the_first_contact_is_the_one_that_counts() -> None:
    command = do.Contact(order_id=LEAD_ID, by=street(), note="已通话")
    once = kept(handling.contact(a_case(SIGNED), command, CITY, at=AT + HOUR))
    twice = handling.contact(once, command, CITY, at=AT + 2 * HOUR)
    assert twice.state.lead.contacted_at == AT + HOUR
    assert len(twice.state.lead.notes) == 2
    assert "已通话" not in twice.facts[0].model_dump_json()


def test_progress_and_evidence_must_say_something() -> None:
    with pytest.raises(errors.TextNeeded):
        handling.progress(a_case(SIGNED), do.Progress(order_id=LEAD_ID, by=street(), note="  "), CITY, at=AT)
    with pytest.raises(errors.TextNeeded):
        resolve(a_case(SIGNED), evidence="")


def test_a_street_passes_work_to_its_own_community_which_may_help_but_not_answer() -> None:
    command = do.Assign(order_id=LEAD_ID, by=street(), to_unit=GUANYINSI_COMMUNITY)
    case = kept(handling.assign(a_case(SIGNED), command, CITY, at=AT))
    helper = street(GUANYINSI_COMMUNITY)
    spoken = handling.contact(case, do.Contact(order_id=LEAD_ID, by=helper), CITY, at=AT)
    assert said(spoken) == ["case.contacted"]
    with pytest.raises(errors.NotAnswerable):
        resolve(case, by=helper)


@pytest.mark.parametrize("to", [TIANGONGYUAN, GUANYINSI, UnitCode("110101013001")])
def test_a_street_passes_work_to_no_one_elses_community(to: UnitCode) -> None:
    with pytest.raises(errors.NotItsCommunity):
        handling.assign(a_case(SIGNED), do.Assign(order_id=LEAD_ID, by=street(), to_unit=to), CITY, at=AT)


def extend(case, until, at=AT + HOUR):  # type: ignore[no-untyped-def]
    return overseeing.extend(
        case, do.Extend(order_id=LEAD_ID, by=DESK, until=until, reason="等配件"), CITY, at=at
    )


def test_an_extension_is_once_and_at_most_the_limit_again() -> None:
    case = a_case(SIGNED)
    limit = CITY.policy.feedback.of(case.tier)
    latest = CITY.calendar.deadline(case.resolve_by, limit)
    for wrong in (case.resolve_by, latest + timedelta(seconds=1)):
        with pytest.raises(errors.BadExtension):
            extend(case, wrong)
    longer = kept(extend(case, latest))
    assert (longer.resolve_by, longer.lead.resolve_by, longer.co_orders[0].resolve_by) == (latest,) * 3
    with pytest.raises(errors.ExtensionsUsed):
        extend(longer, latest + HOUR)


def test_an_extended_deadline_is_a_new_clock() -> None:
    case = a_case(SIGNED, rung=(Bell.DUE_SOON, Bell.RESOLVE), co_orders=())
    assert case.bell_at is None
    later = case.resolve_by + timedelta(days=3)
    longer = kept(extend(case, later, at=case.resolve_by + HOUR))
    reminded = replace(longer, rung=(*longer.rung, Bell.DUE_SOON))
    assert longer.bell_at == longer.remind_at == CITY.calendar.before(later, CITY.policy.due_soon.general)
    assert next_bell(reminded) == (later, Bell.RESOLVE, None)


def test_shelving_needs_a_day_ahead_and_leaves_the_deadline() -> None:
    case = a_case(SIGNED)
    for wrong in (AT, AT + timedelta(days=731)):
        with pytest.raises(errors.BadReview):
            overseeing.shelve(
                case, do.Shelve(order_id=LEAD_ID, by=DESK, review_at=wrong, reason="x"), CITY, at=AT
            )
    command = do.Shelve(order_id=LEAD_ID, by=DESK, review_at=AT + timedelta(days=2), reason="改造")
    shelved = overseeing.shelve(case, command, CITY, at=AT).state
    assert (shelved.shelf.approved_by, shelved.resolve_by) == ("dispatcher", case.resolve_by)
    again = overseeing.take_up(shelved, shelved.lead).state
    assert [(each.by, each.about, each.text) for each in again.notes] == [("dispatcher", "shelve", "改造")]


def test_a_case_is_supervised_once() -> None:
    with pytest.raises(errors.AlreadySupervised):
        overseeing.supervise(
            a_case(SIGNED, supervised=True), do.Supervise(order_id=LEAD_ID, by=DESK, reason="x"), CITY, at=AT
        )


def test_withdrawing_races_with_resolving_and_whoever_is_first_wins() -> None:
    wish = do.AskedByCitizen(CASE_ID, ASKED)
    resolved = kept(resolve(a_case(SIGNED)))
    assert said(citizen.withdraw(resolved, wish, at=AT)) == ["case.move_refused"]
    withdrawn = kept(citizen.withdraw(a_case(SIGNED), wish, at=AT))
    assert not any(order.is_open for order in withdrawn.orders)
    with pytest.raises(MoveNotAllowed):
        resolve(withdrawn)
    with pytest.raises(MoveNotAllowed):
        sign(withdrawn, by=street(ENFORCEMENT), order_id=CO_ID)


def test_a_withdrawn_return_waits_for_no_ruling() -> None:
    gone = citizen.withdraw(a_case(CaseState.RETURNED), do.AskedByCitizen(CASE_ID, ASKED), at=AT).state
    assert (gone.returning, gone.bell_at) == (None, None)


def test_urging_is_counted_on_the_order() -> None:
    case = kept(citizen.urge(a_case(SIGNED), do.AskedByCitizen(CASE_ID, ASKED), at=AT))
    again = overseeing.urge(case, do.Urge(order_id=LEAD_ID, by=DESK), CITY, at=AT)
    assert again.state.lead.urged == 2


def test_a_citizen_who_urges_again_and_again_is_counted_and_noted_once_with_the_last_time() -> None:
    case, wish = a_case(SIGNED), do.AskedByCitizen(CASE_ID, ASKED)
    for minute in range(3):
        case = kept(citizen.urge(case, wish, at=AT + timedelta(minutes=minute)))
    assert (case.lead.urged, [each.at for each in case.lead.notes]) == (3, [AT + timedelta(minutes=2)])
    noted = kept(overseeing.urge(case, do.Urge(order_id=LEAD_ID, by=DESK), CITY, at=AT + HOUR))
    again = kept(citizen.urge(noted, wish, at=AT + HOUR))
    assert [each.by for each in again.lead.notes] == ["citizen", "dispatcher", "citizen"]


def test_what_one_citizen_may_add_to_a_case_has_an_end() -> None:
    full = a_case(SIGNED, supplements=(Supplement(AT, "sealed"),) * citizen.MOST_SUPPLEMENTS)
    decision = citizen.supplement(full, do.AddWords(CASE_ID, "one more", ASKED), at=AT)
    [refused] = decision.facts
    assert (refused.move, refused.reason) == ("supplement", "too_many_supplements")
    assert decision.state.supplements == full.supplements


def test_roles_of_orders_are_kept_apart() -> None:
    case = a_case(SIGNED)
    assert [each.role for each in case.orders] == [OrderRole.LEAD, OrderRole.CO]
    assert replace(case, lead=None).orders == case.co_orders
