"""受理 decided, without I/O."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.intake.domain import policy
from services.intake.domain.attachments import MOST_OF_A_CASE, check_room
from services.intake.domain.codes import TrackingNumber
from services.intake.domain.commands import (
    Admit,
    AskUrge,
    AskWithdrawal,
    Follow,
    Register,
    StatedContact,
    StatedPlace,
)
from services.intake.domain.contact import Contact, normalised_phone
from services.intake.domain.errors import (
    Anonymised,
    CaseNotOver,
    EmptyContact,
    EmptyPlace,
    GridElsewhere,
    HalfPoint,
    LinkNeedsProactive,
    NoSuchCategory,
    NoSuchGrid,
    NoSuchPoint,
    NoSuchUnit,
    OutsideCity,
    ProactiveIsForUnits,
    UnreadablePhone,
)
from services.intake.domain.file_errors import CaseTakesNoFiles, TooManyAttachments
from services.intake.domain.model import MOST_WRONG_CODES, Case, WrongCodes
from services.intake.domain.words import PlaceRole, RelatedPlace, Words, read_words
from services.router.domain.words import StatedPlace as StatedSite
from services.router.domain.words import Words as RouterWords
from services.router.domain.words import write_words
from shared.city.areas import Area, Areas
from shared.city.coordinates import Datum
from shared.events.intake import CaseAnonymised, CaseRegistered, CaseSupplemented, UrgeAsked, WithdrawalAsked
from shared.kernel.errors import Refusal
from shared.kernel.ids import CaseId, CategoryCode, UnitCode
from shared.kernel.words import Channel, Kind, Language
from shared.lifecycle.case import CaseState
from tests.kit.city import beijing

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
CASE_ID = CaseId(UUID("01950000-0000-7000-8000-0000000000ca"))
GUANYINSI, YONGNING = UnitCode("110115009"), UnitCode("110119101")
COMMUNITY = UnitCode("110115009006")


def a_wish(**more: Any) -> Register:
    return Register(**{"channel": Channel.APP, "kind": Kind.COMPLAINT, "text": "路灯不亮。", **more})


def made(**more: Any) -> Admit:
    number = TrackingNumber("BJ261122-7K3M9QXA-4")
    return Admit(
        **{
            "case_id": CASE_ID,
            "tracking_number": number,
            "access_hash": "h",
            "sealed_words": "s",
            "has_phone": True,
            **more,
        }
    )


def a_case(**more: Any) -> Case:
    return replace(policy.register(a_wish(), made(), at=AT).state, **more)


def test_a_registered_case_is_said_with_everything_but_what_is_personal() -> None:
    wish = a_wish(contact=StatedContact(name="张三", phone="13812345678", confidential=True))
    decision = policy.register(wish, made(), at=AT)
    assert decision.state.status is CaseState.REGISTERED
    assert decision.state.registered_at == AT
    assert decision.facts == (
        CaseRegistered(
            case_id=CASE_ID,
            channel=Channel.APP,
            kind=Kind.COMPLAINT,
            sealed_words="s",
            has_phone=True,
            confidential=True,
        ),
    )


@pytest.mark.parametrize(("anonymous", "said"), [(False, Language.ENGLISH), (True, None)])
def test_the_language_to_be_called_back_in_is_said_unless_nobody_is(
    anonymous: bool, said: Language | None
) -> None:
    contact = StatedContact(phone="13812345678", anonymous=anonymous, language=Language.ENGLISH)
    for entry in (None, UUID(int=7)):
        decided = policy.register(a_wish(contact=contact), replace(made(), entry_id=entry), at=AT)
        assert decided.facts[0].language is said  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("wish", "anonymous"),
    [
        (a_wish(), True),
        (a_wish(contact=StatedContact(name="张三")), False),
        (a_wish(contact=StatedContact(name="张三", anonymous=True)), True),
        (a_wish(proactive=True, by_unit=True), False),
    ],
)
def test_who_says_nothing_of_himself_is_anonymous(wish: Register, anonymous: bool) -> None:
    assert policy.register(wish, made(), at=AT).state.anonymous is anonymous


@pytest.mark.parametrize(
    ("more", "refusal", "field"),
    [
        ({"proactive": True}, ProactiveIsForUnits, None),
        ({"linked_case_id": CASE_ID, "by_unit": True}, LinkNeedsProactive, "linked_case_id"),
        ({"category": CategoryCode("no.such")}, NoSuchCategory, "category"),
        ({"place": StatedPlace()}, EmptyPlace, "place"),
        ({"place": StatedPlace(system=Datum.BD09)}, EmptyPlace, "place"),
        ({"place": StatedPlace(lng=116.4)}, HalfPoint, "place.lat"),
        ({"place": StatedPlace(lat=39.9, address="路")}, HalfPoint, "place.lng"),
        ({"place": StatedPlace(lng=200.0, lat=39.9)}, NoSuchPoint, "place.lng"),
        ({"place": StatedPlace(lng=116.4, lat=-91.0)}, NoSuchPoint, "place.lat"),
        ({"place": StatedPlace(lng=float("nan"), lat=39.9)}, NoSuchPoint, "place.lng"),
        ({"place": StatedPlace(lng=121.47, lat=31.23)}, OutsideCity, "place.lng"),
        ({"place": StatedPlace(lng=116.4, lat=31.23)}, OutsideCity, "place.lat"),
        ({"place": StatedPlace(unit=UnitCode("0"))}, NoSuchUnit, "place.unit"),
        ({"place": StatedPlace(grid="G1")}, NoSuchGrid, "place.grid"),
        (
            {"related_places": (RelatedPlace(UnitCode("0"), PlaceRole.PAPERS),)},
            NoSuchUnit,
            "related_places.0.unit",
        ),
        ({"contact": StatedContact()}, EmptyContact, "contact"),
        ({"contact": StatedContact(name="  ")}, EmptyContact, "contact"),
        ({"contact": StatedContact(phone="110")}, UnreadablePhone, "contact.phone"),
    ],
)
def test_what_cannot_be_taken_is_refused_by_name(
    more: dict[str, Any], refusal: type[Refusal], field: str | None
) -> None:
    with pytest.raises(refusal) as refused:
        policy.examine(a_wish(**more), beijing())
    assert field is None or getattr(refused.value, "field", None) == field


def test_words_are_what_router_reads() -> None:
    place = StatedPlace(address="首座御园", lng=116.40371, lat=39.91022, system=Datum.GCJ02, unit=GUANYINSI)
    wish = a_wish(place=place, related_places=(RelatedPlace(YONGNING, PlaceRole.PAPERS),))
    words = policy.examine(wish, beijing()).words
    assert words.lng == pytest.approx(116.39747, abs=2e-5)
    assert words.lat == pytest.approx(39.90882, abs=2e-5)
    assert [(place.unit, place.role) for place in words.places] == [
        (GUANYINSI, PlaceRole.SITE),
        (YONGNING, PlaceRole.PAPERS),
    ]
    assert "首座御园" in words.plain().decode()


@pytest.mark.parametrize(
    ("of_cell", "stated", "site"),
    [
        (COMMUNITY, None, COMMUNITY),
        (COMMUNITY, GUANYINSI, COMMUNITY),
        (GUANYINSI, COMMUNITY, COMMUNITY),
        (GUANYINSI, GUANYINSI, GUANYINSI),
    ],
)
def test_a_grid_cell_is_the_place_of_its_unit(of_cell: str, stated: UnitCode | None, site: str) -> None:
    """网格编码: of cell and unit the more exact one counts."""
    city = replace(beijing(), areas=Areas([Area("G1", "", of_cell, None)]))
    words = policy.examine(a_wish(place=StatedPlace(unit=stated, grid="G1")), city).words
    assert words.places == (RelatedPlace(UnitCode(site), PlaceRole.SITE),)
    assert read_words(words.plain()).grid == "G1"


@pytest.mark.parametrize("places", [None, (), (StatedSite("site", GUANYINSI),)])
def test_what_router_wrote_is_read(places: tuple[StatedSite, ...] | None) -> None:
    """A unit's finding, also at a case of which nobody knows in which street it is."""
    words = read_words(write_words(RouterWords("绿篱遮挡", places=places)))
    sites = tuple(RelatedPlace(GUANYINSI, PlaceRole.SITE) for _ in places or ())
    assert words == Words("绿篱遮挡", places=sites)
    assert read_words('{"text": "路灯", "later": 1}'.encode()) == Words("路灯")


