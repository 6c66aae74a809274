"""What intake's handlers need of the world; store is one answer, a test's memory another."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from services.intake.domain.api_keys import ClientKey
from services.intake.domain.attachments import Attachment, AttachmentId, Handover, Waiting
from services.intake.domain.codes import AccessCode, TrackingNumber
from services.intake.domain.contact import Contact, ContactReading, SealedContact
from services.intake.domain.duplicates import Candidate, Likeness
from services.intake.domain.knowledge import Entry
from services.intake.domain.lookups import Act, Before, Lookup
from services.intake.domain.model import Anonymisation, Case, WrongCodes
from services.intake.domain.open311.request import PublicRequest
from services.intake.domain.proposals import Answer, Proposal, Settlement
from services.intake.domain.timeline import Code, Note
from services.intake.domain.wishes import Asked
from services.intake.domain.words import Words
from shared.city.city import City
from shared.city.unit_copies import UnitCopies
from shared.files.media import Measured
from shared.kernel.decision import Decision
from shared.kernel.ids import CaseId, EventId, IncidentId


class Cases(Protocol):
    """Registered cases, each under lock once it is loaded."""

    async def get(self, key: CaseId) -> Case:
        """Raises `NoSuchCase`."""

    async def preload(self, keys: Iterable[CaseId]) -> None:
        """Lock several in key order."""

    async def numbered(self, number: TrackingNumber) -> Case | None:
        """The case with this tracking number, not locked: for reading."""

    async def of_phone(self, index: str, *, after: CaseId | None, limit: int) -> Sequence[Case]:
        """A phone's cases that are not confidential, the newest first, beginning after one; not locked."""

    async def of_incident(self, key: IncidentId) -> CaseId | None:
        """The case that was registered for the grid's incident."""

    async def ended(self, *, before: datetime, limit: int) -> Sequence[CaseId]:
        """Cases that ended before an instant and are not anonymised yet, the oldest first, each locked."""

    async def exists(self, key: CaseId) -> bool:
        """Whether it was registered here."""

    async def keep(self, decision: Decision[Case]) -> Case:
        """Hold what was decided until the knock ends."""


class Timeline(Protocol):
    """Lines told to citizens; a line is written once."""

    async def asked(self, key: CaseId, wish: Code, *, since: datetime) -> Asked:
        """How often a citizen asked this of the case, ever and since an instant."""

    def note(self, note: Note) -> None:
        """Write a line when the knock ends."""


class Contacts(Protocol):
    """The vault's rows, and who read them."""

    def keep(self, contact: SealedContact) -> None:
        """Lay a contact into the vault when the knock ends."""

    async def find(self, key: CaseId) -> SealedContact | None:
        """The row of a case, or None."""

    async def anonymise(self, keys: Sequence[CaseId], *, at: datetime) -> frozenset[CaseId]:
        """Remove name, phone and what the phone is found by; the cases that had any."""

    def note_readings(self, readings: Iterable[ContactReading]) -> None:
        """Write down that contacts were asked for."""


class Anonymisations(Protocol):
    """What was anonymised, for ever."""

    def note(self, one: Anonymisation) -> None:
        """Write it down when the knock ends."""


class Guesses(Protocol):
    """Wrong access codes, counted for each tracking number and whoever tries it."""

    async def hold(self, number: TrackingNumber) -> None:
        """Tries for the number, and new codes for it, wait for each other from here on."""

    async def of(self, number: TrackingNumber, origin: str) -> WrongCodes | None:
        """The count; the number is held, so that no try slips by."""

    async def count(self, number: TrackingNumber, origin: str, *, at: datetime) -> None:
        """One more wrong code."""

    async def forgive(self, number: TrackingNumber) -> None:
        """Drop the counts of a number."""

    async def forget(self, *, before: datetime, limit: int) -> int:
        """Drop counts that began before an instant; how many there were."""


class Lookups(Protocol):
    """What clerks looked up for callers, for ever."""

    async def of_clerk(self, clerk: str, act: Act, *, since: datetime, refused: bool = False) -> Before:
        """How often a clerk did it, or was refused it; a clerk's requests wait for each other from here."""

    async def of_case(self, key: CaseId, act: Act, *, since: datetime, refused: bool = False) -> Before:
        """The same of one case, whoever did it."""

    def note(self, one: Lookup) -> None:
        """Write it down when the knock ends."""


