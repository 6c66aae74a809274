"""Intake's wire shapes."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints

from services.intake.domain.attachments import MOST_PER_CASE, AttachmentId
from services.intake.domain.commands import Register, StatedContact, StatedPlace, Supplement
from services.intake.domain.contact import Purpose, Withheld
from services.intake.domain.model import Proof
from services.intake.domain.proposals import Outcome, Wish
from services.intake.domain.timeline import Code
from services.intake.domain.words import PlaceRole, RelatedPlace
from shared.city.coordinates import Datum
from shared.http.callers import Caller
from shared.http.refusals import NotSignedIn
from shared.http.wire import NOT_BLANK, Wire
from shared.kernel.ids import CaseId, CategoryCode, UnitCode
from shared.kernel.words import Channel, DeclineReason, Kind, Language
from shared.lifecycle.case import CaseState

LONGEST_TEXT = 4000
Said = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT, pattern=NOT_BLANK)]
UnitIn = Annotated[str, StringConstraints(min_length=1, max_length=40)]


class PlaceIn(Wire):
    """Where it is: an address, a point, a unit or a grid cell, as much of it as is known."""

    address: Annotated[str, StringConstraints(max_length=200, pattern=NOT_BLANK)] | None = None
    lng: float | None = None
    lat: float | None = None
    system: Datum = Field(Datum.WGS84, description="The system lng and lat are measured in.")
    unit: UnitIn | None = Field(None, description="Code of a street, community or other unit.")
    grid: UnitIn | None = Field(None, description="网格编码: code of a grid cell of the directory's map.")

    def stated(self) -> StatedPlace:
        unit = UnitCode(self.unit) if self.unit is not None else None
        return StatedPlace(self.address, self.lng, self.lat, self.system, unit, self.grid)


class RelatedPlaceIn(Wire):
    """Another place the matter touches, such as the town where the papers lie."""

    unit: UnitIn
    role: PlaceRole

    def stated(self) -> RelatedPlace:
        return RelatedPlace(UnitCode(self.unit), self.role)


class ContactIn(Wire):
    """Who asks. Of an anonymous citizen nothing is stored, whatever else is sent here."""

    name: Annotated[str, StringConstraints(max_length=100)] | None = None
    phone: Annotated[str, StringConstraints(max_length=40)] | None = None
    confidential: bool = Field(False, description="The undertaking unit must not learn who asked.")
    anonymous: bool = False
    language: Language | None = Field(
        None, description="In which the citizen would rather be called back; Chinese if left out."
    )

    def stated(self) -> StatedContact:
        return StatedContact(self.name, self.phone, self.confidential, self.anonymous, self.language)


class CaseIn(Wire):
    """诉求: what the citizen asks for."""

    channel: Channel
    kind: Kind
    text: Said
    category: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = Field(
        None, description="A category code, if the client knows it."
    )
    place: PlaceIn | None = None
    related_places: Annotated[tuple[RelatedPlaceIn, ...], Field(max_length=8)] = ()
    contact: ContactIn | None = Field(None, description="Left out: anonymous.")
    proactive: bool = Field(False, description="Found on site by the unit itself; for units only.")
    linked_case_id: UUID | None = Field(None, description="The case a proactive one was found at.")
    attachments: Annotated[tuple[UUID, ...], Field(max_length=MOST_PER_CASE)] = Field(
        (), description="Ids of the caller's own uploads that wait for a case."
    )

    def register(self, *, by_unit: bool, by: str) -> Register:
        """The wish as intake's own command."""
        return Register(
            channel=self.channel,
            kind=self.kind,
            text=self.text,
            category=CategoryCode(self.category) if self.category is not None else None,
            place=self.place.stated() if self.place else None,
            related_places=tuple(place.stated() for place in self.related_places),
            contact=self.contact.stated() if self.contact else None,
            proactive=self.proactive,
            linked_case_id=CaseId(self.linked_case_id) if self.linked_case_id else None,
            by_unit=by_unit,
            attachments=tuple(AttachmentId(one) for one in self.attachments),
            by=by,
        )


class AnswerOut(Wire):
    """An answer from the knowledge base; the citizen is called back all the same."""

    entry_id: UUID
    question: str
    text: str
    text_en: str | None


class CaseOut(Wire):
    """What the citizen is handed."""

    case_id: UUID
    tracking_number: str
    access_code: str = Field(description="Shown once; with the number it opens the timeline.")
    answer: AnswerOut | None = Field(None, description="For a consultation the knowledge base knows.")


