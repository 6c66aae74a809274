"""权责清单各版本: one in force on every day, by the city's clock; days may not collide."""

from datetime import UTC, date, datetime

import pytest

from services.router.domain.policy import lists as policy
from services.router.domain.records import PublishedList
from shared.city.errors import BrokenFile
from shared.city.responsibility_difference import list_difference
from shared.city.responsibility_lists import ListDocument, Lists, load_lists
from tests.kit.directory import small_city
from tests.kit.lists import list_text

CITY = small_city()
FIRST = ListDocument("first.yaml", list_text("1", "2026-01-01"))
NEXT = ListDocument("next.yaml", list_text("2", "2027-01-01", clause="新"))


def load(*documents: ListDocument) -> Lists:
    return load_lists(documents, units=CITY.units, categories=CITY.categories)


BOTH = load(NEXT, FIRST)


@pytest.mark.parametrize(
    ("moment", "version"),
    [
        (datetime(2026, 12, 31, 15, 59, 59, 999999, tzinfo=UTC), "1"),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), "2"),
        (datetime(2020, 1, 1, tzinfo=UTC), "1"),
        (datetime(2040, 1, 1, tzinfo=UTC), "2"),
    ],
)
def test_a_list_begins_at_the_citys_midnight(moment: datetime, version: str) -> None:
    """16:00 UTC is midnight in Asia/Shanghai; before its first day the first list holds too."""
    assert CITY.with_lists(BOTH).at(moment).responsibilities.version == version


def test_a_city_is_the_same_value_as_long_as_its_list_is() -> None:
    city = CITY.with_lists(BOTH)
    assert city.at(datetime(2026, 3, 1, tzinfo=UTC)) is city


def test_the_last_day_is_stated_or_follows_from_the_next() -> None:
    assert (BOTH.until("1"), BOTH.until("2")) == (date(2026, 12, 31), None)
    stated = ListDocument("f", list_text("1", "2026-01-01", until="2026-12-31"))
    assert load(stated, NEXT).until("1") == date(2026, 12, 31)


@pytest.mark.parametrize(
    ("documents", "at", "reason"),
    [
        ([FIRST, ListDocument("x", list_text("1", "2027-01-01"))], "version:", "version 1 is known already"),
        ([FIRST, ListDocument("x", list_text("2", "2026-01-01"))], "effective_from:", "overlap with"),
        (
            [ListDocument("f", list_text("1", "2026-01-01", until="2027-01-01")),
             ListDocument("x", NEXT.text)],
            "effective_from:", "overlap with version 1, 2026-01-01 to 2027-01-01",
        ),
        (
            [NEXT, ListDocument("x", list_text("1", "2026-01-01", until="2026-12-30"))],
            "effective_until:", "between it and version 2 days have no list",
        ),
        ([FIRST, ListDocument("x", list_text("2", "2027-01-01", until="2027-12-31"))],
         "effective_until:", "the last list has no end"),
        ([ListDocument("x", list_text("1", "2026-01-01", until="2025-12-31"))],
         "effective_until:", "ends before it begins"),
    ],
)  # fmt: skip
def test_days_that_collide_are_refused(documents: list[ListDocument], at: str, reason: str) -> None:
    with pytest.raises(BrokenFile, match=reason) as refusal:
        load(*documents)
    text = documents[-1].text
    assert (refusal.value.filename, refusal.value.line) == ("x", text[: text.index(at)].count("\n") + 1)


def test_an_item_that_stands_twice_for_one_matter_is_refused() -> None:
    """The same category, place and keywords; whoever comes first would be asked by chance."""
    again = "  - category: road_water\n    kind: street_only\n    lead: street\n    clause: 又一条\n"
    text = FIRST.text.rstrip() + "\n" + again
    with pytest.raises(BrokenFile, match="road_water at city is already in line") as refusal:
        load(ListDocument("x", text))
    assert refusal.value.line == text.count("\n") - 3


def test_a_difference_names_what_is_said_otherwise() -> None:
    first, following = BOTH.versions
    told = list_difference(first, following)
    assert [(each.item.category, each.fields) for each in told.changed] == [("road_water", ("clause",))]
    assert len(list_difference(None, first).added) == len(first.items)


def published(document: ListDocument, begins: date) -> PublishedList:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    sha256 = policy.sha256_of(document)
    return PublishedList("2", begins, None, 1, sha256, document.text, "f", at, "ops", version=1)


@pytest.mark.parametrize(
    ("now", "may"),
    [
        (datetime(2026, 12, 31, 15, 59, tzinfo=UTC), True),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), False),
    ],
)
def test_a_version_may_be_changed_until_the_minute_it_begins(now: datetime, may: bool) -> None:
    city, known = CITY.with_lists(BOTH), published(NEXT, date(2027, 1, 1))
    other = ListDocument("other.yaml", list_text("2", "2027-02-01", clause="另"))
    if may:
        assert not policy.draw_up(other, city, known, at=now).is_known
        return
    with pytest.raises(BrokenFile, match="version 2 has begun on 2027-01-01"):
        policy.draw_up(other, city, known, at=now)


def test_the_same_text_again_is_known_even_after_it_has_begun() -> None:
    known = published(NEXT, date(2027, 1, 1))
    at = datetime(2028, 1, 1, tzinfo=UTC)
    assert policy.draw_up(NEXT, CITY.with_lists(BOTH), known, at=at).is_known


@pytest.mark.parametrize(
    ("unit", "category", "concerned"),
    [
        ("110102015", "road_water", True),
        ("D110102-SWJ", "road_water", True),
        ("U110000-DRAIN", "road_water", True),
        ("U110000-HEAT", "road_water", False),
        ("110102015001", "road_water", False),
        ("110115009", "group_rental", True),
    ],
)
def test_what_may_fall_to_a_unit(unit: str, category: str, concerned: bool) -> None:
    found = BOTH.versions[0]
    items = [item for item in found.items if item.category == category and found.concerns(item, unit)]
    assert bool(items) is concerned


def test_a_streets_own_item_concerns_no_other_street() -> None:
    found = BOTH.versions[0]
    own = next(item for item in found.items if item.scope == "110115009")
    assert found.concerns(own, "110115009")
    assert not found.concerns(own, "110102015")