class Likenesses(Protocol):
    """What cases are found by when somebody tells of the same matter."""

    def note(self, likeness: Likeness) -> None:
        """Keep it when the knock ends, unless it is kept."""

    def ready(self, key: CaseId) -> None:
        """Router handles the case from now on: it may be compared."""

    async def due(self, *, limit: int) -> Sequence[Likeness]:
        """Cases to be compared."""

    async def compared(self, keys: Sequence[CaseId], *, at: datetime) -> None:
        """They are; others may be linked to them from now on."""

    async def of_caller(self, one: Likeness, *, since: datetime) -> Sequence[Candidate]:
        """Open cases of the same phone, the most alike first."""

    async def nearby(self, one: Likeness, around: Sequence[int], *, since: datetime) -> Sequence[Candidate]:
        """Open cases that share a place key, the most alike first."""

    async def forget(self, *, before: datetime, limit: int) -> int:
        """Drop rows of cases registered before an instant; how many there were."""


class PublicRequests(Protocol):
    """What strangers may see of requests that came through Open311."""

    def keep(self, request: PublicRequest) -> None:
        """Write it when the knock ends."""


class KnowledgeBase(Protocol):
    """知识库."""

    async def keep(self, entry: Entry) -> None:
        """Write it, new or instead of what it was."""

    async def add(self, entry: Entry) -> bool:
        """Write it unless it is there; whether it was new."""

    async def find(self, entry_id: UUID) -> Entry | None:
        """The entry, in force or not."""


class Proposals(Protocol):
    """What was asked of router."""

    def keep(self, proposal: Proposal) -> None:
        """Write it when the knock ends."""

    def settle(self, key: CaseId, settlement: Settlement) -> None:
        """What became of the one that was answered, if it waits still; written when the knock ends."""

    async def forget_words(self, keys: Sequence[CaseId]) -> None:
        """Remove what the desk wrote itself; answers of the knowledge base name nobody."""

    async def shown(self, key: CaseId) -> Proposal | None:
        """The answer router accepted, or one of the knowledge base that was given at once."""


class Attachments(Protocol):
    """Rows of uploads."""

    async def add(self, attachment: Attachment) -> None:
        """Write one down."""

    async def waiting(self, by: str) -> Waiting:
        """A caller's uploads that are in the store, without a case."""

    async def settle(self, key: AttachmentId) -> None:
        """Its content is in the store."""

    async def claim(
        self, keys: tuple[AttachmentId, ...], case_id: CaseId, *, by: str
    ) -> frozenset[AttachmentId]:
        """Lay a caller's waiting uploads to a case; those that could be."""

    async def laid(self, key: CaseId) -> int:
        """How many lie with a case."""

    async def give_up(self, keys: Sequence[CaseId]) -> Mapping[CaseId, int]:
        """Let everything laid to these cases be removed; how many of each."""

    async def condemn(self, *, before: datetime, limit: int) -> int:
        """Give up what waits since before an instant; how many."""

    async def abandon(self, keys: tuple[AttachmentId, ...]) -> None:
        """Do not wait any longer for the case of those that were laid to none."""

    async def condemned(self, limit: int) -> list[Attachment]:
        """Some that were given up, each held until the knock ends."""

    async def forget(self, key: AttachmentId) -> None:
        """Drop the row."""


class Handovers(Protocol):
    """Photos that came with an incident and are not copied yet."""

    def note(self, one: Handover) -> None:
        """Write it down when the knock ends."""

    async def waiting(self, limit: int) -> Sequence[Handover]:
        """Some, the oldest first, each held until the knock ends."""

    async def forget(self, key: AttachmentId) -> None:
        """It waits no longer."""


class Objects(Protocol):
    """The store of files, outside every transaction."""

    async def copy(self, origin: str, name: str) -> Measured:
        """One file under a second name, examined anew. Raises `NoSuchFile`, `ObjectsAway`, and what is not
        taken.
        """

    async def remove(self, name: str) -> None:
        """Remove a file, also when it is gone already. Raises `ObjectsAway`."""


