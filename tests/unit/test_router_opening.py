"""The first decision: dispatched in the same knock, or a dispatcher is asked; answered, declined, merged."""

from dataclasses import replace
from datetime import timedelta

import pytest

from services.router.domain import commands as do
from services.router.domain import errors
from services.router.domain.model import Bell, Supplement
from services.router.domain.policy import opening
from services.router.domain.policy.sending import DISCRETION
from services.router.domain.words import StatedPlace, Words, read_words
from shared.city.city import City
from shared.city.errors import PlaceTooCoarse, UnknownCategory, UnknownUnit
from shared.kernel.ids import CaseId, CategoryCode, UnitCode, new_id
from shared.kernel.words import Channel, HandlingMode, Kind, Tier
from shared.lifecycle.case import CaseState
from tests.kit.builders_router import (
    AT,
    CASE_ID,
    DAXING,
    DESK,
    GUANYINSI,
    TIANGONGYUAN,
    WORDS,
    a_case,
    ids,
    said,
)
from tests.kit.city import beijing, closing

CITY = beijing()
WAITING = CaseState.AWAITING_DISPATCHER


def opened(text: str, *, city: City = CITY, **more: object):  # type: ignore[no-untyped-def]
    registered: dict[str, object] = {
        "case_id": CASE_ID,
        "registered_at": AT,
        "channel": Channel.HOTLINE,
        "kind": Kind.COMPLAINT,
        "stated_category": None,
        "sealed_words": "sealed",
        "words": Words(text),
        "has_phone": True,
    }
    command = do.OpenCase(**{**registered, **more})  # type: ignore[arg-type]
    return opening.open_case(command, ids(), city, at=AT + timedelta(seconds=2))


def dispatched(case_state: CaseState = WAITING, *, words: Words = WORDS, **more: object):  # type: ignore[no-untyped-def]
    command = do.Dispatch(case_id=CASE_ID, by=DESK, **more)  # type: ignore[arg-type]
    return opening.dispatch(a_case(case_state), command, words, ids(), CITY, at=AT)


def test_a_sure_case_is_dispatched_in_the_same_knock_with_clause_and_versions() -> None:
    decision = opened("大兴区观音寺街道首座御园有群租房")
    assert said(decision) == ["case.classified", "case.dispatched"]
    fact = decision.facts[1]
    assert (fact.unit, fact.category, fact.tier) == (GUANYINSI, "group_rental", Tier.GENERAL)
    assert (fact.clause, fact.list_version) == ("《条块共同事项清单》第 30 项", CITY.responsibilities.version)
    assert fact.policy_version == CITY.policy.version
    assert "D110115-CGZF" in {each.unit for each in fact.co_orders}
    assert len({fact.work_order_id, *(each.work_order_id for each in fact.co_orders)}) == 1 + len(
        fact.co_orders
    )
    assert fact.mode is HandlingMode.PLATFORM_ASSISTED
    assert decision.state.started_at == AT + timedelta(seconds=2)


def test_water_on_a_road_is_urgent_and_handled_as_special() -> None:
    fact = opened("西城区椿树街道路面积水，很深").facts[1]
    assert (fact.tier, fact.mode) == (Tier.URGENT, HandlingMode.SPECIAL)
    assert fact.resolve_by - (AT + timedelta(seconds=2)) == timedelta(hours=2)
    assert fact.sign_by - (AT + timedelta(seconds=2)) == timedelta(minutes=30)


def test_a_homonym_is_asked_not_guessed() -> None:
    decision = opened("香屯村路灯不亮")
    assert said(decision) == ["case.classified"]
    assert decision.facts[0].awaiting_dispatcher
    assert decision.state.state is WAITING
    assert len(decision.state.candidates) > 1


def test_words_nobody_understands_wait_for_a_dispatcher_within_the_general_limit() -> None:
    decision = opened("东花市街道 你好")
    [fact] = decision.facts
    assert (fact.category, fact.confidence, fact.awaiting_dispatcher) == (None, 0.0, True)
    assert fact.dispatch_by == AT + timedelta(hours=24)


def test_a_possible_danger_waits_under_the_urgent_limit() -> None:
    decision = opened("路面积水")
    assert decision.facts[0].awaiting_dispatcher
    assert decision.state.dispatch_by == AT + timedelta(hours=1)


def test_a_stated_category_is_believed_but_not_against_a_danger_in_the_text() -> None:
    stated = opened("观音寺街道首座御园楼下", stated_category=CategoryCode("parking"))
    assert said(stated) == ["case.classified", "case.dispatched"]
    assert stated.facts[1].category == "parking"
    doubted = opened("观音寺街道首座御园路面积水", stated_category=CategoryCode("parking"))
    assert doubted.state.state is WAITING
    assert doubted.state.dispatch_by == AT + timedelta(hours=1)


