"""受理 and 跟进: registering and following; codes guessed wrongly."""

import secrets
from dataclasses import dataclass, field, replace

from services.intake.domain import codes, policy
from services.intake.domain.codes import AccessCode, TrackingNumber
from services.intake.domain.commands import (
    Admit,
    Follow,
    Knock,
    Register,
    RegisterFinding,
    RegisterIncident,
)
from services.intake.domain.contact import SealedContact
from services.intake.domain.errors import NoSuchLinkedCase, TooManyWrongCodes
from services.intake.domain.knowledge import Entry
from services.intake.domain.model import WRONG_CODES_WINDOW, Case
from services.intake.domain.proposals import Answer, Outcome, Proposal, Wish
from services.intake.domain.timeline import Code, Note
from services.intake.handlers.attachments import claim_uploads
from services.intake.handlers.handovers import hand_over
from services.intake.ports import IntakeWork
from shared.events.router import ROUTER
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, EventId, new_id
from shared.kernel.words import Channel, Kind

FORGOTTEN_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Registered:
    """What the citizen is handed; the code is kept nowhere in plain."""

    case: Case
    access_code: AccessCode = field(repr=False)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A request drawn up: numbered and sealed, while nothing is kept yet."""

    decision: Decision[Case]
    contact: SealedContact | None
    access_code: AccessCode = field(repr=False)
    answered: Proposal | None = None
    """The answer that was known at once."""

    @property
    def case(self) -> Case:
        return self.decision.state


async def register(work: IntakeWork, cmd: Register) -> Registered:
    """受理: examine, draw up, admit."""
    drawn = draw_up(work, cmd, policy.examine(cmd, work.city))
    await claim_uploads(work, cmd.attachments, drawn.case.case_id, by=cmd.by)
    return await admit(work, drawn)


async def register_incident(work: IntakeWork, cmd: RegisterIncident) -> None:
    """网格上报: once for each incident, however often it is told. Grid has examined it by the same rules.

    Its photos are taken down with the case and copied afterwards: no case waits for the store of files.
    """
    if await work.cases.of_incident(cmd.incident_id) is not None:
        return
    words = work.vault.open_incident(cmd.incident_id, cmd.sealed_words)
    wish = Register(
        channel=Channel.GRID,
        kind=Kind.REPORT,
        text=words.text,
        category=cmd.category,
        proactive=True,
        incident_id=cmd.incident_id,
    )
    taken = await admit(work, draw_up(work, wish, policy.Examined(words, None)))
    await hand_over(work, taken.case.case_id, cmd.photos)


async def register_finding(work: IntakeWork, cmd: RegisterFinding) -> None:
    """未诉先办: what a unit found beside its work order, or a hot spot, becomes a case under the id it was
    given there. Its code is handed to nobody: there is no citizen.
    """
    if await work.cases.exists(cmd.case_id):
        return
    words = work.vault.open_words(cmd.case_id, cmd.sealed_words)
    await admit(work, draw_up(work, policy.finding(cmd), policy.Examined(words, None), case_id=cmd.case_id))


def draw_up(
    work: IntakeWork,
    cmd: Register,
    examined: policy.Examined,
    entry: Entry | None = None,
    *,
    case_id: CaseId | None = None,
) -> Drawn:
    """起草: give the examined request its number and code, seal it; answer it if an entry does."""
    case_id, number = case_id or CaseId(new_id()), _draw_number(work)
    code = codes.access_code(secrets.token_bytes(codes.CODE_NOISE))
    contact = examined.contact
    words = replace(examined.words, tracking_number=number, attachments=len(cmd.attachments) or None)
    made = Admit(
        case_id=case_id,
        tracking_number=number,
        access_hash=work.vault.hash_code(number, code),
        sealed_words=work.vault.seal_words(case_id, words),
        has_phone=contact is not None and contact.phone is not None,
        entry_id=entry.entry_id if entry else None,
    )
    decision = policy.register(cmd, made, at=work.now)
    confidential = decision.state.confidential
    sealed = (
        work.vault.seal_contact(case_id, contact, confidential=confidential, at=work.now) if contact else None
    )
    return Drawn(decision, sealed, code, _answered(work, case_id, entry) if entry else None)


async def admit(work: IntakeWork, drawn: Drawn) -> Registered:
    """Keep case and contact, open the timeline."""
    linked = drawn.case.linked_case_id
    if linked is not None and not await work.cases.exists(linked):
        raise NoSuchLinkedCase
    case = await work.cases.keep(drawn.decision)
    if drawn.answered is not None:
        work.proposals.keep(replace(drawn.answered, asked_by=work.said_last))
    if drawn.contact is not None:
        work.contacts.keep(drawn.contact)
    work.timeline.note(Note(EventId(new_id()), case.case_id, work.now, Code.REGISTERED))
    return Registered(case, drawn.access_code)


async def recognise(work: IntakeWork, cmd: Knock) -> Case | None:
    """查询: the case, if the code is right; a wrong code is counted. Raises `TooManyWrongCodes`."""
    origin = work.vault.origin_index(cmd.origin)
    guesses = await work.guesses.of(cmd.tracking_number, origin)
    until = guesses.blocked_until(at=work.now) if guesses else None
    if until is not None:
        raise TooManyWrongCodes(until, at=work.now)
    case = await work.cases.numbered(cmd.tracking_number)
    if work.vault.knows(case.access_hash if case else None, cmd.tracking_number, cmd.access_code):
        return case
    await work.guesses.count(cmd.tracking_number, origin, at=work.now)
    return None


async def follow(work: IntakeWork, cmd: Follow) -> Case:
    """Take over what router or survey said, and tell the citizen."""
    case = await work.cases.get(cmd.case_id)
    if cmd.note is not None:
        work.timeline.note(cmd.note)
    after = policy.follow(case, cmd)
    if policy.is_news(case, cmd):
        if cmd.settles is not None:
            work.proposals.settle(cmd.case_id, cmd.settles)
        if cmd.sealed_answer is not None:
            work.proposals.keep(_answered_elsewhere(work, cmd, cmd.sealed_answer))
    if case.router_sequence == 0 and after.state.router_sequence > 0:
        work.likenesses.ready(cmd.case_id)
    return await work.cases.keep(after) if after.state != case else case


async def forget_guesses(work: IntakeWork) -> int:
    """Drop counts of wrong codes whose time is over; how many."""
    return await work.guesses.forget(before=work.now - WRONG_CODES_WINDOW, limit=FORGOTTEN_AT_ONCE)


def _answered(work: IntakeWork, case_id: CaseId, entry: Entry) -> Proposal:
    """What the knowledge base says, as it says it today."""
    proposal_id = new_id()
    sealed = work.vault.seal_answer(proposal_id, entry.as_answer())
    return Proposal(proposal_id, case_id, Wish.ANSWER, None, entry.entry_id, sealed, None, work.now)


def _answered_elsewhere(work: IntakeWork, cmd: Follow, sealed_words: str) -> Proposal:
    """What router's desk wrote, sealed like what ours writes: done already, and forgotten like it."""
    answer = Answer(work.vault.open_words(cmd.case_id, sealed_words).text)
    proposal_id = new_id()
    sealed = work.vault.seal_answer(proposal_id, answer)
    return Proposal(
        proposal_id, cmd.case_id, Wish.ANSWER, None, None, sealed, ROUTER, cmd.at, outcome=Outcome.DONE
    )


def _draw_number(work: IntakeWork) -> TrackingNumber:
    """A number nobody can walk to from another one; drawn again in the few cases it would be misread."""
    day = work.city.day(work.now)
    while (
        number := codes.tracking_number(work.tracking_prefix, day, secrets.token_bytes(codes.NUMBER_NOISE))
    ) is None:
        continue
    return number
