"""受理 decided: what a request must be, what it becomes, what its citizen is told. Pure; `at` comes last."""

from dataclasses import dataclass, replace
from datetime import datetime

from services.intake.domain.commands import (
    Admit,
    AskUrge,
    AskWithdrawal,
    Erase,
    Follow,
    Register,
    RegisterFinding,
    StatedContact,
)
from services.intake.domain.contact import Contact, normalised_phone
from services.intake.domain.errors import (
    Anonymised,
    CaseNotOver,
    EmptyContact,
    LinkNeedsProactive,
    NoSuchCategory,
    ProactiveIsForUnits,
)
from services.intake.domain.model import ENDED, Anonymisation, Case
from services.intake.domain.place import read_place
from services.intake.domain.words import Words
from shared.city.city import City
from shared.events.intake import (
    CaseAnonymised,
    CaseAnswerProposed,
    CaseRegistered,
    CaseSupplemented,
    UrgeAsked,
    WithdrawalAsked,
)
from shared.kernel.decision import Decision
from shared.kernel.words import Channel, Language

FORGOTTEN = ""
"""Stands for words that are not kept any more; it opens under no key."""


@dataclass(frozen=True, slots=True)
class Examined:
    """A request that may be registered: its words as router reads them, and what the vault will keep."""

    words: Words
    contact: Contact | None


def examine(cmd: Register, city: City) -> Examined:
    """Raise the first refusal, or answer what is to be sealed. Nothing has been stored yet."""
    if cmd.proactive and not cmd.by_unit:
        raise ProactiveIsForUnits
    if cmd.linked_case_id is not None and not cmd.proactive:
        raise LinkNeedsProactive
    if cmd.category is not None and cmd.category not in city.categories:
        raise NoSuchCategory
    return Examined(read_place(cmd, city), read_contact(cmd.contact))


def finding(cmd: RegisterFinding) -> Register:
    """What a unit found on its rounds comes through the door of those who walk the city; a hot spot, found by
    counting, is theirs to go and see.
    """
    return Register(
        channel=Channel.GRID,
        kind=cmd.kind,
        text="",
        category=cmd.category,
        proactive=True,
        linked_case_id=cmd.found_at,
        by_unit=True,
    )


def read_contact(stated: StatedContact | None) -> Contact | None:
    """What of a stated contact is kept: nothing of an anonymous one, even if the client sent it."""
    if stated is None or stated.anonymous:
        return None
    name = stated.name.strip() if stated.name else None
    if not name and stated.phone is None:
        raise EmptyContact
    return Contact(name or None, normalised_phone(stated.phone) if stated.phone is not None else None)


def register(asked: Register, made: Admit, *, at: datetime) -> Decision[Case]:
    """受理: the request is a case from now on."""
    stated = asked.contact
    case = Case(
        case_id=made.case_id,
        tracking_number=made.tracking_number,
        access_hash=made.access_hash,
        channel=asked.channel,
        kind=asked.kind,
        category=asked.category,
        sealed_words=made.sealed_words,
        has_phone=made.has_phone,
        confidential=stated is not None and stated.confidential,
        anonymous=stated.anonymous if stated is not None else not asked.proactive,
        proactive=asked.proactive,
        linked_case_id=asked.linked_case_id,
        incident_id=asked.incident_id,
        registered_at=at,
        status_at=at,
    )
    language = stated.language if stated is not None and not stated.anonymous else None
    if made.entry_id is None:
        return Decision(case, (_registered(case, language),))
    answered = CaseAnswerProposed(case_id=case.case_id, entry_id=made.entry_id)
    return Decision(case, (_registered(case, language, being_answered=True), answered))


def _registered(case: Case, language: Language | None, *, being_answered: bool = False) -> CaseRegistered:
    return CaseRegistered(
        case_id=case.case_id,
        channel=case.channel,
        kind=case.kind,
        category=case.category,
        sealed_words=case.sealed_words,
        has_phone=case.has_phone,
        confidential=case.confidential,
        anonymous=case.anonymous,
        proactive=case.proactive,
        linked_case_id=case.linked_case_id,
        incident_id=case.incident_id,
        language=language,
        being_answered=being_answered,
    )


def supplement(case: Case, sealed_words: str) -> Decision[Case]:
    """补充: whether it still helps is router's to say, who knows where the case stands."""
    return Decision(case, (CaseSupplemented(case_id=case.case_id, sealed_words=sealed_words),))


def ask_urge(case: Case, cmd: AskUrge) -> Decision[Case]:
    """催办: asked of router."""
    return Decision(case, (UrgeAsked(case_id=cmd.case_id),))


def ask_withdrawal(case: Case, cmd: AskWithdrawal) -> Decision[Case]:
    """撤回: asked of router; a resolved case cannot be withdrawn any more."""
    return Decision(case, (WithdrawalAsked(case_id=cmd.case_id),))


def give_code(case: Case, access_hash: str) -> Decision[Case]:
    """补发查询码: the old code is over with it. Nobody but the citizen and the clerk need know."""
    return Decision(replace(case, access_hash=access_hash))


def is_news(case: Case, cmd: Follow) -> bool:
    """Whether it is not older than what is already known."""
    return cmd.sequence is None or cmd.sequence > case.router_sequence


def follow(case: Case, cmd: Follow) -> Decision[Case]:
    """Take over what router said, unless it is no news: a replay changes nothing."""
    if not is_news(case, cmd):
        return Decision(case)
    if cmd.starts_anew:
        case = replace(case, merged_into=None, promised_at=None)
    elif cmd.merged_into is not None:
        # Who had it is rid of it: who has the other case answers, and by that one's time.
        case = replace(case, unit=None, promised_at=None)
    return Decision(
        replace(
            case,
            status=cmd.status or case.status,
            status_at=cmd.at if cmd.status else case.status_at,
            unit=cmd.unit or case.unit,
            merged_into=cmd.merged_into or case.merged_into,
            promised_at=cmd.promised_at or case.promised_at,
            router_sequence=cmd.sequence or case.router_sequence,
        )
    )


def anonymise(case: Case, *, at: datetime) -> Decision[Case]:
    """匿名化: the citizen's words go with the contact; what became of the case stays."""
    return Decision(replace(case, sealed_words=FORGOTTEN, anonymised_at=at))


def erase(case: Case, *, at: datetime) -> Decision[Case]:
    """删除个人信息: the same before its time. Survey, which keeps what the citizen told it, is told.

    Raises `CaseNotOver`, `Anonymised`.
    """
    if case.anonymised_at is not None:
        raise Anonymised
    if case.status not in ENDED:
        raise CaseNotOver(case.status)
    return Decision(anonymise(case, at=at).state, (CaseAnonymised(case_id=case.case_id),))


def anonymisation(
    case: Case, *, contact: bool, attachments: int, by: int | Erase, at: datetime
) -> Anonymisation:
    """What is written down of it: by the policy's days, or at whose wish."""
    ended_at = case.status_at or case.registered_at
    if isinstance(by, Erase):
        return Anonymisation(
            case.case_id, ended_at, at, 0, contact, attachments, clerk=by.clerk, checked=by.checked
        )
    return Anonymisation(case.case_id, ended_at, at, by, contact, attachments)
