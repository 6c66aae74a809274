"""What survey's handlers need from memory and from outside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from services.survey.domain.links import Links
from services.survey.domain.messages import EventKind, Message, MessageState, Outcome
from services.survey.domain.model import Survey
from shared.city.city import City
from shared.kernel.decision import Decision
from shared.kernel.ids import CallbackId, CaseId
from shared.kernel.words import CallbackChannel, Language


class Surveys(Protocol):
    async def find(self, key: CaseId) -> Survey | None: ...

    async def get(self, key: CaseId) -> Survey: ...

    async def keep(self, decision: Decision[Survey]) -> Survey: ...

    async def with_callback(self, callback_id: CallbackId) -> Survey:
        """The case of a round. Raises `UnknownCallback`."""

    async def without_link(self, at: datetime, limit: int) -> Sequence[tuple[CaseId, CallbackId]]:
        """Rounds that are due and whose citizen has not been sent anything, their cases under lock."""

    async def expired(self, at: datetime, limit: int) -> Sequence[tuple[CaseId, CallbackId]]:
        """Rounds and checks whose days are over and that nobody has in hand, their cases under lock."""

    async def with_notes(self, before: datetime, limit: int) -> Sequence[tuple[CaseId, CallbackId]]:
        """Rounds and checks that had ended by then and still hold the citizen's words, cases under lock."""

    async def next_for(self, by: str, at: datetime, limit: int) -> Sequence[tuple[CaseId, CallbackId]]:
        """The calls that have waited longest and that nobody else takes at this moment, cases under lock."""

    async def many_in_hand_of(self, by: str, at: datetime) -> int:
        """How many this caller has in hand; who else asks it of him waits until the knock ends."""

    async def in_hand_of(self, by: str, at: datetime) -> Sequence[tuple[CaseId, CallbackId]]:
        """The due call this caller took first and has not written down, its case under lock; or nothing."""


class Messages(Protocol):
    async def queue(
        self, callback_ids: Sequence[CallbackId], kinds: Sequence[CallbackChannel], *, at: datetime
    ) -> None:
        """Have messages sent: one of each kind for each callback, however often it is asked."""

    async def due(self, at: datetime, limit: int) -> Sequence[tuple[Message, bool]]:
        """Messages to be handed over now, and whether their round still waits for an answer. Without a lock:
        the gateway may tell of one before it answers, and one replica at a time hands over.
        """

    async def keep(self, messages: Sequence[Message]) -> None:
        """Write down what became of them."""

    async def note_delivery(
        self, callback_id: CallbackId, kind: str, state: MessageState, *, at: datetime
    ) -> bool:
        """What the gateway says of a message that was sent, at the latest now; False when there is none."""


class Readings(Protocol):
    async def note(self, case_id: CaseId, callback_id: CallbackId, by: str, *, at: datetime) -> None:
        """Write down for ever that this caller was about to be shown this citizen's contact."""


class Webhooks(Protocol):
    async def is_first(self, kind: EventKind, event_id: str, *, at: datetime) -> bool:
        """Take down that this event came; False when it came before."""

    async def forget(self, before: datetime) -> int:
        """Drop what came before then; how many."""


class Contact(Protocol):
    @property
    def name(self) -> str | None: ...

    @property
    def phone(self) -> str | None: ...


class Contacts(Protocol):
    async def contact_of(self, case_id: CaseId) -> Contact:
        """Name and phone from intake's vault, asked for at call time and kept nowhere."""

    async def aclose(self) -> None:
        """Let the connections go."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as a provider is given it; the phone goes through and stays nowhere."""

    key: str
    kind: CallbackChannel
    text: str
    callback_id: CallbackId
    language: Language
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Handed:
    """What a provider said to a message."""

    outcome: Outcome
    reference: str | None = None


class Messenger(Protocol):
    """A way to send texts and to have calls made. The same key twice is one message."""

    @property
    def needs_phone(self) -> bool: ...

    @property
    def is_shown(self) -> bool:
        """Whether operators read the messages at survey, for they go nowhere else."""

    async def hand_over(self, message: Outgoing) -> Handed:
        """Give a message to the provider. What goes wrong on the way is an outcome, not an error."""

    async def aclose(self) -> None:
        """Let the connections go."""


class Equipment(Protocol):
    """What survey's handlers use beside the store."""

    @property
    def contacts(self) -> Contacts: ...

    @property
    def links(self) -> Links: ...

    @property
    def messenger(self) -> Messenger: ...


class SurveyWork(Protocol):
    @property
    def now(self) -> datetime: ...

    @property
    def city(self) -> City: ...

    @property
    def equipment(self) -> Equipment: ...

    @property
    def surveys(self) -> Surveys: ...

    @property
    def messages(self) -> Messages: ...

    @property
    def readings(self) -> Readings: ...

    @property
    def webhooks(self) -> Webhooks: ...
