"""每月一题: candidates, the choice, the plan's lists, and what came of it."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response

from services.scoring import handlers
from services.scoring.api import schemas_topics as schemas
from services.scoring.api import views_topics as views
from services.scoring.api.reading import Acting, Asking, Question, acts_for
from services.scoring.domain import topic as do
from services.scoring.domain.errors import NotPlanned
from services.scoring.domain.policy import candidates, comparing
from services.scoring.domain.policy.candidates import Matter
from services.scoring.domain.policy.comparing import Span
from services.scoring.domain.topic import Problem, Task, Topic
from services.scoring.store import ScoringWork
from services.scoring.store import topics as reading
from services.scoring.store.topics import Answers
from shared.http.auth import allow
from shared.http.callers import Caller, Role
from shared.http.etag import IfMatch, Seen, tag, tagged
from shared.http.idempotency import Once, OnceOnly
from shared.http.knock import Opening, opening
from shared.http.paging import Asked, Page
from shared.http.wire import Text
from shared.kernel.ids import CategoryCode, TopicId, UnitCode, new_id

ROUTES = APIRouter()

OpenWork = Annotated[Opening[ScoringWork], Depends(opening)]
Chooser = Annotated[Caller, allow(Role.SUPERVISOR)]
Doer = Annotated[Caller, allow(Role.SUPERVISOR, Role.UNIT)]


@ROUTES.get("/topics/candidates")
async def rank_candidates(
    asking: Asking,
    within: Annotated[Text | None, Query(max_length=40, description="A unit; the city without one.")] = None,
) -> schemas.CandidatesView:
    """Categories that may be worth a month, each with the parts of its score."""
    rules, city = asking.city.policy.topics, asking.city
    unit = within or asking.root
    places = asking.within(unit)
    since, upto = await _counted(asking)
    now = Span(upto - timedelta(days=rules.days - 1), upto)
    then = Span(now.first - timedelta(days=rules.days), now.first - timedelta(days=1))
    is_known = since is not None and since <= then.first
    matters = await _matters(asking, now, then if is_known else None, places)
    ranked = candidates.rank(matters, city.responsibilities, rules)
    return schemas.CandidatesView(
        within=unit,
        first=now.first,
        last=now.last,
        compared_since=then.first if is_known else None,
        source=rules.source,
        candidates=[views.candidate(each, city) for each in ranked],
    )


@ROUTES.post("/topics", status_code=201, response_model=schemas.TopicView)
async def choose_topic(
    body: schemas.TopicIn, acting: Acting, by: Chooser, open_work: OpenWork, once: OnceOnly
) -> Response:
    """A theme with two or three problems and a lead; one for a month and a unit."""
    command = do.Choose(
        topic_id=TopicId(new_id()),
        period=acting.periods.asked(body.period, at=acting.now).label,
        unit=UnitCode(body.unit),
        theme=body.theme,
        problems=tuple(Problem(CategoryCode(each.category), each.title) for each in body.problems),
        lead=UnitCode(body.lead),
        by=by.subject,
    )
    async with open_work() as work:
        return await once.moved(
            work,
            status=201,
            move=lambda: handlers.choose_topic(work, command),
            view=views.topic,
            headers=_headers,
        )


@ROUTES.get("/topics")
async def list_topics(
    asking: Asking,
    paging: Asked,
    period: Annotated[str | None, Query(max_length=7, description="`current` or YYYY-MM.")] = None,
) -> Page[schemas.TopicView]:
    """The topics, newest first."""
    label = None if period is None else asking.periods.asked(period, at=asking.now).label
    rows = await reading.topics(
        asking.connection,
        period=label,
        after=TopicId(UUID(str(paging.after[0]))) if paging.after else None,
        limit=paging.fetch,
    )
    return paging.page(rows, position=lambda row: (row.topic_id,), item=views.topic)


@ROUTES.get("/topics/{topic_id}")
async def open_topic(asking: Asking, topic_id: UUID, response: Response) -> schemas.TopicView:
    """One topic with its lists."""
    found = await reading.topic(asking.connection, TopicId(topic_id))
    tag(response, found.version)
    return views.topic(found)


@ROUTES.get("/topics/{topic_id}/effect")
async def follow_topic(asking: Asking, topic_id: UUID) -> schemas.FollowView:
    """Before and after: volume, resolution and satisfaction, with intervals. Raises `NotPlanned`."""
    topic = await reading.topic(asking.connection, TopicId(topic_id))
    if topic.starts is None:
        raise NotPlanned(topic.topic_id)
    since, upto = await _counted(asking)
    before, after = comparing.compared(topic.starts, asking.city.policy.topics.days, since, upto)
    sides = [await _side(asking, span, topic.unit) for span in (before, after)]
    return views.effects(topic, sides[0], sides[1])


class Change:
    """A change of one topic: on the version that was seen, done once."""

    def __init__(self, topic_id: UUID, seen: Seen, once: Once, open_work: Opening[ScoringWork]) -> None:
        self.topic_id = TopicId(topic_id)
        self._seen: Seen = seen
        self._once: Once = once
        self._open_work = open_work

    async def make(self, move: Callable[[ScoringWork], Awaitable[Topic]]) -> Response:
        """Check the version under the lock, move it, keep the answer with the state."""
        async with self._open_work() as work:

            async def checked() -> Topic:
                self._seen.check((await work.topics.get(self.topic_id)).version)
                return await move(work)

            return await self._once.moved(work, move=checked, view=views.topic, headers=_headers)


async def _change(topic_id: UUID, seen: IfMatch, once: OnceOnly, open_work: OpenWork) -> Change:
    return Change(topic_id, seen, once, open_work)


Changing = Annotated[Change, Depends(_change)]


@ROUTES.put("/topics/{topic_id}/plan", response_model=schemas.TopicView)
async def plan_topic(body: schemas.PlanIn, by: Doer, change: Changing) -> Response:
    """The plan's lists, by the lead or a supervisor; what is done stays done."""
    tasks = tuple(Task(each.number, each.title, UnitCode(each.unit), each.due) for each in body.tasks)
    command = do.PlanTopic(change.topic_id, body.starts, tasks, by.subject, acts_for(by))
    return await change.make(lambda work: handlers.plan_topic(work, command))