class SupplementIn(Wire):
    """What is added to a case: words, files, or both."""

    text: Said | None = None
    attachments: Annotated[tuple[UUID, ...], Field(max_length=MOST_PER_CASE)] = Field(
        (), description="Ids of the caller's own uploads that wait for a case."
    )

    def supplement(self, case_id: CaseId, caller: Caller | None) -> Supplement:
        """The wish as intake's own command. Raises `NotSignedIn`: whose uploads they are must be known."""
        if self.attachments and caller is None:
            raise NotSignedIn
        uploads = tuple(AttachmentId(one) for one in self.attachments)
        return Supplement(case_id, self.text, uploads, caller.subject if caller else "")


class JoinIn(Wire):
    """The offer that is taken up."""

    join_token: Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=r"^[\x21-\x7e]+$")]


class OfferOut(Wire):
    """A similar open case near by, told without anything its citizen said."""

    join_token: str = Field(description="Good for this case only, for some days.")
    category: str | None
    within_m: int | None = Field(
        description="About how near: within 100 m or as far as is offered; null where no point was stated."
    )
    days: int = Field(description="Days since it came in.")


class SimilarOut(Wire):
    """What may be the same matter, the most alike first."""

    items: list[OfferOut]


class AnswerIn(Wire):
    """An entry of the knowledge base, or own words: one of the two."""

    entry_id: UUID | None = None
    text: Said | None = None


class DeclineIn(Wire):
    """One of the eight reasons."""

    reason: DeclineReason


class ProposedOut(Wire):
    """That it was proposed; router decides."""

    proposal_id: UUID
    wish: Wish
    outcome: Outcome


class ProposalOut(ProposedOut):
    """What was proposed, and what became of it."""

    reason: DeclineReason | None
    entry_id: UUID | None
    proposed_by: str | None = Field(
        description="Null: answered at once from the knowledge base; `router`: at router's desk."
    )
    proposed_at: datetime
    refused_in: str | None = Field(description="The case's state that made it impossible.")


class EntryIn(Wire):
    """An entry of the knowledge base."""

    question: Annotated[str, StringConstraints(min_length=1, max_length=400, pattern=NOT_BLANK)]
    answer: Said
    answer_en: Said | None = None
    category: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    valid_from: date
    valid_until: date | None = Field(None, description="The last day; null: until it is changed.")


class EntryOut(EntryIn):
    """An entry, and who wrote it."""

    entry_id: UUID
    changed_by: str
    changed_at: datetime


class UnitOut(Wire):
    """A unit, by code and name."""

    code: str
    name: str


class LineOut(Wire):
    """One line of the timeline."""

    at: datetime
    code: Code
    text: str = Field(description="In the language that was asked for.")
    unit: UnitOut | None


class TimelineOut(Wire):
    """Where a case stands, as its citizen may see it."""

    tracking_number: str
    kind: Kind
    status: CaseState
    status_text: str
    unit: UnitOut | None = Field(description="The unit that owes an answer.")
    promised_at: datetime | None = Field(description="When the answer is due.")
    registered_at: datetime
    answer: str | None = Field(description="What was answered at once, if it was.")
    callback_pass: str | None = Field(
        description="While the citizen is called back: what survey's /v1/app-callbacks takes, for an hour."
    )
    entries: list[LineOut]


class DeskCaseOut(Wire):
    """A case in the desk's list: nothing that was said, nobody who said it."""

    case_id: UUID
    tracking_number: str
    channel: Channel
    kind: Kind
    category: str | None
    status: CaseState
    unit: UnitOut | None
    promised_at: datetime | None
    registered_at: datetime
    has_phone: bool
    confidential: bool
    anonymous: bool
    proactive: bool
    linked_case_id: UUID | None


class ContactReadingIn(Wire):
    """Whose contact is wanted, and what for."""

    case_id: UUID
    purpose: Purpose


class ContactOut(Wire):
    """A contact; not to be kept by whoever reads it."""

    name: str | None
    phone: str | None
    confidential: bool


class ContactReadingOut(Wire):
    """One line of the audit: who asked for a contact, when and what for."""

    reading_id: UUID
    case_id: UUID
    reader: str
    purpose: Purpose
    found: bool
    at: datetime
    withheld: Withheld | None = Field(description="Why it was not handed out.")


class AnonymisationOut(Wire):
    """What was removed of a case, and by which rule."""

    case_id: UUID
    ended_at: datetime
    at: datetime
    after_days: int = Field(description="The policy's; 0: at its citizen's wish.")
    contact: bool = Field(description="Whether there was a contact.")
    attachments: int
    clerk: str | None = Field(description="Who did it at the citizen's wish; null: the clock.")
    checked: Proof | None


class ErasureIn(Wire):
    """Whose wish it is."""

    checked: Proof = Field(description="How it was made sure that it is the case's citizen who wishes it.")
