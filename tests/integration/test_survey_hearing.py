"""What survey makes of what it hears: who is asked, when, and who is asked with them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.events.fact import CaseFact
from shared.events.router import CaseAnswered, CaseDeclined
from shared.kernel.ids import CaseId, CategoryCode, new_id
from shared.kernel.words import Channel, DeclineReason
from tests.integration.survey_desk import (
    MORNING,
    NIGHT,
    NO,
    NOON,
    YES,
    Desk,
    desk,
    house,
    merged,
    reopened,
    resolved,
    unmerged,
    withdrawn,
)
from tests.kit.city import beijing

__all__ = ["desk", "house"]

pytestmark = pytest.mark.postgres
SCHEDULED, UNREACHABLE = "callback.scheduled", "callback.unreachable"


async def pair(desk: Desk) -> tuple[CaseId, CaseId]:
    """A case, and another that was merged into it."""
    into, joined = await desk.case(), await desk.case()
    await desk.hears(merged(joined, into))
    return into, joined


async def test_a_registered_case_is_remembered_and_nobody_is_asked_yet(desk: Desk) -> None:
    case_id = await desk.case()
    assert await desk.said(case_id) == []
    (row,) = await desk.rows("SELECT has_phone FROM surveys WHERE case_id = :id", id=case_id)
    assert row["has_phone"] is True


async def test_a_resolved_case_is_called_back_however_often_that_is_delivered(desk: Desk) -> None:
    case_id = await desk.case()
    await desk.hears(resolved(case_id), again=2)
    assert await desk.told(case_id) == [SCHEDULED]
    (fact,) = await desk.rounds(case_id)
    assert (fact["round"], datetime.fromisoformat(fact["due_at"])) == (1, NOON)


async def test_a_case_answered_at_the_desk_is_called_back_too(desk: Desk) -> None:
    case_id = await desk.case()
    await desk.hears(CaseAnswered(case_id=case_id))
    assert await desk.told(case_id) == [SCHEDULED]


async def about(desk: Desk, callback_id: str, language: str = "zh") -> dict[str, Any]:
    """What the citizen's link says he is asked about."""
    answer = await desk.opens(await desk.link(callback_id), language)
    found: dict[str, Any] = answer.json()["about"]
    return found


async def test_who_made_several_requests_is_told_which_one_is_asked_about(desk: Desk) -> None:
    case_id = await desk.case(category="noise")
    await desk.hears(resolved(case_id, category="parking"))
    callback_id = await desk.callback_of(case_id)
    known = {"registered_on": "2026-11-23", "category": "小区停车", "unit": "观音寺街道"}
    assert await about(desk, callback_id) == known
    english = {**known, "category": "Parking in estates"}
    assert await about(desk, callback_id, "en") == english
    token = await desk.link(callback_id)
    assert "小区停车" in (await desk.client.get(f"/links/{token}?lang=zh")).text
    assert (
        "Parking in estates"
        in (
            await desk.client.post(
                f"/links/{token}?lang=en",
                content="",
                headers={"Content-Type": "application/x-www-form-urlencoded"},
            )
        ).text
    )
    rang = await desk.claims(callback_id, inbound=True)
    assert rang.json()["about"] == known


async def test_who_was_joined_is_told_of_the_unit_that_handled_the_other_case(desk: Desk) -> None:
    into, joined, named = await desk.case(), await desk.case(), await desk.case(category="noise")
    await desk.hears(merged(joined, into), merged(named, into), resolved(into, category="parking"))
    noise = beijing().categories.get("noise").zh
    for case_id, category in ((joined, "小区停车"), (named, noise)):
        told = await about(desk, await desk.callback_of(case_id))
        assert (told["category"], told["unit"]) == (category, "观音寺街道")


