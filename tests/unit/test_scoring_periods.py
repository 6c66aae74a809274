"""考核周期 where the policy cuts otherwise since a period: nothing is lost between two rules."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.scoring.domain.periods import Periods
from services.scoring.domain.policy.lines import Rules, lines_of
from shared.city.policy_scoring import Period as Cut
from shared.city.policy_scoring import Score
from shared.kernel.words import Satisfied, Solved
from tests.kit.case_story import MORNING, SHANGHAI, YONGNING, handled
from tests.kit.city import beijing
from tests.kit.ledger import LedgerInMemory

NINETEENTH = {"kind": "cut_day", "cut_day": 19, "cut_at": "12:00", "settle": "24h", "source": "a tool"}
MONTHLY = {"kind": "calendar_month", "settle": "48h", "source": "ours"}


def cut(now: dict[str, Any], since: str, before: dict[str, Any]) -> Cut:
    return Cut.model_validate({**now, "since": since, "before": before})


def periods(now: dict[str, Any], since: str, before: dict[str, Any]) -> Periods:
    return Periods.of(cut(now, since, before), SHANGHAI)


TO_MONTHS = periods(MONTHLY, "2026-12", NINETEENTH)
TO_THE_19TH = periods(NINETEENTH, "2026-11", MONTHLY)
THERE_AND_BACK = periods(NINETEENTH, "2027-03", {**MONTHLY, "since": "2026-12", "before": NINETEENTH})
LONGER = periods({**NINETEENTH, "settle": "72h"}, "2026-12", NINETEENTH)
EDGES = [
    datetime(2026, 11, 1, tzinfo=SHANGHAI),
    datetime(2026, 11, 19, 12, tzinfo=SHANGHAI),
    datetime(2027, 1, 1, tzinfo=SHANGHAI),
    datetime(2027, 3, 1, tzinfo=SHANGHAI),
]
INSTANTS = st.one_of(
    st.builds(
        lambda edge, hours, about: edge + timedelta(hours=hours, microseconds=about),
        st.sampled_from(EDGES),
        st.sampled_from([0, 24, 48, 72]),
        st.sampled_from([-1, 0, 1]),
    ),
    st.integers(0, 300 * 24).map(lambda hours: datetime(2026, 8, 1, tzinfo=UTC) + timedelta(hours=hours)),
)


@pytest.mark.parametrize(
    ("found", "label", "starts", "ends"),
    [
        (TO_MONTHS, "2026-11", "2026-10-19T12:00", "2026-11-19T12:00"),
        (TO_MONTHS, "2026-12", "2026-11-19T12:00", "2027-01-01T00:00"),
        (TO_MONTHS, "2027-01", "2027-01-01T00:00", "2027-02-01T00:00"),
        (TO_THE_19TH, "2026-10", "2026-10-01T00:00", "2026-11-01T00:00"),
        (TO_THE_19TH, "2026-11", "2026-11-01T00:00", "2026-11-19T12:00"),
        (THERE_AND_BACK, "2027-03", "2027-03-01T00:00", "2027-03-19T12:00"),
    ],
)
def test_the_first_period_of_another_cut_begins_where_the_last_one_ends(
    found: Periods, label: str, starts: str, ends: str
) -> None:
    period = found.named(label)
    assert [f"{at:%Y-%m-%dT%H:%M}" for at in (period.starts, period.ends)] == [starts, ends]


@pytest.mark.parametrize("found", [TO_MONTHS, TO_THE_19TH, THERE_AND_BACK, LONGER])
@given(at=INSTANTS)
def test_every_instant_lies_in_one_period_and_changes_none_that_is_settled(
    found: Periods, at: datetime
) -> None:
    period, opened = found.at(at), found.opened(at)
    assert period.starts <= at < period.ends
    assert found.named(found.after(period.label)).starts == period.ends
    assert found.before(found.after(period.label)) == period.label
    assert found.settled(found.before(opened)) <= at < found.settled(opened)


@pytest.mark.parametrize(
    ("now", "since", "before", "reason"),
    [
        (MONTHLY, None, NINETEENTH, "stand together"),
        (MONTHLY, "2026-12", None, "stand together"),
        (MONTHLY, "2026-13", NINETEENTH, "string_pattern"),
        (NINETEENTH, "2026-12", {**MONTHLY, "since": "2026-12", "before": NINETEENTH}, "must be later"),
        ({**NINETEENTH, "cut_day": 1, "cut_at": "00:00"}, "2026-12", MONTHLY, "where it begins"),
    ],
)
def test_another_cut_that_is_none_is_refused(
    now: dict[str, Any], since: Any, before: Any, reason: str
) -> None:
    with pytest.raises(ValidationError) as refusal:
        cut(now, since, before)
    assert reason in str(refusal.value)


async def test_an_answer_is_worth_what_its_period_is_judged_by_whenever_it_is_folded() -> None:
    """A replay under a later policy comes to the same lines."""
    policy = beijing().policy
    before = policy.score.model_dump(mode="json")
    later = {
        **before,
        "basically_satisfied": "0.8",
        "partly_solved": "0.5",
        "since": "2026-12",
        "before": before,
    }
    score = Score.model_validate(later)
    rules = Rules.of_policy(policy.model_copy(update={"score": score}))
    ledger = LedgerInMemory()
    worths = []
    for name, at in (("old", MORNING), ("new", MORNING + timedelta(days=18))):
        story = handled(name, YONGNING, now=at).judged(Solved.PARTLY, Satisfied.BASICALLY)
        await ledger.hears(*story.heard)
        lines = lines_of(ledger.entries.kept[story.case_id], rules)
        worths.append([(line.period, str(line.numerator)) for line in lines][-2:])
    assert worths == [[("2026-11", "0"), ("2026-11", "0.9")], [("2026-12", "0.5"), ("2026-12", "0.8")]]
    assert (score.of("2026-11"), score.of("2026-12")) == (policy.score, score)
    with pytest.raises(ValidationError, match="stand together"):
        Score.model_validate({**later, "before": None})