@pytest.mark.parametrize(
    ("of_cell", "stated", "refusal"),
    [(GUANYINSI, YONGNING, GridElsewhere), ("closed-meanwhile", None, NoSuchGrid)],
)
def test_a_grid_cell_elsewhere_is_refused(
    of_cell: str, stated: UnitCode | None, refusal: type[Refusal]
) -> None:
    city = replace(beijing(), areas=Areas([Area("G1", "", of_cell, None)]))
    with pytest.raises(refusal) as refused:
        policy.examine(a_wish(place=StatedPlace(unit=stated, grid="G1")), city)
    assert getattr(refused.value, "field", None) == "place.grid"


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("13812345678", "+8613812345678"),
        ("138 1234-5678", "+8613812345678"),
        ("+86 138 1234 5678", "+8613812345678"),
        ("１３８１２３４５６７８", "+8613812345678"),
        ("010-12345678", "+861012345678"),
        ("+852 9123 4567", "+85291234567"),
    ],
)
def test_a_phone_is_kept_in_one_form(written: str, kept: str) -> None:
    assert normalised_phone(written) == kept


@pytest.mark.parametrize("written", ["", "abc", "12345", "0", "99999999999999999999", "+1"])
def test_what_is_no_phone_is_refused_without_being_repeated(written: str) -> None:
    with pytest.raises(UnreadablePhone) as refused:
        normalised_phone(written)
    assert not written or written not in refused.value.message