def test_a_stated_category_or_place_nobody_knows_states_nothing() -> None:
    words = Words("大兴区观音寺街道首座御园有群租房", places=(StatedPlace("site", UnitCode("nowhere")),))
    decision = opened("", words=words, stated_category=CategoryCode("no_such"))
    assert decision.facts[1].unit == GUANYINSI


def test_a_stated_place_goes_before_the_text() -> None:
    words = Words("有群租房", places=(StatedPlace("site", TIANGONGYUAN),))
    assert opened("", words=words).facts[1].unit == TIANGONGYUAN


def test_a_stated_place_that_was_closed_is_who_answers_for_it_now() -> None:
    """An incident's, reported by a grid worker before the community was closed."""
    community = next(each.code for each in CITY.units.children(TIANGONGYUAN))
    words = Words("有群租房", places=(StatedPlace("site", UnitCode(community)),))
    decision = opened("", words=words, city=closing(UnitCode(community)))
    assert (decision.facts[1].unit, decision.facts[1].place) == (TIANGONGYUAN, TIANGONGYUAN)


def test_of_a_stated_street_that_was_merged_away_the_words_tell_more_than_its_district() -> None:
    """What lay there is another street's by now. Where the words are silent too, it is the district."""
    city, merged = closing(TIANGONGYUAN), (StatedPlace("site", TIANGONGYUAN),)
    told = opened("", words=Words("首座御园有群租房", places=merged), city=city)
    assert said(told) == ["case.classified", "case.dispatched"]
    assert told.facts[1].unit == GUANYINSI
    silent = opened("", words=Words("有群租房", places=merged), city=city)
    assert (silent.state.state, silent.state.place) == (WAITING, DAXING)
    # Where the citizen lives is not where it happened.
    elsewhere = (*merged, StatedPlace("home", GUANYINSI))
    assert opened("", words=Words("有群租房", places=elsewhere), city=city).state.place == DAXING
    homonym = opened("", words=Words("香屯村路灯不亮", places=merged), city=city)
    assert len(homonym.state.candidates) > 1


def test_a_proactive_finding_stays_linked_to_its_case() -> None:
    other = CaseId(new_id())
    decision = opened("大兴区观音寺街道首座御园有群租房", proactive=True, linked_case_id=other)
    assert decision.facts[1].proactive
    assert decision.state.linked_case_id == other


def test_a_case_over_two_towns_has_one_lead_and_the_papers_town_helps() -> None:
    decision = opened("我是珍珠泉乡村民，生活不能自理，想办低保，户口在永宁镇，材料在永宁镇")
    street = CITY.units.street_of
    fact = decision.facts[-1]
    assert fact.TYPE == "jiesu.case.dispatched", decision.facts
    assert CITY.units.get(fact.unit).name.startswith("珍珠泉")
    assert any("永宁" in CITY.units.get(street(each.unit) or each.unit).name for each in fact.co_orders)


def test_a_dispatcher_sends_it_where_the_list_says() -> None:
    decision = dispatched()
    assert said(decision) == ["case.dispatched"]
    assert decision.facts[0].unit == GUANYINSI
    assert decision.facts[0].clause == "《条块共同事项清单》第 30 项"


def test_another_lead_than_the_lists_needs_a_reason_and_cites_no_clause() -> None:
    with pytest.raises(errors.ReasonNeeded):
        dispatched(lead=TIANGONGYUAN)
    decision = dispatched(lead=TIANGONGYUAN, reason="小区跨街道，天宫院为主")
    assert (decision.facts[0].unit, decision.facts[0].clause) == (TIANGONGYUAN, DISCRETION)
    assert "小区" not in decision.facts[0].model_dump_json()


def test_another_tier_needs_a_reason() -> None:
    with pytest.raises(errors.ReasonNeeded):
        dispatched(tier=Tier.URGENT)
    assert dispatched(tier=Tier.URGENT, reason="有人被困").facts[0].tier is Tier.URGENT


def test_the_dispatcher_names_units_and_categories_that_exist() -> None:
    with pytest.raises(UnknownUnit):
        dispatched(lead=UnitCode("nobody"), reason="x")
    with pytest.raises(UnknownUnit):
        dispatched(co_units=(UnitCode("nobody"),))
    with pytest.raises(UnknownCategory):
        dispatched(category=CategoryCode("no_such"))
    with pytest.raises(PlaceTooCoarse) as wide:
        dispatched(place=DAXING)
    assert (wide.value.field, wide.value.message) == (
        "place",
        "this falls to the street, and 110115 is too wide to say which one; name the place",
    )
    nowhere = a_case(WAITING, place=None)
    asked = do.Dispatch(case_id=CASE_ID, by=DESK, category=CategoryCode("food_safety"))
    with pytest.raises(PlaceTooCoarse, match="the district's market department, and no place says which"):
        opening.dispatch(nowhere, asked, Words("变质"), ids(), CITY, at=AT)


