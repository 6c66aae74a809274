"""A whistle with two departments, in any interleaving, with the clock ringing now and then or never."""

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.grid.domain.commands import Act, Blow, Cancel, Close, Contact, ReportIn, Score, Sign
from services.grid.domain.lifecycle import CallState, WhistleState
from services.grid.domain.model import Site, Spot, Whistle
from services.grid.domain.policy import blowing, calls, ending
from services.grid.domain.policy.overdue import expire
from shared.events.fact import Fact
from shared.events.grid import WhistleOverdue
from shared.kernel.decision import Decision
from shared.kernel.errors import Refusal
from shared.kernel.words import WhistleKind
from tests.kit.city import beijing
from tests.kit.whistles import BLOWN_AT, ENFORCEMENT, GUANYINSI, POLICE, SITE, WHISTLE_ID

UNITS = (ENFORCEMENT, POLICE)
ORDER = ["called", "signed", "contacted", "reported_in", "acted", "scored"]
STEP_ENDS_AT = {"sign": "signed", "contact": "contacted", "report_in": "reported_in"}
departments = st.sampled_from(UNITS)


class WhistleLife(RuleBasedStateMachine):
    """The model knows states by name and when each was reached; it was written without the tables."""

    @initialize(kind=st.sampled_from(list(WhistleKind)))
    def blow(self, kind: WhistleKind) -> None:
        self.now = BLOWN_AT
        cmd = Blow(WHISTLE_ID, GUANYINSI, kind, None, Site(spot=SITE), "试", UNITS)
        self.facts: list[Fact] = []
        self.kind = kind
        self.over = False
        self.state = dict.fromkeys(UNITS, "called")
        self.reached: dict[Any, dict[str, Any]] = {unit: {} for unit in UNITS}
        self.whistle = self._taken(blowing.blow(cmd, None, city=beijing(), at=self.now))
        self.limits = {step: getattr(self.whistle.departments[0], f"{step}_by") for step in STEP_ENDS_AT}

    def _taken(self, decision: Decision[Whistle]) -> Whistle:
        self.facts.extend(decision.facts)
        return decision.state

    def _ask(self, allowed: bool, move: Any, cmd: Any) -> bool:
        before = self.whistle
        try:
            self.whistle = self._taken(move(before, cmd, units=beijing().units, at=self.now))
        except Refusal:
            assert not allowed, f"{cmd} was refused in {self.state}"
            assert self.whistle is before
            return False
        assert allowed, f"{cmd} was taken in {self.state}"
        return True

    def _step(self, unit: Any, target: str, allowed: bool, move: Any, cmd: Any) -> None:
        if self._ask(allowed and not self.over, move, cmd):
            self.state[unit] = target
            self.reached[unit][target] = self.now

    def _missed(self, unit: Any) -> set[str]:
        """The steps whose limit passed before the department was done with them, or scored or cancelled."""
        return {step for step, limit in self.limits.items() if self._until(unit, step) > limit}

    def _until(self, unit: Any, step: str) -> Any:
        beyond = ORDER.index(STEP_ENDS_AT[step])
        reached = [at for state, at in self.reached[unit].items() if ORDER.index(state) >= beyond]
        return min([*reached, self.ended_at if self.over else self.now])

    @rule(minutes=st.sampled_from([0, 1, 29, 31, 61, 60 * 25, 60 * 24 * 4]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def clock_rings(self) -> None:
        self.whistle = self._taken(expire(self.whistle, at=self.now))

    @rule(unit=departments)
    def sign(self, unit: Any) -> None:
        self._step(unit, "signed", self.state[unit] == "called", calls.sign, Sign(WHISTLE_ID, unit, unit))

    @rule(unit=departments)
    def contact(self, unit: Any) -> None:
        cmd = Contact(WHISTLE_ID, unit, unit)
        self._step(unit, "contacted", self.state[unit] == "signed", calls.contact, cmd)

    @rule(unit=departments, far=st.booleans())
    def report_in(self, unit: Any, far: bool) -> None:
        spot = Spot(SITE.lng + 0.1, SITE.lat) if far else SITE
        first = {"called", "signed", "contacted"} if self.kind == "emergency" else {"contacted"}
        cmd = ReportIn(WHISTLE_ID, unit, unit, spot, 500.0)
        self._step(unit, "reported_in", self.state[unit] in first, calls.report_in, cmd)

    @rule(unit=departments)
    def act(self, unit: Any) -> None:
        cmd = Act(WHISTLE_ID, unit, unit, None)
        self._step(unit, "acted", self.state[unit] == "reported_in", calls.act, cmd)

    @rule(unit=departments, score=st.integers(1, 5))
    def score(self, unit: Any, score: int) -> None:
        late = bool(self._missed(unit)) or self.now > self.limits["report_in"]
        allowed = self.state[unit] == "acted" or (self.state[unit] != "scored" and late)
        self._step(unit, "scored", allowed, calls.score, Score(WHISTLE_ID, GUANYINSI, unit, score))

    @rule()
    def close(self) -> None:
        allowed = not self.over and set(self.state.values()) == {"scored"}
        if self._ask(allowed, ending.close, Close(WHISTLE_ID, GUANYINSI)):
            self.over, self.ended_at = True, self.now

    @precondition(lambda self: self.now > BLOWN_AT + timedelta(minutes=25))
    @rule()
    def cancel(self) -> None:
        came = any("reported_in" in reached for reached in self.reached.values())
        if self._ask(not self.over and not came, ending.cancel, Cancel(WHISTLE_ID, GUANYINSI, "误吹")):
            self.over, self.ended_at = True, self.now

    @invariant()
    def states_agree(self) -> None:
        assert {call.unit: str(call.state) for call in self.whistle.departments} == self.state
        assert (self.whistle.state is not WhistleState.OPEN) == self.over

    @invariant()
    def overdue_is_told_once_and_never_wrongly(self) -> None:
        told = [(fact.unit, fact.step) for fact in self.facts if isinstance(fact, WhistleOverdue)]
        missed = {(unit, step) for unit in UNITS for step in self._missed(unit)}
        assert len(told) == len(set(told))
        assert set(told) <= missed

    @invariant()
    def what_was_missed_is_told_at_the_latest_by_the_next_ring(self) -> None:
        rung = expire(self.whistle, at=self.now)
        told = {(f.unit, f.step) for f in (*self.facts, *rung.facts) if isinstance(f, WhistleOverdue)}
        assert told == {(unit, step) for unit in UNITS for step in self._missed(unit)}

    @invariant()
    def a_closed_whistle_is_scored_by_all(self) -> None:
        if self.whistle.state is WhistleState.CLOSED:
            assert all(call.state is CallState.SCORED and call.score for call in self.whistle.departments)


WhistleLife.TestCase.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
TestWhistleLife = WhistleLife.TestCase
