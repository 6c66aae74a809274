"""A case's life in any order: units, desk, conference, citizen, survey and clock act on it as they like.

Whatever they do, the versions are 1..n, an end stays an end, a deadline moves only by what may move it, a
clock is told once, and no case goes to and fro.
"""

from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services.router.domain import commands as do
from services.router.domain.policy import (
    callback,
    citizen,
    handling,
    modes,
    opening,
    overseeing,
    reclassifying,
)
from shared.kernel.ids import CallbackId, CaseId, CategoryCode, UnitCode, new_id
from shared.kernel.words import DeclineReason, HandlingMode, Kind, Ruling, Satisfied, Solved
from tests.kit.acted_case import CITY, ActedCase, S, in_state, with_lead
from tests.kit.builders_router import (
    ASKED,
    CASE_ID,
    DAXING,
    DESK,
    DONGHUASHI,
    ENFORCEMENT,
    GUANYINSI,
    HOUSING,
    TIANGONGYUAN,
    WORDS,
    a_case,
    ids,
)

UNITS = st.sampled_from(
    [GUANYINSI, TIANGONGYUAN, DONGHUASHI, HOUSING, ENFORCEMENT, DAXING, UnitCode("110000")]
)
ELSEWHERE = a_case(S.SIGNED, case_id=CaseId(new_id()))
GONE = a_case(S.WITHDRAWN, case_id=ELSEWHERE.case_id)


