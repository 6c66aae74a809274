"""What is shown: services, definitions and requests in GeoReport's own fields, every id and code as text."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from services.intake.api.sentences import status_told
from services.intake.domain.open311.request import CLOSED
from services.intake.store.public_requests import ShownRequest
from shared.city.city import City
from shared.city.open311 import Attribute, Open311, Service
from shared.kernel.ids import UnitCode
from shared.kernel.words import Language

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
Shown = Mapping[str, object]


def discovery(offered: Open311, url: str, language: Language) -> Shown:
    """Where the one endpoint is, and when its services changed last."""
    changed = offered.changed.isoformat()
    endpoint = {
        "specification": SPECIFICATION,
        "url": url,
        "changeset": changed,
        "type": offered.stage,
        "formats": ["text/xml", "application/json"],
    }
    return {
        "changeset": changed,
        "contact": offered.contact.of(language),
        "key_service": offered.key_service.of(language),
        "endpoints": [endpoint],
    }


def service(one: Service, offered: Open311, language: Language) -> Shown:
    """One line of the list of services."""
    return {
        "service_code": one.code,
        "service_name": offered.name(one.code, language),
        "description": one.of(language),
        "metadata": bool(one.attributes),
        "type": "realtime",
        "keywords": ", ".join((*one.keywords, *(offered.name(one.code, each) for each in ("zh-CN", "en")))),
        "group": offered.group(one.code, language),
    }


def definition(one: Service, language: Language) -> Shown:
    """What a service asks."""
    asked = sorted(one.attributes, key=lambda each: each.order)
    return {"service_code": one.code, "attributes": [_attribute(each, language) for each in asked]}


def _attribute(one: Attribute, language: Language) -> Shown:
    return {
        "variable": one.variable,
        "code": one.code,
        "datatype": str(one.datatype),
        "required": one.required,
        "datatype_description": one.hint.of(language) if one.hint else None,
        "order": one.order,
        "description": one.of(language),
        "values": [{"key": option.key, "name": option.of(language)} for option in one.values],
    }


def requests(found: Sequence[ShownRequest], city: City, language: Language) -> list[Shown]:
    """Requests as strangers may see them."""
    return [request(one, city, language) for one in found]


def request(one: ShownRequest, city: City, language: Language) -> Shown:
    """One request. Fields that could tell of a person are there, as the standard wants, and empty."""

    def local(at: datetime | None) -> str | None:
        return at.astimezone(city.policy.zone).isoformat(timespec="seconds") if at else None

    return {
        "service_request_id": one.tracking_number,
        "status": "closed" if one.status in CLOSED else "open",
        "status_notes": status_told(one.status, language),
        "service_name": city.open311.name(one.service_code, language),
        "service_code": one.service_code,
        "description": None,
        "agency_responsible": _unit(one.unit, city),
        "service_notice": None,
        "requested_datetime": local(one.requested_at),
        "updated_datetime": local(one.status_at or one.requested_at),
        "expected_datetime": local(one.promised_at),
        "address": None,
        "address_id": None,
        "zipcode": None,
        "lat": one.lat,
        "long": one.lng,
        "media_url": None,
    }


def _unit(code: UnitCode | None, city: City) -> str | None:
    """The unit by name; one the directory no longer has keeps its code."""
    return city.units.name_of(code) if code is not None else None