def test_a_case_sent_back_by_its_citizen_does_not_come_to_who_returned_it_either() -> None:
    """The lead was closed meanwhile, so a dispatcher finds another: not the one that handed it back."""
    again = a_case(CaseState.REOPENED, returned_by=(TIANGONGYUAN,))
    asked = do.Dispatch(case_id=CASE_ID, by=DESK, lead=TIANGONGYUAN, reason="x")
    with pytest.raises(errors.ReturnedBefore):
        opening.dispatch(again, asked, WORDS, ids(), CITY, at=AT)


def test_a_case_without_category_cannot_be_dispatched_without_naming_one() -> None:
    case = a_case(WAITING, category=None, tier=None, suggestions=())
    command = do.Dispatch(case_id=CASE_ID, by=DESK)
    with pytest.raises(errors.CategoryNeeded):
        opening.dispatch(case, command, WORDS, ids(), CITY, at=AT)


def test_at_most_ten_co_units() -> None:
    many = tuple(UnitCode(code) for code in list(CITY.units.by_code)[:12])
    with pytest.raises(errors.TooManyCoUnits):
        dispatched(co_units=many)


def test_a_decision_on_an_older_version_is_stale() -> None:
    with pytest.raises(errors.CaseMovedOn):
        dispatched(seen=frozenset({7}))


def test_an_empty_answer_is_no_answer() -> None:
    with pytest.raises(errors.TextNeeded):
        opening.answer(a_case(WAITING), do.Answer(case_id=CASE_ID, by=DESK, text=" "), at=AT)


def test_a_case_is_merged_only_into_another_that_will_be_resolved() -> None:
    case = a_case(CaseState.DISPATCHED)
    with pytest.raises(errors.MergeIntoItself):
        opening.merge(case, case, do.Merge(case_id=CASE_ID, by=DESK, into_case_id=CASE_ID), at=AT)
    over = a_case(CaseState.CLOSED, case_id=CaseId(new_id()))
    with pytest.raises(errors.UnfitMergeTarget):
        opening.merge(case, over, do.Merge(case_id=CASE_ID, by=DESK, into_case_id=over.case_id), at=AT)


def test_merging_ends_the_orders() -> None:
    into = a_case(CaseState.SIGNED, case_id=CaseId(new_id()))
    command = do.Merge(case_id=CASE_ID, by=DESK, into_case_id=into.case_id)
    merged = opening.merge(a_case(CaseState.SIGNED), into, command, at=AT).state
    assert not any(order.is_open for order in merged.orders)


def test_who_was_joined_to_what_came_to_nothing_waits_for_a_dispatcher_and_is_owed_anew() -> None:
    added = (Supplement(AT, "sealed too"),)
    case = a_case(
        CaseState.SIGNED, tier=Tier.URGENT, redo=1, supplements=added, rung=(Bell.DISPATCH, Bell.RESOLVE)
    )
    gone = a_case(CaseState.WITHDRAWN, case_id=CaseId(new_id()))
    into = replace(gone, state=CaseState.SIGNED)
    command = do.Merge(case_id=CASE_ID, by=DESK, into_case_id=into.case_id)
    joined = opening.merge(case, into, command, at=AT).state
    later = AT + timedelta(days=30)
    decision = opening.unmerge(joined, gone, CITY, at=later)
    alone, [fact] = decision.state, decision.facts
    assert (alone.state, alone.merged_into, alone.redo) == (WAITING, None, 1)
    assert alone.dispatch_by == alone.bell_at == fact.dispatch_by == later + timedelta(hours=1)
    assert (alone.sealed_words, alone.supplements, alone.suggestions) == ("sealed", added, case.suggestions)
    assert [(each.by, each.about, each.text) for each in alone.notes] == [
        ("dispatcher", "merge", str(into.case_id)),
        ("router", "unmerge", f"{gone.case_id} withdrawn"),
    ]
    assert (fact.case_id, fact.from_case_id) == (CASE_ID, gone.case_id)
    sent = opening.dispatch(
        alone, do.Dispatch(case_id=CASE_ID, by=DESK, reason="单独办理"), WORDS, ids(), CITY, at=later
    ).state
    fresh = CITY.calendar.deadline(later, CITY.policy.feedback.of(Tier.GENERAL))
    assert sent.resolve_by == fresh, "and not the deadline of a month ago"
    assert sent.redo == 1


def test_sealed_words_of_another_form_are_refused_without_being_quoted() -> None:
    with pytest.raises(errors.WordsUnreadable) as refused:
        read_words('{"text": ["秘密"]}'.encode())
    assert "秘密" not in str(refused.value)
    assert read_words('{"text": "路灯", "later": 1}'.encode()).text == "路灯"