async def test_of_what_was_answered_at_once_the_matter_is_told_and_no_unit(desk: Desk) -> None:
    case_id = await desk.case()
    await desk.hears(CaseAnswered(case_id=case_id, category=CategoryCode("parking")))
    told = await about(desk, await desk.callback_of(case_id))
    assert (told["category"], told["unit"]) == ("小区停车", None)


async def test_what_is_resolved_at_night_is_due_in_the_morning(desk: Desk) -> None:
    desk.clock.at = NIGHT
    found = await desk.sees(await desk.callback())
    assert datetime.fromisoformat(found["due_at"]) == MORNING


async def test_who_left_no_phone_is_sent_nothing_and_handed_to_no_caller_but_may_answer(desk: Desk) -> None:
    case_id = await desk.case(has_phone=False)
    callback_id = await desk.callback(case_id)
    await desk.sends()
    assert await desk.rows("SELECT 1 FROM messages WHERE callback_id = :id", id=UUID(callback_id)) == []
    assert (await desk.claims(callback_id)).json()["reason"] == "no_phone"
    await desk.rings("end_expired")
    assert await desk.told(case_id) == [SCHEDULED]
    desk.clock.passes(days=14)
    await desk.rings("end_expired")
    assert await desk.told(case_id) == [SCHEDULED, UNREACHABLE]


@pytest.mark.parametrize("told", [{"proactive": True}, {"channel": Channel.SENSOR}], ids=["unit", "sensor"])
async def test_what_a_unit_or_a_camera_found_has_nobody_to_ask_and_that_is_said_at_once(
    desk: Desk, told: dict[str, Any]
) -> None:
    case_id = await desk.case(has_phone=False, **told)
    await desk.hears(resolved(case_id))
    assert await desk.told(case_id) == [SCHEDULED, UNREACHABLE]
    assert (await desk.said(case_id))[-1]["payload"]["attempts"] == 0


async def test_a_redo_is_a_second_round_whose_result_is_not_the_scored_one(desk: Desk) -> None:
    case_id = await desk.case()
    first = await desk.callback(case_id)
    assert (await desk.tries(first, inbound=True, answers=NO)).status_code == 201
    await desk.hears(reopened(case_id, first), resolved(case_id, redo=1))
    second = await desk.callback_of(case_id)
    assert (await desk.tries(second, inbound=True, answers=YES)).status_code == 201
    completed = [row["payload"] for row in await desk.said(case_id) if "completed" in row["type"]]
    assert [(fact["round"], fact["scored"]) for fact in completed] == [(1, True), (2, False)]
    assert (await desk.told(case_id)).count(SCHEDULED) == 2


async def test_a_withdrawn_case_is_not_asked_any_more(desk: Desk) -> None:
    case_id = await desk.case()
    callback_id = await desk.callback(case_id)
    await desk.hears(withdrawn(case_id))
    assert await desk.told(case_id) == [SCHEDULED, "callback.cancelled"]
    assert (await desk.sees(callback_id))["state"] == "cancelled"
    answer = await desk.tries(callback_id, inbound=True, answers=YES)
    assert (answer.status_code, answer.json()["reason"]) == (409, "move_not_allowed")


async def test_whoever_was_joined_is_asked_when_the_other_case_is_resolved(desk: Desk) -> None:
    into, joined = await pair(desk)
    assert await desk.said(joined) == []
    await desk.hears(resolved(into), again=1)
    for case_id in (into, joined):
        assert await desk.told(case_id) == [SCHEDULED]
    assert await desk.callback_of(into) != await desk.callback_of(joined)


async def test_whoever_was_joined_is_asked_once_though_the_other_case_is_redone(desk: Desk) -> None:
    into, joined = await pair(desk)
    await desk.hears(resolved(into))
    for case_id in (into, joined):
        answer = await desk.tries(await desk.callback_of(case_id), inbound=True, answers=NO)
        assert answer.status_code == 201
    await desk.hears(reopened(into, await desk.callback_of(into)), resolved(into, redo=1))
    assert len(await desk.rounds(into)) == 2
    assert len(await desk.rounds(joined)) == 1


