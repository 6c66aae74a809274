"""What must not be read in a log: phone-like numbers, identity numbers, and values under personal keys."""

import re
import traceback
from collections.abc import Mapping, MutableMapping
from typing import Any

HIDDEN = "[redacted]"

PERSONAL_KEYS = frozenset(
    [
        "access_code",
        "address",
        "api_key",
        "authorization",
        "body",
        "contact",
        "contact_name",
        "cookie",
        "detail_text",
        "free_text",
        "id_number",
        "identity",
        "input",
        "lat",
        "lng",
        "location",
        "mobile",
        "name",
        "password",
        "phone",
        "phone_number",
        "private_key",
        "query",
        "query_string",
        "secret",
        "text",
        "token",
        "words",
    ]
)
"""Keys whose values never reach a log, at any depth."""

# Not inside a longer run of hex digits: the last group of a UUID may look like a phone number.
PHONE = re.compile(
    r"(?<![0-9a-fA-F])(?:(?:\+|00)?86[- ]?)?"
    r"(?:1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8})(?![0-9a-fA-F])"
)
IDENTITY = re.compile(r"(?<![0-9a-fA-F])[1-9]\d{16}[0-9Xx](?![0-9a-fA-F])")
SUSPECT = re.compile(r"\d[\d -]{8}")
"""What every number of a person has in it; most texts have not, and are done with one search."""
PLAIN = frozenset(
    {"timestamp", "level", "said_by", "service", "method", "route", "milliseconds", "request_id"}
)
"""Our own words and ids, never a caller's."""

# SQLAlchemy prints the values of a failed statement, Postgres the row it refused, pydantic the input.
SPILLS = (
    re.compile(r"\[parameters: .*?\](?=\n|$)", re.DOTALL),
    re.compile(r"(?m)^(?:DETAIL|HINT):.*$"),
    re.compile(r"input_value=.*?, input_type="),
)


def redact_text(text: str) -> str:
    """The text without numbers that could be somebody's."""
    if SUSPECT.search(text) is None:
        return text
    return IDENTITY.sub(HIDDEN, PHONE.sub(HIDDEN, text))


def redact_traceback(text: str) -> str:
    """A traceback without the values that drivers and validators print into their messages."""
    for spill in SPILLS:
        text = spill.sub(HIDDEN, text)
    return redact_text(text)


def told(error: BaseException) -> str:
    """The whole story of an error, fit for a log whichever way that is set up."""
    return redact_traceback("".join(traceback.format_exception(error)))


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor: runs after tracebacks became text and before rendering."""
    for key, value in event.items():
        if key in PLAIN:
            continue
        event[key] = redact_traceback(str(value)) if key == "exception" else _redacted(key, value)
    return event


def _redacted(key: str, value: Any) -> Any:
    if key.lower() in PERSONAL_KEYS:
        return HIDDEN
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, int):
        return HIDDEN if redact_text(str(value)) != str(value) else value
    return _redacted_inside(value)


def _redacted_inside(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _redacted(str(key), inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted("", inner) for inner in value]
    return value if isinstance(value, float) else redact_text(str(value))
