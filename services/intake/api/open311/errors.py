"""Problems as GeoReport's errors: 400, 403 and 404, in the format the address asked for."""

from collections.abc import Iterable, Mapping

from fastapi import Response

from services.intake.api.open311.speech import content_type, format_of, spelled
from shared.http.problems import Problem

STATUSES: Mapping[int, int] = {401: 403, 403: 403, 404: 404, 410: 404}
"""GeoReport: 404 for what is not there, 403 for a missing or wrong api_key, 400 for anything else."""
NOT_GEOREPORTS = frozenset({405, 429})
"""HTTP's own answers, which a client's library acts on; so are those of 500 and above."""
PARAMETERS: Mapping[str, str] = {
    "place.lat": "lat",
    "place.lng": "long",
    "place.unit": "address_id",
    "place.address": "address_string",
    "place": "lat, long",
    "contact.phone": "phone",
    "contact": "first_name, last_name, phone",
    "category": "service_code",
    "text": "description",
}
"""Intake's fields by the names of GeoReport's parameters."""
KEPT_HEADERS = frozenset({"Retry-After", "allow", "Allow"})


def write_errors(problem: Problem, path: str) -> Response:
    """The dialect below /open311."""
    form, status = format_of(path), _status(problem.status)
    errors: list[Mapping[str, object]] = [
        {"code": status, "description": description} for description in _descriptions(problem)
    ]
    headers = {name: value for name, value in problem.headers.items() if name in KEPT_HEADERS}
    headers["Content-Type"] = content_type(form)
    return Response(spelled("errors", errors, form), status, headers=headers)


def _status(status: int) -> int:
    return status if status in NOT_GEOREPORTS or status >= 500 else STATUSES.get(status, 400)


def _descriptions(problem: Problem) -> Iterable[str]:
    """One for each parameter that is wrong."""
    found = problem.extra.get("errors")
    named = [one for one in found if isinstance(one, Mapping)] if isinstance(found, list | tuple) else []
    if named:
        return [f"{_parameter(one.get('field'))}: {one.get('message')}" for one in named]
    return [f"api_key: {problem.detail}" if problem.status == 401 else problem.detail]


def _parameter(field: object) -> str:
    return PARAMETERS.get(str(field), str(field))
