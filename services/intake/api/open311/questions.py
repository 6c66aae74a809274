"""What a list of requests is asked for: comma lists, a span of at most 90 days, pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.datastructures import QueryParams

from services.intake.api.open311.speech import is_writable
from services.intake.domain.codes import TrackingNumber, read_tracking_number
from services.intake.domain.open311.answers import read_instant
from services.intake.domain.open311.errors import Flaw, WrongParameters
from services.intake.store.public_requests import PublicQuestion

SPAN = timedelta(days=90)
MOST_REQUESTS = 1000
FARTHEST = 100_000
"""Requests that may be paged through; whoever wants more asks for fewer days."""
INSTANT = "must be a date and time with its zone, such as 2026-11-23T08:00:00Z"


@dataclass(frozen=True, slots=True)
class ListAsked:
    """One page of the list, or the requests of some numbers."""

    numbers: Sequence[TrackingNumber] | None
    question: PublicQuestion
    page: int
    page_size: int

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.page_size


def list_asked(query: QueryParams, *, at: datetime) -> ListAsked:
    """Read the query. Raises `WrongParameters`."""
    if not all(is_writable(value) for _, value in query.multi_items()):
        raise WrongParameters(Flaw("query", "holds a control character; send it without"))
    page, size = _count(query, "page", 1, FARTHEST), _count(query, "page_size", MOST_REQUESTS, MOST_REQUESTS)
    if page * size > FARTHEST + size:
        raise WrongParameters(
            Flaw("page", f"at most {FARTHEST} requests are paged through; ask for fewer days")
        )
    ids = _words(query, "service_request_id")
    numbers = [number for number in map(read_tracking_number, ids) if number] if ids else None
    since, until = _span(query, at)
    codes, statuses = _words(query, "service_code"), set(_words(query, "status"))
    if statuses - {"open", "closed"}:
        raise WrongParameters(Flaw("status", "must be open or closed"))
    closed = None if len(statuses) != 1 else statuses == {"closed"}
    return ListAsked(numbers, PublicQuestion(since, until, codes or None, closed), page, size)


def _words(query: QueryParams, name: str) -> list[str]:
    """A comma list, also when the parameter comes several times."""
    said = (word.strip() for value in query.getlist(name) for word in value.split(","))
    found = list(dict.fromkeys(word for word in said if word))
    if len(found) > MOST_REQUESTS:
        raise WrongParameters(Flaw(name, f"lists at most {MOST_REQUESTS}"))
    return found


def _one(query: QueryParams, name: str) -> str | None:
    values = [value.strip() for value in query.getlist(name) if value.strip()]
    if len(values) > 1:
        raise WrongParameters(Flaw(name, "is given twice"))
    return values[0] if values else None


def _count(query: QueryParams, name: str, usual: int, most: int) -> int:
    written = _one(query, name)
    if written is None:
        return usual
    if not (written.isascii() and written.isdecimal() and len(written) < 10 and 1 <= int(written) <= most):
        raise WrongParameters(Flaw(name, f"must be a whole number from 1 to {most}"))
    return int(written)


def _span(query: QueryParams, at: datetime) -> tuple[datetime, datetime]:
    """The span asked for; with one end only, 90 days from there; with none, the last 90 days."""
    since, until = _instant(query, "start_date"), _instant(query, "end_date")
    if since is None:
        until = until or at
        return until - SPAN, _whole_second(until)
    until = until or since + SPAN
    if until < since:
        raise WrongParameters(Flaw("end_date", "comes before start_date"))
    if until - since > SPAN:
        raise WrongParameters(Flaw("end_date", "is more than 90 days after start_date"))
    return since, _whole_second(until)


def _whole_second(until: datetime) -> datetime:
    """The end of its second: requests are shown by the second, and the one that was shown so is meant."""
    return until.replace(microsecond=999_999)


def _instant(query: QueryParams, name: str) -> datetime | None:
    written = _one(query, name)
    if written is None:
        return None
    instant = read_instant(written)
    if instant is None:
        raise WrongParameters(Flaw(name, INSTANT))
    return instant
