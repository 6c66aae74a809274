"""one wish, said ten times at once → one case; another wish under the same key → refused."""

import asyncio
from uuid import uuid4

import pytest

from tests.kit.people import Refused
from tests.kit.stage import GROUP_RENTAL, Stage


@pytest.mark.kafka
async def test_same_key_gives_the_same_case(stage: Stage) -> None:
    history, key = stage.suite.history, uuid4().hex
    person, words = history.person(), history.marked(GROUP_RENTAL)
    said = (stage.app.reports(words, person=person, key=key) for _ in range(10))
    receipts = await asyncio.gather(*said)
    assert len(set(receipts)) == 1, "the same number and the same access code"
    with pytest.raises(Refused) as refused:
        await stage.app.reports(history.marked("另一件事"), person=person, key=key)
    assert (refused.value.status, refused.value.reason) == (422, "idempotency_key_reused")
    other = stage.suite.town.citizen_app("another-app")
    elsewhere = await other.reports(words, person=person, key=key)
    assert elsewhere.case_id != receipts[0].case_id, "keys belong to who used them"
