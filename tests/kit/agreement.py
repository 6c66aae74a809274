"""What the five say of a case at rest, beside what router says of it: a check each, with a sentence.

Invariants look at a whole history; these look at the tables and at the citizen's page, wherever a walk stops.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from shared.lifecycle.case import BEFORE_RESOLVED, NEW, OWED, CaseState
from tests.kit.evidence import at_rest, said_by_all
from tests.kit.flats import SERVICES
from tests.kit.history import INJECTED
from tests.kit.people import Receipt
from tests.kit.stage import Stage
from tests.kit.suite import Suite

S = CaseState
Row = Mapping[str, Any]
OPEN_ORDERS = frozenset({"sent", "signed"})
HANDLED = frozenset({S.RESOLVED, S.ANSWERED})
ENDED = frozenset({S.CLOSED, S.WITHDRAWN, S.DECLINED, S.MERGED})
OVER = ENDED | HANDLED | {S.SURVEYING}

# Known differences, each with its reason. What is not named here is compared.
PROMISE_IS_KEPT_IN = OVER
"""intake: what was promised stays to be read when the promise does not run any more."""
STILL_JOINED_AT_SCORING = frozenset({S.REOPENED})
"""scoring: an answer counts for the other case's lead until somebody has this one again."""
ENDED_BEFORE_IT_CLOSED = {
    S.SURVEYING: {"open", "answered", "merged"},
    S.CLOSED: {"closed", "answered", "merged"},
}
"""scoring: keeps how a case was handled; calling back and closing change nothing in that."""

_ONE_SNAPSHOT = """
SELECT c.case_id::text AS case_id, to_jsonb(c)::text AS router,
    (SELECT coalesce(jsonb_agg(o ORDER BY o.dispatched_at, o.order_id), '[]')::text
        FROM router.work_orders o WHERE o.case_id = c.case_id) AS orders,
    (SELECT to_jsonb(i)::text FROM intake.cases i WHERE i.case_id = c.case_id) AS intake,
    (SELECT to_jsonb(g)::text FROM grid.case_leads g WHERE g.case_id = c.case_id) AS grid,
    (SELECT to_jsonb(v)::text FROM survey.surveys v WHERE v.case_id = c.case_id) AS survey,
    (SELECT to_jsonb(e)::text FROM scoring.entries e WHERE e.case_id = c.case_id) AS scoring,
    (SELECT to_jsonb(h)::text FROM router.cases h WHERE h.case_id = c.merged_into) AS host,
    (SELECT to_jsonb(w)::text FROM survey.surveys w WHERE w.case_id = c.merged_into) AS host_survey
FROM router.cases c WHERE c.case_id = ANY($1)
"""
_PARKED = "SELECT key, reason FROM {service}.parked WHERE headers::text NOT LIKE $1"


@dataclass(frozen=True, slots=True)
class Told:
    """One case as each of the five has it at one instant; `view`: what its citizen reads, if one holds it."""

    router: Row
    orders: Sequence[Row]
    intake: Row
    grid: Row | None
    survey: Row
    scoring: Row
    host: Row | None
    host_survey: Row | None
    view: Row | None

    @property
    def state(self) -> CaseState:
        return CaseState(self.router["state"])

    @property
    def lead(self) -> Row | None:
        """The order of whoever answers for it, or did last."""
        leads = [order for order in self.orders if order["role"] == "lead"]
        return leads[-1] if leads else None


def the_citizen_reads_where_it_stands(told: Told) -> Iterator[str]:
    """Intake's status, and the case it was joined to, are router's."""
    yield from _differ("status", told.intake["status"], told.state)
    yield from _differ("merged_into", told.intake["merged_into"], told.router["merged_into"])
    if told.view is not None:
        yield from _differ("the view's status", told.view["status"], told.state)


