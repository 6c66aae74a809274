"""A service request: how it becomes a case, and what of it is kept for the public to see."""

from dataclasses import dataclass, field
from datetime import datetime

from services.intake.domain.attachments import AttachmentId
from services.intake.domain.commands import Register, StatedContact, StatedPlace
from services.intake.domain.model import ENDED, Case
from services.intake.domain.open311.answers import Answer
from shared.city.open311 import Service
from shared.kernel.ids import CaseId, CategoryCode
from shared.kernel.words import Channel

CLOSED = ENDED
"""GeoReport's `closed`: nothing more will happen. A unit's claim that it is done closes nothing."""
PLACE_DIGITS = 3
"""Decimals of a published coordinate: about 100 metres."""


@dataclass(frozen=True, slots=True)
class RequestService:
    """Take a request that came through Open311."""

    service: Service
    name: str
    """The service's name, for those who wrote nothing else."""
    place: StatedPlace
    description: str | None = field(default=None, repr=False)
    answers: tuple[Answer, ...] = ()
    media_url: str | None = field(default=None, repr=False)
    contact: StatedContact | None = None
    attachments: tuple[AttachmentId, ...] = ()
    by: str = ""
    """The client that sent it, and its files."""

    def register(self) -> Register:
        """The same as intake's own command: what was answered becomes part of the words."""
        lines = [self.description or self.name, *(answer.told() for answer in self.answers)]
        if self.media_url is not None:
            lines.append(f"图片或视频：{self.media_url}")
        return Register(
            channel=Channel.OPEN311,
            kind=self.service.kind,
            text="\n".join(lines),
            category=CategoryCode(self.service.code),
            place=self.place,
            contact=self.contact,
            attachments=self.attachments,
            by=self.by,
        )


@dataclass(frozen=True, slots=True)
class PublicRequest:
    """What is kept of a request to be shown: nothing that was said, nobody who said it."""

    case_id: CaseId
    service_code: str
    listed: bool
    lat: float | None
    lng: float | None
    requested_at: datetime


def published(case: Case, asked: RequestService) -> PublicRequest:
    """The place is made coarse here, once; of a service that is not listed it is not kept at all."""
    service, place = asked.service, asked.place
    return PublicRequest(
        case_id=case.case_id,
        service_code=service.code,
        listed=service.listed,
        lat=_coarse(place.lat) if service.listed else None,
        lng=_coarse(place.lng) if service.listed else None,
        requested_at=case.registered_at,
    )


def _coarse(degrees: float | None) -> float | None:
    return None if degrees is None else round(degrees, PLACE_DIGITS)
