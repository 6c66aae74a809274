"""A form made into the desk's command, or refused with everything that is wrong with it."""

import re
from urllib.parse import urlsplit

from services.intake.api.open311.forms import Form
from services.intake.domain.commands import StatedContact, StatedPlace
from services.intake.domain.open311.answers import Answer, read_answers
from services.intake.domain.open311.errors import Flaw, NoSuchJurisdiction, NoSuchService, WrongParameters
from services.intake.domain.open311.request import RequestService
from shared.city.open311 import Open311, Service
from shared.kernel.ids import UnitCode

LONGEST_URL = 500
NO_PLACE = "required: lat and long, or address_string, or address_id"
_DEGREES = re.compile(r"[+-]?\d{1,3}(\.\d{1,20})?", re.ASCII)
_NOT_LATIN = re.compile("[\u2e80-\uffdc]")


def the_service(form: Form, offered: Open311) -> Service:
    """The service that is asked for, of this city."""
    jurisdiction, code = form.said("jurisdiction_id"), form.said("service_code")
    if jurisdiction not in (None, offered.jurisdiction):
        raise NoSuchJurisdiction
    if code is None:
        raise WrongParameters(Flaw("service_code", "service_code is required"))
    if code not in offered.services:
        raise NoSuchService
    return offered.services[code]


def the_wish(form: Form, offered: Open311, *, by: str) -> RequestService:
    """The command, without its files. Raises `WrongParameters` for all parameters at once."""
    service = the_service(form, offered)
    flaws: list[Flaw] = []
    answers: tuple[Answer, ...] = ()
    try:
        answers = read_answers(service, form.answers)
    except WrongParameters as wrong:
        flaws += wrong.flaws
    place = _place(form, flaws)
    if flaws:
        raise WrongParameters(*flaws)
    url = form.said("media_url")
    return RequestService(
        service=service,
        name=offered.name(service.code, "zh-CN"),
        place=place,
        description=form.said("description"),
        answers=answers,
        media_url=url if url is not None and is_kept(url) else None,
        contact=_contact(form),
        by=by,
    )


def is_kept(url: str) -> bool:
    """Whether an address of a picture is one that units may be sent to."""
    if len(url) > LONGEST_URL or re.search(r"\s", url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname) and parts.username is None


def _place(form: Form, flaws: list[Flaw]) -> StatedPlace:
    """GeoReport's three ways to say where; what is wrong is added to the flaws."""
    degrees: dict[str, float] = {}
    for name in ("lat", "long"):
        written = form.said(name)
        if written is None:
            continue
        if _DEGREES.fullmatch(written):
            degrees[name] = float(written)
        else:
            flaws.append(Flaw(name, "must be degrees such as 39.9042"))
    address, unit = form.said("address_string"), form.said("address_id")
    if form.said("lat") is None and form.said("long") is None and address is None and unit is None:
        flaws.append(Flaw("lat, long", NO_PLACE))
    return StatedPlace(
        address, degrees.get("long"), degrees.get("lat"), unit=UnitCode(unit) if unit is not None else None
    )


def _contact(form: Form) -> StatedContact | None:
    first, last, phone = form.said("first_name"), form.said("last_name"), form.said("phone")
    if not (first or last or phone):
        return None
    return StatedContact(_full_name(first or "", last or "") or None, phone)


def _full_name(first: str, last: str) -> str:
    """张三 and John Smith: the family name comes first where names are written without a blank."""
    return f"{last}{first}" if _NOT_LATIN.search(first + last) else f"{first} {last}".strip()
