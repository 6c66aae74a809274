"""联系方式保险柜: everything at intake that is sealed, opened or hashed under a key.

Contacts are sealed under intake's own ring, bound to table, column and row; words under the ring router has
too; what grid workers told comes under the ring grid has too. What must be found again (a phone, an access
code) is hashed under keys derived from a secret that stays when rings are turned; each purpose has its own.
"""

import base64
import hmac
import json
from collections.abc import Iterable
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.intake.domain.codes import AccessCode, TrackingNumber
from services.intake.domain.contact import Contact, SealedContact
from services.intake.domain.proposals import Answer
from services.intake.domain.words import Words, read_words
from shared.kernel.ids import CaseId, IncidentId
from shared.sealing.live import LiveRing
from shared.sealing.ring import Ring, SealBroken, key_of

SECRET_LENGTH = 32
NOBODY = "-"
"""Stands for the hash of a case that is not there; no hash is written so."""


class KeyVault:
    """The `Vault` of the ports."""

    def __init__(self, *, contacts: Ring, words: Ring, incidents: Ring, index_key: bytes) -> None:
        self._contacts = contacts
        self._words = words
        self._incidents = incidents
        self._code_key = _derived(index_key, "access_code")
        self._mark_key = _derived(index_key, "likeness")
        self._phone_key = _derived(index_key, "phone_index")
        self._origin_key = _derived(index_key, "origin_index")

    def seal_words(self, case_id: CaseId, words: Words) -> str:
        return self._words.seal(words.plain(), context=f"case:{case_id}")

    def open_words(self, case_id: CaseId, sealed_words: str) -> Words:
        return read_words(self._words.open(sealed_words, context=f"case:{case_id}"))

    def open_incident(self, incident_id: IncidentId, sealed_words: str) -> Words:
        return read_words(self._incidents.open(sealed_words, context=f"incident:{incident_id}"))

    def marks(self, said: Iterable[str]) -> tuple[int, ...]:
        return tuple(sorted({self._mark(each) for each in said}))

    def seal_offer(self, case_id: CaseId, into: CaseId, *, until: datetime) -> str:
        plain = json.dumps([str(into), int(until.timestamp())]).encode()
        return self._contacts.seal(plain, context=f"offer:{case_id}")

    def open_offer(self, case_id: CaseId, token: str, *, at: datetime) -> CaseId | None:
        try:
            into, until = json.loads(self._contacts.open(token, context=f"offer:{case_id}"))
        except SealBroken:
            return None
        return CaseId(UUID(into)) if at <= datetime.fromtimestamp(until, UTC) else None

    def seal_contact(
        self, case_id: CaseId, contact: Contact, *, confidential: bool, at: datetime
    ) -> SealedContact:
        return SealedContact(
            case_id=case_id,
            sealed_name=self._seal(case_id, "name", contact.name),
            sealed_phone=self._seal(case_id, "phone", contact.phone),
            phone_index=self.phone_index(contact.phone) if contact.phone else None,
            confidential=confidential,
            created_at=at,
        )

    def open_contact(self, sealed: SealedContact) -> Contact:
        return Contact(
            self._open(sealed.case_id, "name", sealed.sealed_name),
            self._open(sealed.case_id, "phone", sealed.sealed_phone),
        )

    def phone_index(self, phone: str) -> str:
        """What all rows of one phone are found by."""
        return _hashed(self._phone_key, phone)

    def origin_index(self, origin: str) -> str:
        return _hashed(self._origin_key, origin)

    def hash_code(self, number: TrackingNumber, code: AccessCode) -> str:
        return _hashed(self._code_key, f"{number}:{code}")

    def knows(self, kept: str | None, number: TrackingNumber, code: AccessCode) -> bool:
        return hmac.compare_digest(self.hash_code(number, code), kept or NOBODY)

    def seal_answer(self, proposal_id: UUID, answer: Answer) -> str:
        plain = json.dumps([answer.text, answer.text_en], ensure_ascii=False).encode()
        return self._contacts.seal(plain, context=_answer_context(proposal_id))

    def open_answer(self, proposal_id: UUID, sealed: str) -> Answer:
        return Answer(*json.loads(self._contacts.open(sealed, context=_answer_context(proposal_id))))

    def seal_code(self, case_id: CaseId, code: AccessCode) -> str:
        return self._contacts.seal(code.encode(), context=f"receipt:{case_id}")

    def open_code(self, case_id: CaseId, sealed: str) -> AccessCode:
        return AccessCode(self._contacts.open(sealed, context=f"receipt:{case_id}").decode())

    @property
    def writing_key(self) -> str:
        """The key that seals contacts, answers and codes now."""
        return self._contacts.current

    def contact_anew(self, case_id: CaseId, column: str, sealed: str | None) -> str | None:
        """The same value under the writing key. Raises `SealBroken`."""
        return self._anew(sealed, _context(case_id, column)) if sealed is not None else None

    def answer_anew(self, proposal_id: UUID, sealed: str) -> str:
        """The same value under the writing key. Raises `SealBroken`."""
        return self._anew(sealed, _answer_context(proposal_id))

    def code_anew(self, case_id: CaseId, sealed: str) -> str:
        """The same value under the writing key. Raises `SealBroken`."""
        return self._anew(sealed, f"receipt:{case_id}")

    def _anew(self, sealed: str, context: str) -> str:
        if key_of(sealed) == self.writing_key:
            return sealed
        return self._contacts.seal(self._contacts.open(sealed, context=context), context=context)

    def _mark(self, said: str) -> int:
        # 32 bits: a false hit in a row of a hundred is rarer than a slip of the pen, and rows stay small.
        return int.from_bytes(blake2b(said.encode(), key=self._mark_key, digest_size=4).digest(), signed=True)

    def _seal(self, case_id: CaseId, column: str, plain: str | None) -> str | None:
        return self._contacts.seal(plain.encode(), context=_context(case_id, column)) if plain else None

    def _open(self, case_id: CaseId, column: str, sealed: str | None) -> str | None:
        return self._contacts.open(sealed, context=_context(case_id, column)).decode() if sealed else None


def open_vault(*, contacts: Path, words: Path, incidents: Path, index_key: Path) -> KeyVault:
    """Read the keys. Raises `ValueError` with the path of one that is missing or not a key."""
    return KeyVault(
        contacts=LiveRing(contacts),
        words=LiveRing(words),
        incidents=LiveRing(incidents),
        index_key=_load_secret(index_key),
    )


def links_secret(index_key: Path) -> bytes:
    """What signs links to files. Raises `ValueError` as `open_vault` does."""
    return _derived(_load_secret(index_key), "file_links")


def _load_secret(path: Path) -> bytes:
    try:
        secret = path.read_bytes()
    except OSError as error:
        raise ValueError(f"{path}: cannot be read: {error.strerror}") from error
    if len(secret) < SECRET_LENGTH:
        raise ValueError(f"{path}: a secret has at least {SECRET_LENGTH} bytes")
    return secret


def _derived(secret: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), SECRET_LENGTH, None, f"jiesu.intake.{purpose}".encode()).derive(secret)


def _hashed(key: bytes, plain: str) -> str:
    return base64.urlsafe_b64encode(hmac.digest(key, plain.encode(), "sha256")).decode().rstrip("=")


def _context(case_id: CaseId, column: str) -> str:
    return f"contacts.{column}:{case_id}"


def _answer_context(proposal_id: UUID) -> str:
    return f"proposals.answer:{proposal_id}"