class CaseLife(ActedCase):
    """Everybody at once; what is refused changes nothing."""

    @rule(minutes=st.one_of(st.integers(1, 90), st.integers(60, 60 * 24 * 12)))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @in_state(S.AWAITING_DISPATCHER, S.REOPENED, S.DISPATCHED)
    @rule(lead=UNITS)
    def dispatcher_sends(self, lead: UnitCode) -> None:
        command = do.Dispatch(case_id=CASE_ID, by=DESK, lead=lead, reason="r")
        self.act(lambda case: opening.dispatch(case, command, WORDS, ids(), CITY, at=self.now))

    @rule(dice=st.integers(0, 25))
    def the_desk_ends_it(self, dice: int) -> None:
        decline = do.Decline(case_id=CASE_ID, by=DESK, reason=DeclineReason.IN_LITIGATION)
        merge = do.Merge(case_id=CASE_ID, by=DESK, into_case_id=ELSEWHERE.case_id)
        if dice == 0:
            self.act(lambda case: opening.decline(case, decline, at=self.now))
        elif dice == 1:
            self.act(lambda case: opening.merge(case, ELSEWHERE, merge, at=self.now))
        elif dice == 2:
            answer = do.Answer(case_id=CASE_ID, by=DESK, text="t")
            self.act(lambda case: opening.answer(case, answer, at=self.now))

    @in_state(S.MERGED)
    @rule()
    def the_other_case_is_withdrawn(self) -> None:
        alone = self.act(lambda case: opening.unmerge(case, GONE, CITY, at=self.now), moves_deadline=True)
        assert alone
        self.unmerged += 1

    @precondition(with_lead)
    @rule()
    def lead_signs(self) -> None:
        command = do.Sign(**self.by_unit(self.the_lead()))
        self.act(lambda case: handling.sign(case, command, CITY, at=self.now))

    @precondition(lambda self: self.case.co_orders)
    @rule(what=st.sampled_from(["sign", "progress", "find", "resolve"]))
    def a_co_unit_works(self, what: str) -> None:
        by, at = self.by_unit(self.case.co_orders[0]), self.now
        match what:
            case "sign":
                self.act(lambda case: handling.sign(case, do.Sign(**by), CITY, at=at))
            case "progress":
                self.act(lambda case: handling.progress(case, do.Progress(**by, note="n"), CITY, at=at))
            case "find":
                find = do.Find(**by, kind=Kind.REPORT, text="t")
                self.act(lambda case: handling.find(case, find, CaseId(new_id()), "s", CITY, at=at))
            case _:
                self.act(lambda case: handling.resolve(case, do.Resolve(**by, evidence="e"), CITY, at=at))

    @precondition(with_lead)
    @rule(what=st.sampled_from(["contact", "progress", "hand_on", "find"]))
    def lead_works(self, what: str) -> None:
        by, at = self.by_unit(self.the_lead()), self.now
        match what:
            case "contact":
                self.act(lambda case: handling.contact(case, do.Contact(**by), CITY, at=at))
            case "progress":
                self.act(lambda case: handling.progress(case, do.Progress(**by, note="n"), CITY, at=at))
            case "hand_on":
                self.act(lambda case: handling.hand_on(case, do.HandOn(**by, to="物业"), CITY, at=at))
            case _:
                find = do.Find(**by, kind=Kind.REPORT, text="t")
                self.act(lambda case: handling.find(case, find, CaseId(new_id()), "s", CITY, at=at))

    @in_state(S.RETURNED)
    @rule(lead=UNITS, ruling=st.sampled_from([Ruling.UPHOLD, Ruling.REDIRECT, Ruling.DIVIDE]))
    def desk_rules(self, lead: UnitCode, ruling: Ruling) -> None:
        self.ruled(lead, ruling)

    @rule(lead=UNITS, co=UNITS)
    def a_conference_divides(self, lead: UnitCode, co: UnitCode) -> None:
        self.divided(lead, co)

    @precondition(with_lead)
    @rule(days=st.integers(0, 30))
    def desk_extends(self, days: int) -> None:
        until = (self.case.resolve_by or self.now) + timedelta(days=days)
        command = do.Extend(**self.by_desk(), until=until, reason="r")
        extended = self.act(lambda c: overseeing.extend(c, command, CITY, at=self.now), moves_deadline=True)
        assert not extended or self.case.extensions <= CITY.policy.extension.max_times

    @precondition(with_lead)
    @rule(mode=st.sampled_from(HandlingMode), days=st.integers(1, 90))
    def desk_sets_the_mode(self, mode: HandlingMode, days: int) -> None:
        plan: dict[str, Any] = {}
        if mode is HandlingMode.DEDICATED:
            plan = {"leader": "l", "plan": "p", "plan_until": self.now + timedelta(days=days)}
        command = do.SetMode(**self.by_desk(), mode=mode, reason="r", by_supervisor=True, **plan)
        moves = mode is HandlingMode.DEDICATED
        self.act(lambda case: modes.set_mode(case, command, CITY, at=self.now), moves_deadline=moves)

    @rule(category=st.sampled_from(["noise", "road_water", "group_rental"]))
    def desk_reclassifies(self, category: str) -> None:
        command = do.Reclassify(case_id=CASE_ID, by=DESK, category=CategoryCode(category), reason="r")
        self.act(
            lambda case: reclassifying.reclassify(case, command, WORDS, CITY, at=self.now),
            moves_deadline=True,
        )

    @precondition(with_lead)
    @rule(what=st.sampled_from(["shelve", "unshelve", "urge", "supervise"]), days=st.integers(1, 40))
    def desk_looks_on(self, what: str, days: int) -> None:
        by, at = self.by_desk(), self.now
        match what:
            case "shelve":
                shelve = do.Shelve(**by, review_at=at + timedelta(days=days), reason="r")
                self.act(lambda case: overseeing.shelve(case, shelve, CITY, at=at))
            case "unshelve":
                self.act(lambda case: overseeing.unshelve(case, do.Unshelve(**by), CITY, at=at))
            case "urge":
                self.act(lambda case: overseeing.urge(case, do.Urge(**by), CITY, at=at))
            case _:
                self.act(lambda case: overseeing.supervise(case, do.Supervise(**by, reason="r"), CITY, at=at))

    @precondition(with_lead)
    @rule()
    def lead_resolves(self) -> None:
        command = do.Resolve(**self.by_unit(self.the_lead()), evidence="e")
        self.act(lambda case: handling.resolve(case, command, CITY, at=self.now))

    @rule()
    def callback_is_scheduled(self) -> None:
        command = do.StartSurvey(
            case_id=CASE_ID,
            callback_id=CallbackId(new_id()),
            round=self.case.callback_round + 1,
            asked_by=ASKED,
        )
        assert self.act(lambda case: callback.start(case, command))

    @rule(satisfied=st.sampled_from([Satisfied.NOT, Satisfied.NOT, Satisfied.SATISFIED]), late=st.booleans())
    def citizen_answers(self, satisfied: Satisfied, late: bool) -> None:
        """In his round; or late, in one that is over or that nobody knows."""
        known = self.case.callbacks or (CallbackId(new_id()),)
        current = self.case.callback_id or known[0]
        command = do.TakeAnswer(
            case_id=CASE_ID,
            callback_id=known[0] if late else current,
            round=self.case.callback_round,
            asked_by=ASKED,
            solved=Solved.PARTLY,
            satisfied=satisfied,
        )
        assert self.act(lambda case: callback.take_answer(case, command, ids(), CITY, at=self.now))

    @rule(dice=st.integers(0, 10))
    def nobody_is_to_be_asked(self, dice: int) -> None:
        if dice == 0:
            command = do.CloseUnasked(
                case_id=CASE_ID, callback_id=CallbackId(new_id()), round=1, asked_by=ASKED
            )
            assert self.act(lambda case: callback.close_unasked(case, command, at=self.now))

    @precondition(lambda self: self.case.callback_id)
    @rule(dice=st.integers(0, 3))
    def nobody_is_reached(self, dice: int) -> None:
        callback_id = self.case.callback_id
        if dice == 0 and callback_id is not None:
            command = do.GiveUpSurvey(case_id=CASE_ID, callback_id=callback_id, round=1, asked_by=ASKED)
            assert self.act(lambda case: callback.give_up(case, command, at=self.now))

    @rule(dice=st.integers(0, 15))
    def citizen_wishes(self, dice: int) -> None:
        wish = do.AskedByCitizen(CASE_ID, ASKED)
        if dice == 0:
            assert self.act(lambda case: citizen.withdraw(case, wish, at=self.now))
        elif dice < 4:
            assert self.act(lambda case: citizen.urge(case, wish, at=self.now))


TestCaseLife = CaseLife.TestCase
TestCaseLife.settings = settings(max_examples=50, stateful_step_count=50, deadline=None)