def the_citizen_reads_who_has_it(told: Told) -> Iterator[str]:
    """Intake names the unit that router's newest lead order names, unless the case was joined since then."""
    if told.lead:
        sent = _at(told.lead["dispatched_at"])
        joined = [_at(note["at"]) for note in told.router["notes"] if note["about"] == "merge"]
        is_rid_of_it = any(at >= sent for at in joined if at and sent)
        yield from _differ("unit", told.intake["unit"], None if is_rid_of_it else told.lead["unit"])


def the_promise_is_the_deadline(told: Told) -> Iterator[str]:
    """What the citizen was promised is what the unit is held to; nobody has it: nothing is promised."""
    if told.state not in PROMISE_IS_KEPT_IN:
        deadline = told.router["resolve_by"] if told.state in OWED else None
        yield from _differ("promised_at", _at(told.intake["promised_at"]), _at(deadline))


def only_what_is_owed_has_an_open_order(told: Told) -> Iterator[str]:
    """A case with a unit is on a desk, and one that has ended on none; co-units may finish meanwhile."""
    still = [order["unit"] for order in told.orders if order["state"] in OPEN_ORDERS]
    if told.state in ENDED and still:
        yield f"open orders at {still}"
    if told.state in OWED - {S.RETURNED} and not still:
        yield "no open order"


def grid_knows_who_has_it(told: Told) -> Iterator[str]:
    """A whistle can be blown by whoever has the case, and by nobody else."""
    if told.grid is None:
        return
    nobody = {*NEW, S.RETURNED, S.REOPENED}
    standing = "between_units" if told.state in nobody else "done" if told.state in OVER else "in_hand"
    yield from _differ("standing", told.grid["standing"], standing)
    if told.lead is None:
        return
    yield from _differ("unit", told.grid["unit"], told.lead["unit"])
    if standing == "in_hand":
        for name in ("assigned_to", "sign_by"):
            yield from _differ(name, told.grid[name], told.lead[name])
        yield from _differ("order", told.grid["work_order_id"], told.lead["order_id"])
        for name in ("resolve_by", "category"):
            yield from _differ(name, told.grid[name], told.router[name])


def a_callback_runs_while_it_is_surveyed(told: Told) -> Iterator[str]:
    """Nobody is called twice or in vain, and no handled case lies without a callback."""
    rounds = told.survey["rounds"]
    runs = bool(rounds) and rounds[-1]["state"] == "scheduled"
    surveyed = told.state == S.SURVEYING
    yield from _differ("a round runs", runs, surveyed)
    if told.view is not None:
        yield from _differ("a pass to answer with", told.view["callback_pass"] is not None, surveyed)
    if told.state in HANDLED:
        yield "is handled, and nobody is asked"


def a_joined_citizen_is_waited_for(told: Told) -> Iterator[str]:
    """Whoever was joined is called when the other case is handled, and that is still to come."""
    if told.state != S.MERGED:
        return
    assert told.host is not None
    assert told.host_survey is not None
    if told.router["case_id"] not in told.host_survey["joined"]:
        yield f"is not among those who wait: {told.host_survey['joined']}"
    if told.host["state"] in OVER - {S.MERGED}:
        yield f"waits for a case that is {told.host['state']}"


def the_ledger_says_how_it_ended(told: Told) -> Iterator[str]:
    """Scoring counts a case by how it was handled, and an open one not yet."""
    outcome = told.scoring["outcome"]
    if told.state in ENDED_BEFORE_IT_CLOSED:
        if outcome not in ENDED_BEFORE_IT_CLOSED[told.state]:
            yield f"outcome {outcome}"
        return
    yield from _differ("outcome", outcome, "open" if told.state in _RUNNING else told.state.value)
    if told.state in _RUNNING and told.scoring["ended_at"]:
        yield f"ended at {told.scoring['ended_at']}"


_RUNNING = BEFORE_RESOLVED | {S.RESOLVED}


