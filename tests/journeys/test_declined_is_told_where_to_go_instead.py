"""a question for a court → proposed at intake's desk → declined: told why and where to go instead."""

import pytest

from tests.kit.people import eventually
from tests.kit.stage import Stage


@pytest.mark.kafka
async def test_declined_is_told_where_to_go_instead(stage: Stage) -> None:
    held = await stage.reported("请问外省的房产纠纷判决不服，能不能帮我改判", kind="consult")
    await stage.state(held, "awaiting_dispatcher")
    await stage.dispatcher.proposes_to_decline(held.case_id, "in_litigation")
    await stage.state(held, "declined")
    await stage.told(held, "declined")
    said = (await stage.app.follows(held))["entries"][-1]["text"]
    assert said == (
        "不予受理：已进入诉讼、仲裁、信访等法定程序。请向受理该案的法院、仲裁机构或信访部门提出。"
    )
    english = (await stage.app.follows(held, language="en"))["entries"][-1]["text"]
    assert english.endswith(
        "Turn to the court, arbitration commission or petition office that has the matter."
    )
    (proposal,) = await eventually(
        lambda: stage.dispatcher.proposals(held.case_id),
        until=lambda found: found[0]["outcome"] != "pending",
        what="what became of the proposal",
    )
    assert (proposal["outcome"], proposal["reason"]) == ("done", "in_litigation")
    await stage.ledger(held, "declined")
    assert await stage.caller.callback_of(held.case_id) is None
