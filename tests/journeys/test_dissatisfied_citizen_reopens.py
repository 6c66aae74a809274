"""resolved → surveying → "no" → reopened → dispatched (same lead) → resolved → surveying → closed."""

from tests.kit.stage import STREET, Stage, instant


async def test_dissatisfied_citizen_reopens(either_stage: Stage) -> None:
    stage = either_stage
    held = await stage.reported()
    first = await stage.resolved(held)
    promised = instant((await stage.state(held, "surveying"))["resolve_by"])
    await stage.called_back(held, solved="no", satisfied="not")
    _, again = await stage.dispatched(held)
    case = await stage.state(held, "dispatched")
    assert again != first
    assert (case["redo"], case["orders"][0]["unit"]) == (1, STREET)
    assert instant(case["resolve_by"]) > promised, "the second handling is owed anew"
    await stage.resolved(held)
    done = await stage.called_back(held)
    assert done["round"] == 2
    await stage.state(held, "closed")
    await stage.told(held, "reopened", "closed")
