"""merged into another → (that one resolved) → surveying → closed: sharing the handling, not the opinion."""

import pytest

from tests.kit.people import eventually
from tests.kit.stage import STREET, Stage

# One result in twenty is checked by a second call, which is no round.
_ROUNDS = "SELECT state FROM survey.callbacks WHERE case_id = $1 AND kind = 'round'"
_JOINED = "SELECT 1 FROM survey.surveys WHERE case_id = $1 AND jsonb_array_length(joined) > 0"


async def _joined(stage: Stage, case_id: str) -> None:
    """The merging has come to survey: it travels by another key than the handling."""
    await eventually(lambda: stage.suite.rows(_JOINED, case_id), what="the joining at survey")


@pytest.mark.kafka
async def test_merged_citizen_is_still_called_back(stage: Stage) -> None:
    first, second = await stage.reported(), await stage.reported()
    await stage.dispatched(first)
    await stage.dispatched(second)
    await stage.dispatcher.merges(second.case_id, into=first.case_id)
    await _joined(stage, first.case_id)
    await stage.resolved(first)
    await stage.called_back(first)
    await stage.called_back(second, solved="partly", satisfied="basically")
    await stage.state(first, "closed")
    await stage.state(second, "closed")
    page = await stage.ledger(second, "merged")
    assert page["merged_into"] == first.case_id
    judged = {line["measure"]: line["unit"] for line in page["lines"] if line["denominator"]}
    assert judged == dict.fromkeys(("contact", "resolution", "satisfaction"), STREET)


@pytest.mark.kafka
async def test_citizen_of_a_case_merged_twice_over_is_called_back(stage: Stage) -> None:
    first, second, third = await stage.reported(), await stage.reported(), await stage.reported()
    for held in (first, second, third):
        await stage.dispatched(held)
    await stage.dispatcher.merges(third.case_id, into=second.case_id)
    await _joined(stage, second.case_id)
    await stage.dispatcher.merges(second.case_id, into=first.case_id)
    await _joined(stage, first.case_id)
    await stage.resolved(first)
    for held in (first, second, third):
        await stage.called_back(held)
        await stage.state(held, "closed")


@pytest.mark.kafka
async def test_citizen_merged_into_a_case_that_is_redone_is_asked_once(stage: Stage) -> None:
    first, second = await stage.reported(), await stage.reported()
    await stage.dispatched(first)
    await stage.dispatched(second)
    await stage.dispatcher.merges(second.case_id, into=first.case_id)
    await _joined(stage, first.case_id)
    await stage.resolved(first)
    await stage.called_back(second)
    await stage.state(second, "closed")
    await stage.called_back(first, solved="no", satisfied="not")
    await stage.resolved(first)
    await stage.called_back(first)
    await stage.state(first, "closed")
    rounds = await stage.suite.rows(_ROUNDS, second.case_id)
    assert [row["state"] for row in rounds] == ["completed"]
