"""From topics, candidates and effects to the wire."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import reduce

from services.scoring.api import schemas_topics as schemas
from services.scoring.api.schemas_decided import SignatureView
from services.scoring.domain.errors import NotPlanned
from services.scoring.domain.exclusion import Signature
from services.scoring.domain.policy import comparing
from services.scoring.domain.policy.candidates import Candidate
from services.scoring.domain.policy.comparing import Interval, Span
from services.scoring.domain.topic import Topic
from services.scoring.store.topics import Answers, Volumes
from shared.city.city import City

PLACES = 4


@dataclass(frozen=True, slots=True)
class Side:
    """What was counted and answered in the days of one side."""

    span: Span
    volumes: Volumes
    answers: Mapping[str, Answers]

    def of(self, categories: Sequence[str]) -> Answers:
        return reduce(Answers.__add__, (self.answers.get(each, Answers()) for each in categories), Answers())


def interval(of: Interval | None) -> schemas.IntervalView | None:
    if of is None:
        return None
    return schemas.IntervalView(
        estimate=round(of.estimate, PLACES), low=round(of.low, PLACES), high=round(of.high, PLACES)
    )


def candidate(of: Candidate, city: City) -> schemas.CandidateView:
    matter = of.matter
    known = city.categories.by_code[matter.category]
    resolved = matter.resolution.value
    return schemas.CandidateView(
        category=matter.category,
        zh=known.zh,
        en=known.en,
        cases=matter.now.cases,
        streets=len(matter.streets),
        growth=interval(matter.growth),
        resolved=None if resolved is None else round(resolved, PLACES),
        score=round(of.score, PLACES),
        parts=[
            schemas.PartView(
                name=part.name,
                value=None if part.value is None else round(part.value, PLACES),
                place=round(part.place, PLACES),
                weight=part.weight,
                points=round(part.points, PLACES),
            )
            for part in of.parts
        ],
    )


def topic(of: Topic) -> schemas.TopicView:
    return schemas.TopicView(
        topic_id=of.topic_id,
        period=of.period,
        unit=of.unit,
        theme=of.theme,
        problems=[schemas.ProblemView(category=each.category, title=each.title) for each in of.problems],
        lead=of.lead,
        state=of.state,
        chosen=_signature(of.chosen),
        starts=of.starts,
        tasks=[
            schemas.TaskView(
                number=each.number,
                title=each.title,
                unit=each.unit,
                due=each.due,
                done=_signature(each.done) if each.done else None,
            )
            for each in of.tasks
        ],
        closed=_signature(of.closed) if of.closed else None,
    )


def effects(of: Topic, before: Side, after: Side) -> schemas.FollowView:
    """The whole and each problem."""
    if of.starts is None:
        raise NotPlanned(of.topic_id)
    return schemas.FollowView(
        topic_id=of.topic_id,
        starts=of.starts,
        confidence=comparing.CONFIDENCE,
        whole=_effect(None, of.categories, before, after),
        problems=[_effect(each, [each], before, after) for each in of.categories],
    )


def _effect(category: str | None, categories: Sequence[str], before: Side, after: Side) -> schemas.EffectView:
    own = [side.volumes.of(categories) for side in (before, after)]
    rest = [side.volumes.elsewhere(categories) for side in (before, after)]
    then, now = before.of(categories), after.of(categories)
    has_rest = all(volume.cases for volume in rest)
    return schemas.EffectView(
        category=category,
        before=_side(before, categories),
        after=_side(after, categories),
        volume=interval(comparing.ratio(own[0], own[1])),
        volume_beside_the_city=(
            interval(comparing.ratio_beside(own[0], own[1], rest[0], rest[1])) if has_rest else None
        ),
        resolution=interval(comparing.difference(then.resolution, now.resolution)),
        satisfaction=interval(comparing.difference(then.satisfaction, now.satisfaction)),
    )


def _side(side: Side, categories: Sequence[str]) -> schemas.SpanView:
    volume, answers = side.volumes.of(categories), side.of(categories)
    days = len(volume.days)
    return schemas.SpanView(
        first=side.span.first,
        last=side.span.last,
        cases=volume.cases,
        per_day=round(volume.cases / days, PLACES) if days else 0.0,
        resolution=interval(comparing.wilson(answers.resolution)),
        resolution_answers=answers.resolution.denominator,
        satisfaction=interval(comparing.wilson(answers.satisfaction)),
        satisfaction_answers=answers.satisfaction.denominator,
    )


def _signature(of: Signature) -> SignatureView:
    return SignatureView(**asdict(of))
