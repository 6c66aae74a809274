"""What must hold whatever happened, as in Jepsen's Kafka workload: a class each, with a sentence."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

from deploy.commands.topics import all_topics
from shared.events.fact import Fact
from shared.events.grid import IncidentEscalated
from shared.events.intake import CaseRegistered
from shared.events.router import CaseAdjudicated, CaseClassified
from shared.lifecycle.case import CASE_LIFE, CaseState
from shared.lifecycle.machine import MoveNotAllowed
from tests.kit.evidence import Evidence, gather, is_injected, said_by_all
from tests.kit.flats import SERVICES
from tests.kit.fold import differences
from tests.kit.history import INJECTED
from tests.kit.suite import Suite

SHOWN = 5


class Invariant(Protocol):
    """A rule and a look at the evidence; each breach is a line."""

    async def breaches(self, evidence: Evidence) -> Sequence[str]:
        """How the rule was broken, if it was."""


class NothingIsLost:
    """I1: every acknowledged report is one case at intake, and was registered on the bus by one event."""

    async def breaches(self, evidence: Evidence) -> Sequence[str]:
        ids = await _ids(evidence)
        kept = set(ids.values())
        registered: dict[str, int] = defaultdict(int)
        for _, heard in evidence.arrivals():
            if isinstance(heard.fact, CaseRegistered):
                registered[str(heard.fact.case_id)] += 1
        acknowledged = {ids.get(report.case, report.case) for report in evidence.history.reports}
        return [
            *(f"{case} was acknowledged and is not at intake" for case in acknowledged - kept),
            *(f"{case} was registered {registered[case]} times" for case in kept if registered[case] != 1),
            *(f"{case} is on the bus and not at intake" for case in registered.keys() - kept),
        ]


async def _ids(evidence: Evidence) -> dict[str, str]:
    """The id of every case at intake, by the number its citizen has."""
    rows = await evidence.suite.rows("SELECT tracking_number, case_id FROM intake.cases")
    return {str(row["tracking_number"]): str(row["case_id"]) for row in rows}


class NothingIsOutOfOrder:
    """I2: a sayer's facts about one subject arrive as 1, 2, 3 … without gap or turn."""

    async def breaches(self, evidence: Evidence) -> Sequence[str]:
        heard_so_far: dict[tuple[str, str], int] = defaultdict(int)
        broken = []
        for record, heard in evidence.arrivals():
            envelope = heard.envelope
            subject = (envelope.source, envelope.subject)
            if envelope.sequence != heard_so_far[subject] + 1:
                where = f"{record.topic}/{record.partition}/{record.offset}"
                broken.append(f"{subject}: {envelope.sequence} after {heard_so_far[subject]} at {where}")
            heard_so_far[subject] = envelope.sequence
        return broken


class TheStatusIsWhatWasSaid:
    """I3: every move router told was allowed where the case stood, and led to the status it has."""

    async def breaches(self, evidence: Evidence) -> Sequence[str]:
        states: dict[str, CaseState] = {}
        broken = []
        for _, heard in evidence.arrivals():
            if heard.envelope.source != "router" or heard.envelope.type not in _MOVES:
                continue
            if isinstance(heard.fact, CaseAdjudicated) and heard.fact.returned_by is None:
                # Divided while the unit had it: the dispatch that follows is the move.
                continue
            case = str(heard.fact.key())
            state = states.get(case, CASE_LIFE.first)
            try:
                states[case] = CASE_LIFE.fire(_move_of(heard.fact, state), state)
            except MoveNotAllowed as refusal:
                broken.append(f"{case}: {refusal}")
        stored = await evidence.suite.rows("SELECT case_id, state FROM router.cases")
        return [
            *broken,
            *(
                f"{row['case_id']} is {row['state']}, and {states.get(str(row['case_id']))} was said"
                for row in stored
                if row["state"] != states.get(str(row["case_id"]))
            ),
        ]


_MOVES: dict[str, list[str]] = defaultdict(list)
for _name, _move in CASE_LIFE.moves.items():
    _MOVES[_move.says.type_name()].append(_name)


def _move_of(fact: Fact, state: CaseState) -> str:
    """The move that said it: of several that say the same, the one the state allows."""
    if isinstance(fact, CaseClassified):
        return "await_dispatcher" if fact.awaiting_dispatcher else "classify"
    allowed = CASE_LIFE.allowed(state)
    moves = _MOVES[fact.type_name()]
    return next((move for move in moves if move in allowed), moves[0])


class CopiesAreTheFold:
    """I3: intake's copy of the status, grid's of the leads and the ledger are the fold of the topics."""

    async def breaches(self, evidence: Evidence) -> Sequence[str]:
        return await differences(evidence)


class CallbacksAreWhatWasSaid:
    """I3: every round of calling back stands where survey's last fact about it put it."""

    async def breaches(self, evidence: Evidence) -> Sequence[str]:
        said: dict[str, str] = {}
        for _, heard in evidence.arrivals():
            if heard.envelope.source == "survey" and heard.envelope.type in _ROUNDS:
                said[str(heard.fact.model_dump()["callback_id"])] = _ROUNDS[heard.envelope.type]
        rows = await evidence.suite.rows(
            "SELECT callback_id, state FROM survey.callbacks WHERE kind = 'round'"
        )
        stored = {str(row["callback_id"]): row["state"] for row in rows}
        return [
            f"{one} is {stored.get(one)}, and {said.get(one)} was said"
            for one in sorted(said.keys() | stored.keys())
            if stored.get(one) != said.get(one)
        ]


