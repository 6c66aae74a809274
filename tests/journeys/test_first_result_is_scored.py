"""resolved → "no" → reopened → resolved → "yes" → closed: the ledger counts the first answer."""

import pytest

from tests.kit.people import eventually
from tests.kit.stage import STREET, Stage


@pytest.mark.kafka
async def test_first_result_is_scored(stage: Stage) -> None:
    held = await stage.reported()
    await stage.resolved(held)
    first = await stage.called_back(held, solved="no", satisfied="not")
    await stage.resolved(held)
    second = await stage.called_back(held)
    assert (first["scored"], second["scored"]) == (True, False)
    await stage.state(held, "closed")
    page = await eventually(
        lambda: stage.operator.ledger(held.case_id), until=lambda seen: len(seen["results"]) == 2
    )
    assert [result["scored"] for result in page["results"]] == [True, False]
    (resolution,) = [line for line in page["lines"] if line["measure"] == "resolution"]
    assert (float(resolution["numerator"]), resolution["denominator"]) == (0, 1)
    assert (resolution["unit"], resolution["because"]) == (STREET, first["callback_id"])
