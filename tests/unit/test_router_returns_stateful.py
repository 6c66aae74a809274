"""退单 in any order: returned, ruled on, divided, left undecided, redone: nothing goes to and fro."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule

from services.router.domain import commands as do
from services.router.domain.policy import callback, handling, opening
from shared.kernel.ids import CallbackId, UnitCode, new_id
from shared.kernel.words import Ruling, Satisfied, Solved
from tests.kit.acted_case import CITY, ActedCase, S, in_state
from tests.kit.builders_router import (
    ASKED,
    CASE_ID,
    DAXING,
    DESK,
    GUANYINSI,
    HOUSING,
    TIANGONGYUAN,
    WORDS,
    ids,
)

UNITS = st.sampled_from([GUANYINSI, TIANGONGYUAN, HOUSING, DAXING])
SILENCE = timedelta(hours=24)


class Returns(ActedCase):
    """Few units and no other business, so that the rare chains come up often."""

    @initialize(lead=UNITS)
    def the_case_is_sent(self, lead: UnitCode) -> None:
        command = do.Dispatch(case_id=CASE_ID, by=DESK, lead=lead, reason="r")
        assert self.act(lambda case: opening.dispatch(case, command, WORDS, ids(), CITY, at=self.now))

    @in_state(S.RETURNED)
    @rule(lead=UNITS, ruling=st.sampled_from([Ruling.UPHOLD, Ruling.REDIRECT, Ruling.DIVIDE]))
    def desk_rules(self, lead: UnitCode, ruling: Ruling) -> None:
        self.ruled(lead, ruling)

    @in_state(S.RETURNED)
    @rule()
    def nobody_decides(self) -> None:
        self.now += SILENCE
        self.the_clock_rings()
        assert self.case.returning is None

    @in_state(S.DISPATCHED)
    @rule(lead=UNITS, ruling=st.sampled_from([Ruling.REDIRECT, Ruling.DIVIDE]))
    def it_is_returned_and_ruled_on(self, lead: UnitCode, ruling: Ruling) -> None:
        """In one breath: chains of these are what would go to and fro."""
        self.lead_returns()
        if self.case.state is S.RETURNED:
            self.ruled(lead, ruling)

    @rule(lead=UNITS, co=UNITS, dice=st.integers(0, 1))
    def a_conference_divides(self, lead: UnitCode, co: UnitCode, dice: int) -> None:
        if dice == 0:
            self.divided(lead, co)

    @in_state(S.DISPATCHED)
    @rule()
    def it_is_done_and_the_citizen_says_no(self) -> None:
        by, at = self.by_unit(self.the_lead()), self.now
        asked = {"case_id": CASE_ID, "asked_by": ASKED, "callback_id": CallbackId(new_id())}
        asked["round"] = self.case.callback_round + 1
        said_no = do.TakeAnswer(**asked, solved=Solved.NO, satisfied=Satisfied.NOT)
        assert self.act(lambda case: handling.sign(case, do.Sign(**by), CITY, at=at))
        assert self.act(lambda case: handling.resolve(case, do.Resolve(**by, evidence="e"), CITY, at=at))
        assert self.act(lambda case: callback.start(case, do.StartSurvey(**asked)))
        assert self.act(lambda case: callback.take_answer(case, said_no, ids(), CITY, at=at))


TestReturns = Returns.TestCase
TestReturns.settings = settings(max_examples=100, stateful_step_count=20, deadline=None)