def test_a_contact_never_shows_itself() -> None:
    assert "张三" not in repr(Contact("张三", "+8613812345678")) + repr(StatedContact("张三", "138"))
    assert "路灯" not in repr(a_wish())


def test_wishes_are_asked_of_router_and_change_nothing_here() -> None:
    case = a_case()
    assert policy.supplement(case, "s2").facts == (CaseSupplemented(case_id=CASE_ID, sealed_words="s2"),)
    assert policy.ask_urge(case, AskUrge(CASE_ID)).facts == (UrgeAsked(case_id=CASE_ID),)
    asked = policy.ask_withdrawal(case, AskWithdrawal(CASE_ID))
    assert asked.facts == (WithdrawalAsked(case_id=CASE_ID),)
    assert asked.state == case


def test_files_are_laid_to_a_case_until_it_has_ended_or_has_as_many_as_are_kept() -> None:
    for state in CaseState:
        case = a_case(status=state)
        if state in (CaseState.CLOSED, CaseState.DECLINED, CaseState.WITHDRAWN):
            with pytest.raises(CaseTakesNoFiles, match=state):
                check_room(case, 0, 1)
            continue
        check_room(case, MOST_OF_A_CASE - 2, 2)
        with pytest.raises(TooManyAttachments):
            check_room(case, MOST_OF_A_CASE - 2, 3)


def test_who_asked_is_forgotten_at_a_citizens_wish_once_the_case_is_over() -> None:
    for state in CaseState:
        case = a_case(status=state)
        if state not in (CaseState.CLOSED, CaseState.DECLINED, CaseState.WITHDRAWN):
            with pytest.raises(CaseNotOver, match=state):
                policy.erase(case, at=AT)
            continue
        decided = policy.erase(case, at=AT)
        assert decided.state == policy.anonymise(case, at=AT).state
        assert decided.facts == (CaseAnonymised(case_id=CASE_ID),)
        with pytest.raises(Anonymised):
            policy.erase(decided.state, at=AT)


def test_what_router_said_is_taken_over_and_the_rest_stays() -> None:
    promised = AT + timedelta(days=7)
    first = Follow(CASE_ID, AT, 1, status=CaseState.DISPATCHED, unit=GUANYINSI, promised_at=promised)
    case = policy.follow(a_case(), first).state
    later = AT + timedelta(hours=1)
    case = policy.follow(case, Follow(CASE_ID, later, 2, status=CaseState.SIGNED)).state
    assert (case.status, case.unit, case.promised_at) == (CaseState.SIGNED, GUANYINSI, promised)
    assert (case.status_at, case.router_sequence, case.version) == (later, 2, 0)


def test_a_case_that_is_handled_once_more_goes_its_own_way() -> None:
    """重办: no promise of the first handling holds, and no other case's unit handles it any more."""
    joined = a_case(status=CaseState.SURVEYING, merged_into=CASE_ID, promised_at=AT, router_sequence=4)
    again = Follow(CASE_ID, AT, 5, status=CaseState.REOPENED, starts_anew=True)
    case = policy.follow(joined, again).state
    assert (case.status, case.merged_into, case.promised_at) == (CaseState.REOPENED, None, None)
    assert policy.follow(joined, replace(again, sequence=4)).state == joined


def test_what_comes_late_changes_nothing() -> None:
    case = a_case(status=CaseState.CLOSED, router_sequence=9)
    for sequence in (1, 8, 9):
        late = Follow(CASE_ID, AT, sequence, status=CaseState.SIGNED, unit=YONGNING)
        assert policy.follow(case, late).state == case


def test_what_was_counted_elsewhere_does_not_move_the_count() -> None:
    case = a_case(status=CaseState.SURVEYING, router_sequence=9)
    assert policy.follow(case, Follow(CASE_ID, AT, None)).state == case


def test_a_number_is_closed_from_the_tenth_wrong_code_until_the_window_ends() -> None:
    number = TrackingNumber("BJ261122-7K3M9QXA-4")
    end = AT + timedelta(minutes=15)
    for count, at, until in (
        (MOST_WRONG_CODES - 1, AT, None),
        (MOST_WRONG_CODES, end - timedelta(seconds=1), end),
        (MOST_WRONG_CODES, end, None),
    ):
        assert WrongCodes(number, "here", count, AT).blocked_until(at=at) == until
