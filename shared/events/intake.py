"""What intake says: a request came in, and what its citizen wishes of it."""

from typing import ClassVar
from uuid import UUID

from shared.events.fact import CaseFact
from shared.kernel.ids import CaseId, CategoryCode, IncidentId
from shared.kernel.words import Channel, DeclineReason, Kind, Language, MergeReason

INTAKE = "intake"


class CaseRegistered(CaseFact):
    """受理: a request became a case. The citizen's words are sealed; only router holds the key."""

    TYPE: ClassVar[str] = "jiesu.case.registered"
    SOURCE: ClassVar[str] = INTAKE

    channel: Channel
    kind: Kind
    category: CategoryCode | None = None
    """As the client stated it, unchecked."""
    sealed_words: str
    """Text, address and coordinates under the words ring, bound to the case id."""
    has_phone: bool
    confidential: bool = False
    anonymous: bool = False
    proactive: bool = False
    """Found by a unit itself, not asked for by a citizen."""
    linked_case_id: CaseId | None = None
    """The case on whose site this one was found."""
    incident_id: IncidentId | None = None
    """The grid's incident this case was registered for."""
    language: Language | None = None
    """What the citizen would rather be asked in; None: nobody said, and it is Chinese."""
    being_answered: bool = False
    """The knowledge base had an answer: router waits for it and dispatches nothing."""


class WithdrawalAsked(CaseFact):
    """The citizen wishes to withdraw."""

    TYPE: ClassVar[str] = "jiesu.case.withdrawal_asked"
    SOURCE: ClassVar[str] = INTAKE


class UrgeAsked(CaseFact):
    """The citizen urges the undertaking unit."""

    TYPE: ClassVar[str] = "jiesu.case.urge_asked"
    SOURCE: ClassVar[str] = INTAKE


class CaseSupplemented(CaseFact):
    """The citizen added words to the case; they are sealed like the first."""

    TYPE: ClassVar[str] = "jiesu.case.supplemented"
    SOURCE: ClassVar[str] = INTAKE

    sealed_words: str


class CaseAnonymised(CaseFact):
    """匿名化 at the citizen's wish, of a case that has ended: who keeps the citizen's words forgets them."""

    TYPE: ClassVar[str] = "jiesu.case.anonymised"
    SOURCE: ClassVar[str] = INTAKE


class CaseMergeProposed(CaseFact):
    """并案 proposed: another case is about the same matter. Router merges, or refuses by a fact."""

    TYPE: ClassVar[str] = "jiesu.case.merge_proposed"
    SOURCE: ClassVar[str] = INTAKE

    into_case_id: CaseId
    reason: MergeReason


class CaseAnswerProposed(CaseFact):
    """即时答复 proposed: by the knowledge base or the desk. The text stays with intake."""

    TYPE: ClassVar[str] = "jiesu.case.answer_proposed"
    SOURCE: ClassVar[str] = INTAKE

    entry_id: UUID | None = None
    """The entry of the knowledge base, if it was one."""


class CaseDeclineProposed(CaseFact):
    """不予受理 proposed by the desk, for one of the eight reasons."""

    TYPE: ClassVar[str] = "jiesu.case.decline_proposed"
    SOURCE: ClassVar[str] = INTAKE

    reason: DeclineReason
