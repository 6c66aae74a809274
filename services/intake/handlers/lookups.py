"""来电查询 and 补发查询码: a clerk helps a caller who has lost number or code; both are written down."""

import secrets
from collections.abc import Sequence
from dataclasses import replace

from services.intake.domain import codes, lookups, policy
from services.intake.domain.codes import AccessCode
from services.intake.domain.contact import normalised_phone
from services.intake.domain.errors import Anonymised, CallBackFirst, NobodyToCheck, NotThisCaller
from services.intake.domain.lookups import Act, GiveCode, Lookup, Refused, Search
from services.intake.domain.model import Case
from services.intake.domain.timeline import Code, Note
from services.intake.ports import IntakeWork
from shared.kernel.errors import Refusal
from shared.kernel.ids import CaseId, EventId, new_id

REFUSALS: dict[Refused, type[Anonymised | CallBackFirst | NobodyToCheck | NotThisCaller]] = {
    Refused.ANONYMISED: Anonymised,
    Refused.CALL_BACK_FIRST: CallBackFirst,
    Refused.NOBODY_TO_CHECK: NobodyToCheck,
    Refused.NOT_THIS_CALLER: NotThisCaller,
}


async def search(work: IntakeWork, cmd: Search) -> Sequence[Case]:
    """来电查询: the phone's cases, the newest first, and one more than is shown if there are more.

    Raises `UnreadablePhone`, `TooManyLookups`.
    """
    index = work.vault.phone_index(normalised_phone(cmd.phone, field="phone"))
    before = await work.lookups.of_clerk(cmd.clerk, Act.SEARCH, since=work.now - lookups.DAY)
    lookups.check(before, lookups.MOST_SEARCHES, at=work.now)
    found = await work.cases.of_phone(index, after=cmd.after, limit=cmd.limit + 1)
    shown = tuple(case.case_id for case in found[: cmd.limit])
    work.lookups.note(Lookup(cmd.lookup_id, cmd.clerk, Act.SEARCH, cmd.purpose, work.now, shown))
    return found


async def check_caller(work: IntakeWork, cmd: GiveCode) -> Case | Refusal:
    """核实来电人: the case, if it is this phone's; or why no code is given, to be raised after the
    commit, for that it was tried is written down. Raises `UnreadablePhone`, `TooManyLookups`.
    """
    index = work.vault.phone_index(normalised_phone(cmd.phone, field="phone"))
    since = work.now - lookups.DAY
    before = await work.lookups.of_clerk(cmd.clerk, Act.NEW_CODE, since=since, refused=True)
    lookups.check(before, lookups.MOST_REFUSED, at=work.now)
    # Whoever tries a code of this number, or gives one, waits from here on.
    await work.guesses.hold(cmd.tracking_number)
    known = await work.cases.numbered(cmd.tracking_number)
    if known is None:
        return _refuse(work, cmd, (), Refused.NOT_THIS_CALLER)
    case = await work.cases.get(known.case_id)
    tried = await work.lookups.of_case(case.case_id, Act.NEW_CODE, since=since, refused=True)
    lookups.check(tried, lookups.MOST_REFUSED_OF_A_CASE, at=work.now)
    why = lookups.refused(await work.contacts.find(case.case_id), index, cmd.checked)
    return _refuse(work, cmd, (case.case_id,), why) if why is not None else case


async def give_code(work: IntakeWork, cmd: GiveCode, case: Case) -> AccessCode:
    """补发查询码 to a caller who was checked: the old one is over, and so is the wait after wrong ones.

    Raises `TooManyLookups`.
    """
    since = work.now - lookups.DAY
    by_clerk = await work.lookups.of_clerk(cmd.clerk, Act.NEW_CODE, since=since)
    lookups.check(by_clerk, lookups.MOST_CODES, at=work.now)
    of_case = await work.lookups.of_case(case.case_id, Act.NEW_CODE, since=since)
    lookups.check(of_case, lookups.MOST_CODES_OF_A_CASE, at=work.now)
    code = codes.access_code(secrets.token_bytes(codes.CODE_NOISE))
    await work.cases.keep(policy.give_code(case, work.vault.hash_code(case.tracking_number, code)))
    await work.guesses.forgive(case.tracking_number)
    work.timeline.note(Note(EventId(new_id()), case.case_id, work.now, Code.ACCESS_CODE_GIVEN))
    work.lookups.note(_given(work, cmd, (case.case_id,)))
    return code


def _refuse(work: IntakeWork, cmd: GiveCode, cases: tuple[CaseId, ...], why: Refused) -> Refusal:
    work.lookups.note(replace(_given(work, cmd, cases), refused=why))
    return REFUSALS[why]()


def _given(work: IntakeWork, cmd: GiveCode, cases: tuple[CaseId, ...]) -> Lookup:
    return Lookup(cmd.lookup_id, cmd.clerk, Act.NEW_CODE, cmd.purpose, work.now, cases, cmd.checked)
