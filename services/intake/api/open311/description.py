"""Open311 in the OpenAPI document: parameters, the form, answers and errors, written by hand.

FastAPI cannot read them off the functions: names such as `attribute[CODE]` are no parameters of Python, and
an empty value has to mean the same as none.
"""

from typing import Any

from fastapi import Path

from services.intake.api.open311.forms import FORM, LONGEST, MOST_FILES, MULTIPART
from shared.http.openapi import OWN_ERRORS

IN_PATH = Path(max_length=100)
_TEXT: dict[str, Any] = {"type": "string"}
_MAYBE: dict[str, Any] = {"type": ["string", "null"]}


def _object(**properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _spoken(schema: dict[str, Any], description: str) -> dict[str, Any]:
    """One answer in both formats; XML has the same elements and no schema of its own."""
    return {
        "description": description,
        "content": {"application/json": {"schema": schema}, "text/xml": {"schema": {"type": "string"}}},
    }


_ERRORS = _array(_object(code={"type": "integer"}, description=_TEXT))
ERRORS: dict[int | str, dict[str, Any]] = {
    400: _spoken(_ERRORS, "The request cannot be fulfilled as it stands; every wrong parameter is named."),
    403: _spoken(_ERRORS, "The api_key is missing or not valid."),
    404: _spoken(_ERRORS, "No such service, request, token, jurisdiction or format."),
    405: _spoken(_ERRORS, "Not a method of GeoReport."),
    429: _spoken(_ERRORS, "Slow down; see Retry-After."),
    500: _spoken(_ERRORS, "Something went wrong on our side."),
    503: _spoken(_ERRORS, "Not now; see Retry-After."),
}


def _query(name: str, description: str, schema: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": description, "schema": schema or _TEXT}


_JURISDICTION = _query("jurisdiction_id", "May be left out: one city is served here.")


def _operation(schema: dict[str, Any], description: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {
        OWN_ERRORS: True,
        "parameters": [_JURISDICTION, *parameters],
        "responses": {"200": _spoken(schema, description)},
    }


_ENDPOINT = _object(
    specification=_TEXT,
    url=_TEXT,
    changeset=_TEXT,
    type={"enum": ["production", "test"]},
    formats=_array(_TEXT),
)
_VALUE = _object(key=_TEXT, name=_TEXT)
_ATTRIBUTE = _object(
    variable={"type": "boolean"},
    code=_TEXT,
    datatype={"enum": ["string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"]},
    required={"type": "boolean"},
    datatype_description=_MAYBE,
    order={"type": "integer"},
    description=_TEXT,
    values=_array(_VALUE),
)
_SERVICE = _object(
    service_code=_TEXT,
    service_name=_TEXT,
    description=_TEXT,
    metadata={"type": "boolean"},
    type={"const": "realtime"},
    keywords=_TEXT,
    group=_TEXT,
)
_REQUEST = _object(
    service_request_id=_TEXT,
    status={"enum": ["open", "closed"]},
    status_notes=_TEXT,
    service_name=_TEXT,
    service_code=_TEXT,
    description={"type": "null"},
    agency_responsible=_MAYBE,
    service_notice={"type": "null"},
    requested_datetime={"type": "string", "format": "date-time"},
    updated_datetime={"type": "string", "format": "date-time"},
    expected_datetime={"type": ["string", "null"], "format": "date-time"},
    address={"type": "null"},
    address_id={"type": "null"},
    zipcode={"type": "null"},
    lat={"type": ["number", "null"]},
    long={"type": ["number", "null"]},
    media_url={"type": "null"},
)
_RECEIPT = _object(service_request_id=_TEXT, service_notice=_TEXT, account_id={"type": "null"})
_FORM: dict[str, Any] = {
    "schema": {
        "type": "object",
        "properties": {name: {"type": "string", "maxLength": most} for name, most in LONGEST.items()},
        "required": ["service_code"],
        "additionalProperties": _TEXT,
        "description": "Answers: attribute[CODE]=value; several values: attribute[CODE][]=value. "
        "Without api_key, the key is looked for in X-Api-Key.",
    },
    "example": {"service_code": "noise", "lat": "39.9042", "long": "116.4074", "description": "…"},
}
_FILES = _array({"type": "string", "format": "binary"}) | {
    "maxItems": MOST_FILES,
    "description": "Pictures, sound or video, each known by its content; the whole form may have 20 MB.",
}
_PARTS: dict[str, Any] = _FORM | {
    "schema": _FORM["schema"] | {"properties": _FORM["schema"]["properties"] | {"media": _FILES}}
}

DISCOVERY = _operation(
    _object(changeset=_TEXT, contact=_TEXT, key_service=_TEXT, endpoints=_array(_ENDPOINT)), "The endpoints."
)
SERVICES = _operation(_array(_SERVICE), "The services.")
DEFINITION = _operation(_object(service_code=_TEXT, attributes=_array(_ATTRIBUTE)), "What the service asks.")
POSTING = _operation(_array(_RECEIPT), "The request's number.") | {
    "requestBody": {"required": True, "content": {FORM: _FORM, MULTIPART: _PARTS}}
}
LISTING = _operation(
    _array(_REQUEST),
    "Requests, the newest first.",
    _query("service_request_id", "Numbers, separated by commas; overrides all other filters."),
    _query("service_code", "Codes, separated by commas."),
    _query("start_date", "Earliest requested_datetime, with its zone.", {**_TEXT, "format": "date-time"}),
    _query("end_date", "Latest requested_datetime, at most 90 days later.", {**_TEXT, "format": "date-time"}),
    _query("status", "open, closed, or both separated by a comma."),
    _query("page", "Counted from 1.", {"type": "integer", "minimum": 1}),
    _query("page_size", "Requests on a page.", {"type": "integer", "minimum": 1, "maximum": 1000}),
)
REQUEST = _operation(_array(_REQUEST), "The request.")
TOKEN = _operation(_array(_object(service_request_id=_TEXT, token=_TEXT)), "The token's request.")