_ROUNDS = {
    "jiesu.callback.scheduled.v1": "scheduled",
    "jiesu.callback.completed.v1": "completed",
    "jiesu.callback.unreachable.v1": "unreachable",
    "jiesu.callback.cancelled.v1": "cancelled",
    "jiesu.callback.skipped.v1": "skipped",
}


class ItComesToRest:
    """I4: thirty seconds after the last fault nothing waits to be sent, and nobody is behind."""

    async def breaches(self, evidence: Evidence) -> Sequence[str]:
        return [evidence.unrest] if evidence.unrest else []


class NothingPersonalTravels:
    """I5: no name, phone number or free text is in a topic, a log line or an address."""

    async def breaches(self, evidence: Evidence) -> Sequence[str]:
        marks = {form: mark for mark in evidence.history.marks for form in _forms(mark)}
        return [
            f"{mark!r} is in {where}"
            for where, text in self._texts(evidence)
            for form, mark in marks.items()
            if form in text
        ]

    def _texts(self, evidence: Evidence) -> Iterator[tuple[str, str]]:
        for topic, records in evidence.topics.items():
            for record in records:
                parts = [record.key or b"", record.value or b"", *(value for _, value in record.headers)]
                place = f"{topic}/{record.partition}/{record.offset}"
                yield place, b"\n".join(parts).decode(errors="replace")
        yield from ((f"the log {name}", text) for name, text in evidence.logs.items())
        yield from (("an address", url) for url in evidence.history.asked)


class EscalatedIsOneCase:
    """I6: every incident that was escalated is one case at intake, and no other incident is any."""

    async def breaches(self, evidence: Evidence) -> Sequence[str]:
        said = {
            heard.fact.key() for _, heard in evidence.arrivals() if isinstance(heard.fact, IncidentEscalated)
        }
        rows = await evidence.suite.rows("SELECT incident_id FROM intake.cases WHERE incident_id IS NOT NULL")
        kept = Counter(str(row[0]) for row in rows)
        return [
            *(f"the incident {one} was escalated and is no case" for one in said - kept.keys()),
            *(f"the incident {one} is {many} cases" for one, many in kept.items() if many != 1),
            *(f"the incident {one} is a case and was not escalated" for one in kept.keys() - said),
        ]


class OnceIsOnce:
    """I6: the same Idempotency-Key always gave the same case, and every case was somebody's answer."""

    async def breaches(self, evidence: Evidence) -> Sequence[str]:
        given: dict[tuple[str | None, str | None], set[str]] = defaultdict(set)
        ids = await _ids(evidence)
        for report in evidence.history.reports:
            given[report.caller, report.key].add(ids.get(report.case, report.case))
        cases = {case for found in given.values() for case in found}
        stored = await evidence.suite.value("SELECT count(*) FROM intake.cases WHERE incident_id IS NULL")
        doubled = [f"the key {key} gave {found}" for (_, key), found in given.items() if len(found) > 1]
        more = stored - len(cases)
        return [*doubled, *([f"{more} cases at intake that nobody was told of"] if more else [])]


class OnlyPoisonIsParked:
    """I7: what was put aside is what was injected, and no more."""

    async def breaches(self, evidence: Evidence) -> Sequence[str]:
        found: list[str] = []
        for service in SERVICES:
            rows = await evidence.suite.rows(f"SELECT key, reason, headers::text FROM {service}.parked")
            found += [
                f"{service} parked {row['key']}: {row['reason']}"
                for row in rows
                if f'"{INJECTED}"' not in row["headers"]
            ]
        copies = {topic.name for topic in all_topics(SERVICES)} & evidence.topics.keys()
        for name in copies:
            if ".dlq." in name:
                others = [record for record in evidence.topics[name] if not is_injected(record)]
                found += [f"{name} has {record.key!r}" for record in others]
        return found


INVARIANTS: tuple[Invariant, ...] = (
    ItComesToRest(),
    NothingIsLost(),
    NothingIsOutOfOrder(),
    TheStatusIsWhatWasSaid(),
    CopiesAreTheFold(),
    CallbacksAreWhatWasSaid(),
    NothingPersonalTravels(),
    OnceIsOnce(),
    EscalatedIsOneCase(),
    OnlyPoisonIsParked(),
)


async def judge(suite: Suite) -> Evidence:
    """Gather, and hold every invariant against it; all that is broken is told at once.

    A clock that rings meanwhile makes topics and tables differ by what it says: then all is looked at again.
    """
    while True:
        before = await said_by_all(suite)
        evidence = await gather(suite)
        broken: list[str] = []
        for invariant in INVARIANTS:
            found = await invariant.breaches(evidence)
            broken += _told(type(invariant).__doc__ or "", found)
        if not broken:
            return evidence
        assert await said_by_all(suite) > before, "\n".join(broken)


def _told(sentence: str, found: Sequence[str]) -> Iterable[str]:
    if not found:
        return []
    more = [f"  … and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
    return [sentence, *(f"  {each}" for each in found[:SHOWN]), *more]


def _forms(mark: str) -> set[str]:
    """A mark as it stands, and as JSON may escape it."""
    return {mark, mark.encode("unicode_escape").decode()}