def the_ledger_is_about_the_same_matter(told: Told) -> Iterator[str]:
    """Category, tier, place and how often it was redone are router's; so is the case it was joined to."""
    for name in ("category", "tier", "place", "redo"):
        yield from _differ(name, told.scoring[name], told.router[name])
    if told.state not in STILL_JOINED_AT_SCORING:
        yield from _differ("merged_into", told.scoring["merged_into"], told.router["merged_into"])


def the_ledger_has_every_order(told: Told) -> Iterator[str]:
    """Each order once; with its community, its signature, and the limits it is held to."""
    kept = {order["work_order_id"]: order for order in told.scoring["orders"]}
    yield from _differ("orders", sorted(kept), sorted(order["order_id"] for order in told.orders))
    for order in told.orders:
        line = kept.get(order["order_id"])
        if line is None:
            continue
        yield from _differ("assigned_to", line["assigned_to"], order["assigned_to"])
        yield from _differ("signed", line["signed"] is not None, order["signed_at"] is not None)
        if order["state"] == "sent" and order["signed_at"] is None:
            yield from _differ("sign_by", _at(line["sign_by"]), _at(order["sign_by"]))
        if order["state"] in OPEN_ORDERS and order["role"] == "lead":
            yield from _differ("resolve_by", _at(line["resolve_by"]), _at(order["resolve_by"]))


CHECKS: tuple[Callable[[Told], Iterator[str]], ...] = (
    the_citizen_reads_where_it_stands,
    the_citizen_reads_who_has_it,
    the_promise_is_the_deadline,
    only_what_is_owed_has_an_open_order,
    grid_knows_who_has_it,
    a_callback_runs_while_it_is_surveyed,
    a_joined_citizen_is_waited_for,
    the_ledger_says_how_it_ended,
    the_ledger_is_about_the_same_matter,
    the_ledger_has_every_order,
)


async def disagreements(stage: Stage, cases: Mapping[str, Receipt | None]) -> list[str]:
    """What the five do not agree about, once nothing is under way; each is a line.

    A clock that rings meanwhile makes one service know more than another: then all is looked at again.
    """
    while True:
        before = await said_by_all(stage.suite)
        unrest = await at_rest(stage.suite)
        found = [unrest] if unrest else await _look(stage, cases)
        if not found or await said_by_all(stage.suite) == before:
            return found


async def _look(stage: Stage, cases: Mapping[str, Receipt | None]) -> list[str]:
    rows = await stage.suite.rows(_ONE_SNAPSHOT, list(cases))
    found = [f"{case} has not come to router" for case in cases.keys() - {row["case_id"] for row in rows}]
    for row in rows:
        told: dict[str, Any] = {
            name: json.loads(kept) if kept else None for name, kept in row.items() if name != "case_id"
        }
        held = cases[row["case_id"]]
        missing = [name for name in ("intake", "survey", "scoring") if told[name] is None]
        if missing:
            found.append(f"{row['case_id']} has not come to {missing}")
            continue
        one = Told(**told, view=await stage.app.follows(held) if held else None)
        found += [
            f"{row['case_id']} {one.state}: {check.__name__}: {line}"
            for check in CHECKS
            for line in check(one)
        ]
    return found + await _put_aside(stage.suite)


async def _put_aside(suite: Suite) -> list[str]:
    """Nobody said anything that somebody else could not take, and no question ended in a bug."""
    parked = [
        f"{service} parked {row['key']}: {row['reason']}"
        for service in SERVICES
        for row in await suite.rows(_PARKED.format(service=service), f'%"{INJECTED}"%')
    ]
    bugs = [answer for answer in suite.history.answers if answer.status == httpx.codes.INTERNAL_SERVER_ERROR]
    return parked + [f"{one.method} {one.service} {one.url}: {one.content}" for one in bugs]


def _differ(what: str, told: object, by_router: object) -> Iterator[str]:
    if told != by_router:
        yield f"{what} is {told}, router says {by_router}"


def _at(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
