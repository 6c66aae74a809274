"""每月一题: load, decide, keep."""

from services.scoring.domain import topic as do
from services.scoring.domain.errors import TopicChosenAlready
from services.scoring.domain.policy import topics
from services.scoring.domain.topic import Topic
from services.scoring.ports import ScoringWork


async def choose_topic(work: ScoringWork, cmd: do.Choose) -> Topic:
    """A theme for a month. Raises `TopicChosenAlready`."""
    known = await work.topics.of_month(cmd.period, cmd.unit)
    if known is not None:
        raise TopicChosenAlready(known)
    return await work.topics.keep(topics.choose(cmd, work.city, at=work.now))


async def plan_topic(work: ScoringWork, cmd: do.PlanTopic) -> Topic:
    """The plan's lists, or others in their place."""
    topic = await work.topics.get(cmd.topic_id)
    return await work.topics.keep(topics.plan(topic, cmd, work.city.units))


async def finish_task(work: ScoringWork, cmd: do.FinishTask) -> Topic:
    """One task is done."""
    topic = await work.topics.get(cmd.topic_id)
    zone = work.city.policy.zone
    return await work.topics.keep(topics.finish(topic, cmd, work.city.units, zone, at=work.now))


async def close_topic(work: ScoringWork, cmd: do.CloseTopic) -> Topic:
    """It is over."""
    return await work.topics.keep(topics.close(await work.topics.get(cmd.topic_id), cmd, at=work.now))


async def cancel_topic(work: ScoringWork, cmd: do.CancelTopic) -> Topic:
    """It was chosen by mistake."""
    topic = await work.topics.get(cmd.topic_id)
    return await work.topics.keep(topics.cancel(topic, cmd, work.city.policy.zone, at=work.now))