async def test_whoever_was_joined_to_a_case_withdrawn_before_joinings_were_undone_is_asked(
    desk: Desk,
) -> None:
    into, joined = await pair(desk)
    await desk.hears(withdrawn(into))
    assert (await desk.said(into), await desk.told(joined)) == ([], [SCHEDULED])


def declined(case_id: CaseId, *, joined_go_on: bool = False) -> CaseDeclined:
    reason = DeclineReason.SECRET_OR_PRIVATE
    return CaseDeclined(case_id=case_id, reason=reason, joined_go_on=joined_go_on)


async def test_whoever_was_joined_to_a_case_declined_before_joinings_were_undone_is_asked(desk: Desk) -> None:
    into, joined = await pair(desk)
    await desk.hears(declined(into))
    assert (await desk.said(into), await desk.told(joined)) == ([], [SCHEDULED])


@pytest.mark.parametrize("order", [("merged unmerged", "gone"), ("gone", "merged unmerged")])
@pytest.mark.parametrize("end", [withdrawn, declined])
async def test_whoever_was_joined_to_what_came_to_nothing_is_asked_about_a_handling_of_its_own(
    desk: Desk, end: Callable[..., CaseFact], order: tuple[str, ...]
) -> None:
    into, joined = await desk.case(), await desk.case()
    facts = {
        "merged unmerged": [merged(joined, into), unmerged(joined, into)],
        "gone": [end(into, joined_go_on=True)],
    }
    for key in order:
        await desk.hears(*facts[key], again=1)
    assert await desk.said(joined) == [], "nothing was done that could be asked about"
    await desk.hears(resolved(joined))
    assert await desk.told(joined) == [SCHEDULED]
    assert await desk.said(into) == []


async def test_the_end_of_the_other_case_is_heard_between_a_joining_and_its_undoing(desk: Desk) -> None:
    into, joined = await desk.case(), await desk.case()
    third = await desk.case()
    await desk.hears(merged(joined, into), merged(third, joined))
    await desk.hears(withdrawn(into, joined_go_on=True))
    assert await desk.said(joined) == []
    await desk.hears(unmerged(joined, into))
    await desk.hears(resolved(joined))
    for case_id in (joined, third):
        assert await desk.told(case_id) == [SCHEDULED], "who was joined to it goes on with it"


async def test_who_was_asked_too_soon_is_called_off_and_asked_when_it_is_handled(desk: Desk) -> None:
    """The other one was resolved, redone and withdrawn before router heard of the round."""
    into, joined = await pair(desk)
    callback_id = await desk.callback(into)
    too_soon = await desk.callback_of(joined)
    await desk.hears(reopened(into, callback_id), withdrawn(into, joined_go_on=True), unmerged(joined, into))
    assert await desk.told(joined) == [SCHEDULED, "callback.cancelled"]
    assert (await desk.sees(too_soon))["state"] == "cancelled"
    later = await desk.case()
    await desk.hears(merged(later, joined))
    assert await desk.said(later) == [], "what was joined was handled before, and is not now"
    await desk.hears(resolved(joined))
    assert await desk.told(joined) == [SCHEDULED, "callback.cancelled", SCHEDULED]
    assert await desk.told(later) == [SCHEDULED]


async def test_who_was_let_go_and_answered_at_the_desk_is_told_of_no_unit_that_had_it(desk: Desk) -> None:
    into, joined = await pair(desk)
    callback_id = await desk.callback(into)
    assert (await about(desk, await desk.callback_of(joined)))["unit"] is not None
    await desk.hears(reopened(into, callback_id), withdrawn(into, joined_go_on=True), unmerged(joined, into))
    await desk.hears(CaseAnswered(case_id=joined))
    assert (await about(desk, await desk.callback_of(joined)))["unit"] is None


