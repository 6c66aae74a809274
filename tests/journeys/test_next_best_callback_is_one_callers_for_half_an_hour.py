"""resolved → taken by who asks next → the lease ends → another caller's → written down, counted, acted on."""

from itertools import count

import pytest

from tests.kit.people import PhoneCaller, Receipt, Refused, eventually
from tests.kit.stage import Stage, instant
from tests.kit.suite import Suite


async def _waits(stage: Stage) -> tuple[Receipt, str]:
    """A case whose citizen may be called from now on; its callback."""
    held = await stage.reported()
    await stage.resolved(held)
    return held, str((await stage.callback(held))["callback_id"])


async def _refused(caller: PhoneCaller, callback_id: str) -> str:
    with pytest.raises(Refused) as claimed:
        await caller.claims(callback_id)
    with pytest.raises(Refused) as written:
        await caller.writes_down(callback_id, solved="yes", satisfied="satisfied")
    return f"{claimed.value.reason}, {written.value.reason}"


async def test_next_best_callback_is_one_callers_for_half_an_hour(flats: Suite) -> None:
    stage = Stage.on(flats)
    town, clock = flats.town, flats.clock
    first, second, third = (town.caller(name) for name in ("next-first", "next-second", "next-third"))
    clock.until_citizens_may_be_called()
    # Whoever waited before is in other hands: next is who comes now.
    for number in count():
        if not await town.caller(f"next-others-{number}").reserves(50):
            break
    since = clock.now().isoformat()
    (early, longest), (late, next_one) = await _waits(stage), await _waits(stage)
    # A callback whose message is being sent at that moment is passed over: the callers ask again.
    taken = [
        await eventually(first.takes_next, what="the callback that waited longest"),
        await eventually(second.takes_next, what="the next one"),
        await third.takes_next(),
        await first.takes_next(),
    ]
    assert [one and one["callback"]["callback_id"] for one in taken] == [longest, next_one, None, longest]
    assert taken[0] is not None
    assert taken[0]["contact"]["phone"]
    assert await _refused(second, longest) == "claimed_by_another, not_claimed"
    missed = await second.misses(next_one)
    clock.passes(minutes=31)
    await third.claims(longest)
    assert await _refused(first, longest) == "claimed_by_another, not_claimed"
    await third.writes_down(longest, solved="yes", satisfied="satisfied")
    await stage.state(early, "closed")
    clock.until(instant(missed["due_at"]))
    clock.until_citizens_may_be_called()
    await second.claims(next_one)
    await second.writes_down(next_one, solved="no", satisfied="not", note=flats.history.marked("没有来"))
    await stage.state(late, "dispatched")
    await stage.told(early, "callback_completed", "closed")
    await stage.told(late, "callback_missed", "callback_completed", "reopened")
    figures = await stage.operator.callback_figures(since=since)
    assert [figures[name] for name in ("asked", "completed", "contact_rate", "answer_rate")] == [2, 2, 1, 1]
    (by_phone,) = [one for one in figures["channels"] if one["channel"] == "phone"]
    assert (by_phone["tries"], by_phone["answered"]) == (3, 2)
    work = await stage.operator.workload(since=since)
    done = {name: (one["calls"], one["reached"]) for name, one in work.items()}
    assert done == {"next-second": (2, 1), "next-third": (1, 1)}
