"""联系方式: read for a purpose, and written down; removed when its time is over."""

from collections.abc import Sequence
from datetime import timedelta

from services.intake.domain import policy
from services.intake.domain.commands import Erase, ReadContact
from services.intake.domain.contact import (
    Contact,
    ContactReading,
    SealedContact,
    Withheld,
    may_read,
    withheld,
)
from services.intake.domain.errors import Anonymised, ConfidentialContact, NoContact, PurposeNotYours
from services.intake.domain.model import Anonymisation, Case
from services.intake.domain.timeline import Code, Note
from services.intake.ports import IntakeWork
from shared.kernel.decision import Decision
from shared.kernel.errors import Refusal
from shared.kernel.ids import EventId, new_id

ANONYMISED_AT_ONCE = 200
REFUSALS: dict[Withheld, type[Anonymised | ConfidentialContact]] = {
    Withheld.ANONYMISED: Anonymised,
    Withheld.CONFIDENTIAL: ConfidentialContact,
}


async def read_contact(work: IntakeWork, cmd: ReadContact) -> tuple[Contact, bool] | Refusal:
    """查阅: the contact, and whether it is confidential; or why there is none, to be raised after the commit,
    for that it was asked for is written down either way.
    """
    if not may_read(cmd.reader, cmd.purpose):
        _note(work, cmd, found=False, why=Withheld.PURPOSE)
        return PurposeNotYours(cmd.reader, cmd.purpose)
    row = await work.contacts.find(cmd.case_id)
    why = withheld(row, cmd.purpose) if row is not None else None
    _note(work, cmd, found=row is not None and row.anonymised_at is None, why=why)
    return _answer(work, row, why)


def _note(work: IntakeWork, cmd: ReadContact, *, found: bool, why: Withheld | None) -> None:
    reading = ContactReading(cmd.reading_id, cmd.case_id, cmd.reader, cmd.purpose, found, work.now, why)
    work.contacts.note_readings([reading])


def _answer(
    work: IntakeWork, row: SealedContact | None, why: Withheld | None
) -> tuple[Contact, bool] | Refusal:
    if row is None:
        return NoContact()
    if why is not None:
        return REFUSALS[why]()
    return work.vault.open_contact(row), row.confidential


async def anonymise(work: IntakeWork) -> int:
    """匿名化: forget who asked in cases that ended long ago; how many. Each is written down, once."""
    days = work.city.policy.anonymising.after_days
    keys = await work.cases.ended(before=work.now - timedelta(days=days), limit=ANONYMISED_AT_ONCE)
    if not keys:
        return 0
    await work.cases.preload(keys)
    cases = [await work.cases.get(key) for key in keys]
    await _forget(work, [policy.anonymise(case, at=work.now) for case in cases], by=days)
    return len(cases)


async def erase(work: IntakeWork, cmd: Erase) -> Anonymisation:
    """删除个人信息: the same of one case, at its citizen's wish. Raises `CaseNotOver`, `Anonymised`."""
    case = await work.cases.get(cmd.case_id)
    (written,) = await _forget(work, [policy.erase(case, at=work.now)], by=cmd)
    work.timeline.note(Note(EventId(new_id()), case.case_id, work.now, Code.ANONYMISED))
    return written


async def _forget(
    work: IntakeWork, decided: Sequence[Decision[Case]], *, by: int | Erase
) -> list[Anonymisation]:
    keys = [one.state.case_id for one in decided]
    contacts = await work.contacts.anonymise(keys, at=work.now)
    files = await work.attachments.give_up(keys)
    await work.proposals.forget_words(keys)
    written = []
    for one in decided:
        case = await work.cases.keep(one)
        contact, laid = case.case_id in contacts, files.get(case.case_id, 0)
        written.append(policy.anonymisation(case, contact=contact, attachments=laid, by=by, at=work.now))
        work.anonymisations.note(written[-1])
    return written