async def test_an_earlier_handling_of_the_other_case_that_is_heard_late_asks_nobody(desk: Desk) -> None:
    into, joined = await pair(desk)
    await desk.hears(unmerged(joined, into))
    await desk.hears(resolved(into))
    assert (await desk.told(into), await desk.said(joined)) == ([SCHEDULED], [])


async def test_whoever_was_joined_twice_over_is_asked_with_the_last_case(desk: Desk) -> None:
    into, joined = await pair(desk)
    third = await desk.case()
    await desk.hears(merged(third, joined))
    await desk.hears(resolved(into))
    assert await desk.told(third) == [SCHEDULED]


@pytest.mark.parametrize("end", [resolved, withdrawn])
async def test_a_merging_that_is_heard_after_the_end_of_the_handling_still_counts(
    desk: Desk, end: Callable[[CaseId], CaseFact]
) -> None:
    into, joined = await desk.case(), await desk.case()
    await desk.hears(end(into))
    await desk.hears(merged(joined, into))
    assert await desk.told(joined) == [SCHEDULED]


async def test_a_merging_into_a_case_not_heard_of_yet_waits_for_it(desk: Desk) -> None:
    into, joined = CaseId(new_id()), await desk.case()
    await desk.hears(merged(joined, into))
    await desk.case(into)
    await desk.hears(resolved(into))
    assert (await desk.told(into), await desk.told(joined)) == ([SCHEDULED], [SCHEDULED])


async def test_who_is_merged_into_a_case_being_redone_waits_for_the_end_of_that(desk: Desk) -> None:
    into, joined = await desk.case(), await desk.case()
    callback_id = await desk.callback(into)
    await desk.tries(callback_id, inbound=True, answers=NO)
    await desk.hears(reopened(into, callback_id), merged(joined, into))
    assert await desk.said(joined) == []
    await desk.hears(resolved(into, redo=1))
    assert await desk.told(joined) == [SCHEDULED]


async def test_two_cases_merged_into_each_other_over_time_are_each_asked(desk: Desk) -> None:
    into, joined = await pair(desk)
    await desk.hears(merged(into, joined), resolved(joined))
    assert (await desk.told(into), await desk.told(joined)) == ([SCHEDULED], [SCHEDULED])


async def test_the_version_before_goes_on_inserting_while_this_ones_migrations_are_applied(
    desk: Desk,
) -> None:
    case_id, callback_id, later = new_id(), new_id(), NOON + timedelta(hours=1)
    await desk.rows(
        "INSERT INTO surveys (case_id, has_phone, rounds, joined, handled, version) "
        "VALUES (:id, true, '[]', '[]', true, 1) RETURNING case_id",
        id=case_id,
    )
    (row,) = await desk.rows(
        "INSERT INTO callbacks "
        "(callback_id, case_id, number, state, due_at, attempts, claimed_by, claimed_until) "
        "VALUES (:id, :case_id, 1, 'scheduled', :due, 0, 'caller-1', :until) "
        "RETURNING kind, open_from, doubtful, reached, by_phone",
        id=callback_id,
        case_id=case_id,
        due=NOON,
        until=later,
    )
    assert row == {
        "kind": "round",
        "open_from": later,
        "doubtful": False,
        "reached": False,
        "by_phone": True,
    }
    (message,) = await desk.rows(
        "INSERT INTO messages (callback_id, sent_at) VALUES (:id, :at) RETURNING kind, state, tries",
        id=callback_id,
        at=NOON,
    )
    assert message == {"kind": "link", "state": "sent", "tries": 1}
    await desk.rows(
        "INSERT INTO webhooks (event_id, received_at) VALUES ('e-before', :at) RETURNING kind", at=NOON
    )
    # Its case has no such round: no other test shall find it waiting.
    await desk.rows("DELETE FROM callbacks WHERE callback_id = :id RETURNING kind", id=callback_id)
