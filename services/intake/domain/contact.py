"""联系方式: a citizen's name and phone, the one thing that lies in the vault only."""

import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import cache
from uuid import UUID

import phonenumbers

from services.intake.domain.errors import UnreadablePhone
from shared.kernel.ids import CaseId

REGION = "CN"
_EXTENSION = re.compile(r"\s*转(?:分机)?\s*")
"""How a number behind a switchboard is written in Chinese; the library knows the other ways."""


@cache
def _mobile() -> re.Pattern[str]:
    """The library's own pattern of a mobile number: nearly all that are stated, without parsing each."""
    described = phonenumbers.PhoneMetadata.metadata_for_region(REGION)
    pattern = described.mobile.national_number_pattern if described and described.mobile else None
    return re.compile(pattern or r"(?!)", re.ASCII)


class Purpose(StrEnum):
    """查阅目的: what a contact may be read for."""

    CALLBACK = "callback"
    HANDLING = "handling"


PURPOSES_OF = {"survey": frozenset({Purpose.CALLBACK}), "router": frozenset({Purpose.HANDLING})}
"""Which service reads for what: survey calls back, router shows whom a unit that has signed works for."""


class Withheld(StrEnum):
    """Why a contact that is, or was, in the vault is not handed out."""

    CONFIDENTIAL = "confidential"
    """保密: the citizen is called back, but the units must not learn who asked."""
    ANONYMISED = "anonymised"
    """The case ended long ago, or its citizen wished it."""
    PURPOSE = "purpose_not_yours"
    """The reader has no business with it; whether there is a contact was not even looked for."""


@dataclass(frozen=True, slots=True)
class Contact:
    """Name and phone as the vault keeps them; `repr` shows neither, so that no log line can."""

    name: str | None = field(default=None, repr=False)
    phone: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class SealedContact:
    """A row of the vault: sealed for its row and column, found again by a keyed hash of the phone."""

    case_id: CaseId
    sealed_name: str | None
    sealed_phone: str | None
    phone_index: str | None
    confidential: bool
    created_at: datetime
    anonymised_at: datetime | None = None
    """Since when nothing of it is here any more."""


@dataclass(frozen=True, slots=True)
class ContactReading:
    """查阅记录: who asked for a contact, what for, and whether there was one. Never changed."""

    reading_id: UUID
    case_id: CaseId
    reader: str
    purpose: Purpose
    found: bool
    at: datetime
    withheld: Withheld | None = None


def may_read(reader: str, purpose: Purpose) -> bool:
    """Whether it is the reader's business."""
    return purpose in PURPOSES_OF.get(reader, frozenset())


def withheld(row: SealedContact, purpose: Purpose) -> Withheld | None:
    """Why this contact is not read for this purpose; None: it is."""
    if row.anonymised_at is not None:
        return Withheld.ANONYMISED
    if row.confidential and purpose is Purpose.HANDLING:
        return Withheld.CONFIDENTIAL
    return None


def normalised_phone(written: str, *, field: str = "contact.phone") -> str:
    """E.164, read as a number dialled in China; an extension (分机) is kept behind it, as RFC 3966 writes it.
    Raises `UnreadablePhone`.
    """
    if _mobile().fullmatch(written) is not None:
        return f"+86{written}"
    try:
        number = phonenumbers.parse(_EXTENSION.sub(";ext=", written, count=1), REGION)
    except phonenumbers.NumberParseException:
        raise UnreadablePhone(field) from None
    if not phonenumbers.is_valid_number(number):
        raise UnreadablePhone(field)
    whole = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    # Without it nobody is reached, and all who share a switchboard are one caller.
    return f"{whole};ext={number.extension}" if number.extension else whole
