"""registered → keys turned → supplemented → called back: what either key sealed is read, by whoever may."""

import pytest

from deploy.local.key_folders import files_of
from shared.sealing.ring import key_of
from shared.sealing.turning import turn
from tests.kit.people import Receipt, eventually
from tests.kit.stage import GROUP_RENTAL, Stage, instant

SEALED = """
SELECT sealed_phone, sealed_words FROM intake.contacts JOIN intake.cases USING (case_id) WHERE case_id = $1
"""


@pytest.mark.kafka
async def test_keys_are_turned_while_cases_live(stage: Stage) -> None:
    suite, history = stage.suite, stage.suite.history
    person, text = history.person(), history.marked(GROUP_RENTAL)
    held = await stage.app.reports(text, person=person)
    street, order_id = await stage.dispatched(held)
    vault = turn([suite.keys / "intake" / "vault.json"], at=suite.clock.now())
    words = turn(files_of(suite.keys, "words"), at=suite.clock.now())
    assert await _keys(stage, held) != (vault, words)
    # Each service notices for itself, within a second.
    later = await eventually(lambda: _reported_under(stage, vault, words), what="a case under the new keys")
    assert later is not None
    await stage.dispatched(later)
    added = history.marked("昨晚又到凌晨两点")
    await stage.app.supplements(held, added)
    order = await eventually(
        lambda: street.order(order_id), until=lambda seen: seen["supplements"], what="what was added"
    )
    assert [each["text"] for each in (order["words"], *order["supplements"])] == [text, added]
    await stage.resolved(held)
    waiting = await stage.callback(held)
    suite.clock.until(instant(waiting["due_at"]))
    suite.clock.until_citizens_may_be_called()
    assert (await stage.caller.claims(waiting["callback_id"]))["contact"]["name"] == person.name


async def _reported_under(stage: Stage, *keys: str) -> Receipt | None:
    held = await stage.reported()
    return held if await _keys(stage, held) == keys else None


async def _keys(stage: Stage, held: Receipt) -> tuple[str, ...]:
    """The keys that contact and words were sealed with."""
    (row,) = await stage.suite.rows(SEALED, held.case_id)
    return tuple(key_of(sealed) for sealed in row)
