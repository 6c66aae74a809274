"""Topics, each named once. Facts whose order matters share one."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """A log on the bus. The partition count of a keyed topic is never raised: it would break order."""

    name: str
    partitions: int
    compacted: bool
    key: str
    about: str


CASE = Topic("jiesu.case", 12, False, "case id", "Every fact about a case, from whichever service.")
GRID = Topic(
    "jiesu.grid",
    6,
    False,
    "id of what it is about",
    "What happens in the grid apart from a case.",
)
DIRECTORY = Topic(
    "jiesu.directory",
    3,
    True,
    "unit code, or a list's version",
    "Units as they are now, responsibility lists as they were published; compacted.",
)
SCORE = Topic(
    "jiesu.score",
    3,
    False,
    "period, or id of what it is about",
    "What scoring decided about a period, in order; hot spots, topics of the month.",
)

TOPICS = (CASE, GRID, DIRECTORY, SCORE)


def dead_letters(topic: str, group: str) -> str:
    """The topic where a group's dead letters of a topic are shown to operators."""
    return f"{topic}.dlq.{group}"
