"""The body of a request for service: a form, looked through before anything is made of it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl

from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException

from services.intake.api.open311.speech import is_writable
from services.intake.domain.open311.errors import Flaw, WrongParameters
from shared.http.problems import clean

MOST_FIELDS, MOST_FILES = 200, 10
LONGEST_PART = 64_000
LONGEST: Mapping[str, int] = {
    "api_key": 200,
    "jurisdiction_id": 100,
    "service_code": 64,
    "lat": 40,
    "long": 40,
    "address_string": 200,
    "address_id": 40,
    "email": 254,
    "device_id": 200,
    "account_id": 200,
    "first_name": 100,
    "last_name": 100,
    "phone": 40,
    "description": 4000,
    "media_url": 2000,
}
"""GeoReport's parameters with the characters each may have. Others are left alone, as the standard asks."""
_ATTRIBUTE = re.compile(r"attribute\[([A-Za-z0-9_.-]{1,40})\](\[\d{0,3}\])?", re.ASCII)
FORM, MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Form:
    """What was sent: single parameters, answers by code, and whether files came with it."""

    single: Mapping[str, str]
    answers: Mapping[str, Sequence[str]]
    files: tuple[str, ...] = ()

    def said(self, name: str) -> str | None:
        """A parameter's value; an empty one was not sent, as the standard says."""
        return self.single.get(name, "").strip() or None


async def read_form(request: Request) -> Form:
    """The form of a request. Raises `WrongParameters`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        return sorted_out(_decoded(await request.body()))
    if kind == MULTIPART:
        return await _of_parts(request)
    raise WrongParameters(Flaw("body", f"send the request as {FORM} or {MULTIPART}"))


def _decoded(body: bytes) -> list[tuple[str, str]]:
    try:
        return parse_qsl(
            body.decode(),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except UnicodeDecodeError:
        raise WrongParameters(Flaw("body", "the form is not in UTF-8")) from None
    except ValueError:
        raise _too_many() from None


async def _of_parts(request: Request) -> Form:
    parts = request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LONGEST_PART)
    try:
        async with parts as form:
            pairs = form.multi_items()
    except HTTPException as error:
        if error.status_code != 400:
            raise
        raise WrongParameters(Flaw("body", f"cannot be read as {MULTIPART}: {error.detail}")) from None
    # A browser sends a file field that was left empty as a part without a name.
    files = tuple(n for n, v in pairs if isinstance(v, UploadFile) and (v.filename or v.size))
    return sorted_out([(n, v) for n, v in pairs if isinstance(v, str)], files)


def sorted_out(pairs: Iterable[tuple[str, str]], files: tuple[str, ...] = ()) -> Form:
    """Names and values as a form, or the refusal of everything that no form of ours holds."""
    single: dict[str, str] = {}
    answers: dict[str, list[str]] = {}
    flaws: list[Flaw] = []
    for name, value in pairs:
        answered = _ATTRIBUTE.fullmatch(name)
        message = _wrong(name, value, single, known=name in LONGEST or answered is not None)
        if message is not None:
            flaws.append(Flaw(clean(name), message))
        elif answered is None:
            single[name] = value
        elif value.strip():
            answers.setdefault(answered[1], []).append(value.strip())
    if flaws:
        raise WrongParameters(*flaws[:20])
    return Form(single, answers, files)


def _wrong(name: str, value: str, single: Mapping[str, str], *, known: bool) -> str | None:
    if name.startswith("attribute") and not known:
        return "write answers as attribute[CODE]=value or attribute[CODE][]=value"
    if not is_writable(value) or not is_writable(name):
        return "holds a control character; send it without"
    if name in single and known:
        return "is given twice"
    if name in LONGEST and len(value) > LONGEST[name]:
        return f"must have at most {LONGEST[name]} characters"
    return None


def _too_many() -> WrongParameters:
    return WrongParameters(Flaw("body", f"a form has at most {MOST_FIELDS} fields"))