class ClientKeys(Protocol):
    """API keys of client apps."""

    async def of(self, name: str) -> Sequence[ClientKey]:
        """A client's keys; makers of keys for one client wait for each other from here on."""

    async def keep(self, key: ClientKey, secret_sha256: bytes) -> None:
        """A new key, with the hash of its secret."""

    async def revoke(self, key_id: str, *, by: str, at: datetime) -> bool:
        """Take a key back, if it is not; whether there is such a key."""


class Vault(Protocol):
    """Seals and opens. Neither key nor plain text leaves this process."""

    def seal_words(self, case_id: CaseId, words: Words) -> str:
        """Under the ring that router has too, bound to the case."""

    def seal_contact(
        self, case_id: CaseId, contact: Contact, *, confidential: bool, at: datetime
    ) -> SealedContact:
        """Under intake's own ring, each column bound to its row and name."""

    def open_contact(self, sealed: SealedContact) -> Contact:
        """The plain contact. Raises `SealBroken`."""

    def open_words(self, case_id: CaseId, sealed_words: str) -> Words:
        """The words again. Raises `SealBroken`."""

    def open_incident(self, incident_id: IncidentId, sealed_words: str) -> Words:
        """What a grid worker told. Raises `SealBroken`."""

    def marks(self, said: Iterable[str]) -> tuple[int, ...]:
        """Keyed hashes of what tellings are compared by, in an order that says nothing."""

    def seal_offer(self, case_id: CaseId, into: CaseId, *, until: datetime) -> str:
        """A token with which this case, and no other, may join that one."""

    def open_offer(self, case_id: CaseId, token: str, *, at: datetime) -> CaseId | None:
        """The case that was offered; None when it is no offer to this case, or over."""

    def seal_answer(self, proposal_id: UUID, answer: Answer) -> str:
        """What the desk wrote may name people: it is sealed like a contact."""

    def open_answer(self, proposal_id: UUID, sealed: str) -> Answer:
        """The answer again. Raises `SealBroken`."""

    def seal_code(self, case_id: CaseId, code: AccessCode) -> str:
        """For the answer that is kept for ever, so that it can be given again."""

    def open_code(self, case_id: CaseId, sealed: str) -> AccessCode:
        """The code of a kept answer. Raises `SealBroken`."""

    def phone_index(self, phone: str) -> str:
        """The keyed hash all contacts of one phone are found by."""

    def origin_index(self, origin: str) -> str:
        """The keyed hash that whoever tries codes is known again by."""

    def hash_code(self, number: TrackingNumber, code: AccessCode) -> str:
        """The keyed hash an access code is known again by."""

    def knows(self, kept: str | None, number: TrackingNumber, code: AccessCode) -> bool:
        """Whether the code is the one; takes the same time whether there is a case or not."""


class IntakeWork(Protocol):
    """One knock at intake."""

    now: datetime
    city: City

    @property
    def said_last(self) -> EventId:
        """The fact that was taken down last in this knock."""

    @property
    def cases(self) -> Cases: ...

    @property
    def timeline(self) -> Timeline: ...

    @property
    def attachments(self) -> Attachments: ...

    @property
    def handovers(self) -> Handovers: ...

    @property
    def objects(self) -> Objects: ...

    @property
    def contacts(self) -> Contacts: ...

    @property
    def anonymisations(self) -> Anonymisations: ...

    @property
    def likenesses(self) -> Likenesses: ...

    @property
    def knowledge(self) -> KnowledgeBase: ...

    @property
    def proposals(self) -> Proposals: ...

    @property
    def guesses(self) -> Guesses: ...

    @property
    def lookups(self) -> Lookups: ...

    @property
    def public_requests(self) -> PublicRequests: ...

    @property
    def api_keys(self) -> ClientKeys: ...

    @property
    def vault(self) -> Vault: ...

    @property
    def tracking_prefix(self) -> str: ...

    @property
    def unit_copies(self) -> UnitCopies: ...