@ROUTES.post("/topics/{topic_id}/tasks/{number}/done", response_model=schemas.TopicView)
async def finish_task(
    number: schemas.TaskNumber, body: schemas.NoteIn, by: Doer, change: Changing
) -> Response:
    """A task is done, says its unit, the lead or a supervisor."""
    command = do.FinishTask(change.topic_id, number, body.note, by.subject, acts_for(by))
    return await change.make(lambda work: handlers.finish_task(work, command))


@ROUTES.post("/topics/{topic_id}/close", response_model=schemas.TopicView)
async def close_topic(body: schemas.NoteIn, by: Chooser, change: Changing) -> Response:
    """The topic is over; its effect can be read for ever."""
    command = do.CloseTopic(change.topic_id, body.note, by.subject)
    return await change.make(lambda work: handlers.close_topic(work, command))


@ROUTES.post("/topics/{topic_id}/cancel", response_model=schemas.TopicView)
async def cancel_topic(body: schemas.CancelIn, by: Chooser, change: Changing) -> Response:
    """It was chosen by mistake and nothing of it has begun: another may be chosen for the month and unit."""
    command = do.CancelTopic(change.topic_id, body.reason, by.subject)
    return await change.make(lambda work: handlers.cancel_topic(work, command))


async def _counted(asking: Question) -> tuple[date | None, date]:
    """Since when and up to which day requests are counted; yesterday while none was."""
    since, upto = await reading.counted(asking.connection)
    yesterday = asking.city.day(asking.now) - timedelta(days=1)
    return since, upto or yesterday


async def _matters(asking: Question, now: Span, then: Span | None, places: tuple[str, ...]) -> list[Matter]:
    volumes = await reading.volumes(asking.connection, now, places)
    before = await reading.volumes(asking.connection, then, places) if then else None
    by_place = await reading.places(asking.connection, now, places)
    answers = await reading.answers(asking.connection, now, places)
    return [
        Matter(
            CategoryCode(code),
            volumes.of([code]),
            before.of([code]) if before else None,
            tuple(_by_street(by_place.get(code, {}), asking).values()),
            answers.get(code, Answers()).resolution,
        )
        for code in asking.city.categories.by_code
    ]


def _by_street(places: dict[str, int], asking: Question) -> dict[str, int]:
    units = asking.city.units
    found: dict[str, int] = {}
    for place, cases in places.items():
        street = units.street_of(place) if units.knows(place) else None
        found[street or place] = found.get(street or place, 0) + cases
    return found


async def _side(asking: Question, span: Span, unit: UnitCode) -> views.Side:
    places = asking.within(unit)
    return views.Side(
        span,
        await reading.volumes(asking.connection, span, places),
        await reading.answers(asking.connection, span, places),
    )


def _headers(topic: Topic) -> dict[str, str]:
    return {"Location": f"/v1/topics/{topic.topic_id}", **tagged(topic)}
