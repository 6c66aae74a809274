"""ETag and If-Match: a change of a work order says which version it saw."""

import re
from dataclasses import dataclass
from typing import Annotated, Protocol

from fastapi import Depends, Header, Response

from shared.http.refusals import MalformedTag, VersionMoved, VersionNotNamed

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e]*)"', re.ASCII)
_LIST = re.compile(r'\s*(?:W/)?"[\x21\x23-\x7e]*"(?:\s*,\s*(?:W/)?"[\x21\x23-\x7e]*")*\s*', re.ASCII)


@dataclass(frozen=True, slots=True)
class Seen:
    """The versions the caller saw; None for whichever it is now."""

    versions: frozenset[int] | None

    def check(self, current: int) -> None:
        """Raise `VersionMoved` when the caller decided on another version."""
        if self.versions is not None and current not in self.versions:
            raise VersionMoved(current)


async def seen(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description='The ETag last seen, such as "3"; or * for whichever it is now.',
            json_schema_extra={"pattern": r'^(\*|(W/)?"[0-9]{1,9}")$'},
        ),
    ] = None,
) -> Seen:
    """The dependency: If-Match read. Raises `VersionNotNamed` when it is absent."""
    if if_match is None:
        raise VersionNotNamed
    return parse_if_match(if_match)


IfMatch = Annotated[Seen, Depends(seen)]
"""Required on every change of what others may change too."""


def parse_if_match(text: str) -> Seen:
    """Strong comparison: a weak tag, or one we never gave, matches nothing. Raises `MalformedTag`."""
    if text.strip() == "*":
        return Seen(None)
    if _LIST.fullmatch(text) is None:
        raise MalformedTag
    strong = (tag for weak, tag in _TAG.findall(text) if not weak)
    return Seen(frozenset(int(tag) for tag in strong if re.fullmatch(r"[0-9]{1,18}", tag, re.ASCII)))


def etag(version: int) -> str:
    """The strong tag of a version."""
    return f'"{version}"'


class Versioned(Protocol):
    """What moves from version to version."""

    @property
    def version(self) -> int: ...


def tagged(kept: Versioned) -> dict[str, str]:
    """The headers of an answer that shows it as it is now."""
    return {"ETag": etag(kept.version)}


def tag(response: Response, version: int) -> None:
    """Set the answer's ETag."""
    response.headers["ETag"] = etag(version)
