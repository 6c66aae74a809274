"""consultation → awaiting_dispatcher → answered → surveying → closed."""

from tests.kit.people import eventually
from tests.kit.stage import Stage


async def test_answered_at_once_is_still_called_back(either_stage: Stage) -> None:
    stage = either_stage
    held = await stage.reported("请问怎么办理居住证，需要什么材料", kind="consult")
    await stage.state(held, "awaiting_dispatcher")
    answer = stage.suite.history.marked("持身份证到街道政务服务中心办理")
    await stage.dispatcher.answers(held.case_id, answer)
    await stage.told(held, "answered")
    assert (await stage.app.follows(held))["answer"] == answer
    await stage.called_back(held)
    await stage.state(held, "closed")
    await stage.told(held, "answered", "closed")
    page = await eventually(
        lambda: stage.operator.ledger(held.case_id), until=lambda seen: seen["results"], what="the result"
    )
    assert (page["outcome"], page["results"][0]["answer"]["solved"]) == ("answered", "yes")
    assert page["lines"] == [], "no unit answered, so it counts for none"
