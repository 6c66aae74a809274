"""The body of a request for service: a form, looked through before anything is made of it.

Files that come with it lie on disk until the form is closed.
"""

import re
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from urllib.parse import parse_qsl

import orjson
from fastapi import Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from services.intake.api.open311.speech import is_writable
from services.intake.domain.attachments import MOST_PER_CASE
from services.intake.domain.open311.errors import Flaw, WrongParameters
from shared.http.problems import clean

MOST_FIELDS, MOST_FILES = 200, MOST_PER_CASE
LONGEST_PART = 20_000
"""Bytes of a part that is no file; such parts are held in memory."""
MEDIA = frozenset({"media", "media[]"})
"""What the files of a request are called."""
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
    """What was sent: single parameters, answers by code, and files."""

    single: Mapping[str, str]
    answers: Mapping[str, Sequence[str]]
    files: tuple[UploadFile, ...] = ()

    def said(self, name: str) -> str | None:
        """A parameter's value; an empty one was not sent, as the standard says."""
        return self.single.get(name, "").strip() or None

    def said_with(self, files: Sequence[str]) -> bytes:
        """What makes a form the same: parameters and the files' digests.

        Not the body: the same form sent again has another boundary between its parts. Nor the key it came
        with: a client whose key was replaced meanwhile sends the same form with the new one.
        """
        single = sorted((name, value) for name, value in self.single.items() if name != "api_key")
        return orjson.dumps([single, sorted(self.answers.items()), files])


@asynccontextmanager
async def read_form(request: Request) -> AsyncIterator[Form]:
    """The form of a request. Raises `WrongParameters`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == FORM:
        yield sorted_out(_decoded(await request.body()))
    elif kind == MULTIPART:
        async with _parts(request) as form:
            yield form
    else:
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


@asynccontextmanager
async def _parts(request: Request) -> AsyncIterator[Form]:
    parts = request.form(max_files=MOST_FILES, max_fields=MOST_FIELDS, max_part_size=LONGEST_PART)
    try:
        form = await parts
    except ClientDisconnect:
        raise WrongParameters(Flaw("body", "ended before it was whole")) from None
    except HTTPException as error:
        if error.status_code != 400:
            raise
        raise WrongParameters(Flaw("body", f"cannot be read as {MULTIPART}: {error.detail}")) from None
    try:
        yield _of_parts(form.multi_items())
    finally:
        await form.close()


def _of_parts(pairs: Sequence[tuple[str, str | UploadFile]]) -> Form:
    # A browser sends a file field that was left empty as a part without a name.
    files = [(name, one) for name, one in pairs if isinstance(one, UploadFile) and (one.filename or one.size)]
    strange = [Flaw(clean(name), "send files as media") for name, _ in files if name not in MEDIA]
    if strange:
        raise WrongParameters(*strange)
    form = sorted_out([(name, value) for name, value in pairs if isinstance(value, str)])
    return replace(form, files=tuple(one for _, one in files))


def sorted_out(pairs: Iterable[tuple[str, str]]) -> Form:
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
    return Form(single, answers)


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
