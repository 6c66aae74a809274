"""What every route of Open311 needs: the format, the reader's language, the city, the client's key."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request, Response

from services.intake.api.open311 import speech
from services.intake.api.open311.forms import Form
from services.intake.api.open311.speech import Content, Format
from services.intake.domain.open311.errors import ApiKeyMissing, NoSuchFormat, NoSuchJurisdiction
from shared.city.city import City
from shared.http.api_keys import PREFIX
from shared.http.auth import API_KEY_HEADER, Auth, count
from shared.http.callers import Caller
from shared.http.languages import preferred
from shared.http.networks import network_of
from shared.http.refusals import BadKey, ScopeMissing
from shared.kernel.words import Language
from shared.observability.logging import logger
from shared.observability.metrics import AUTH_REFUSED

LOG = logger("jiesu.intake.open311")
SCOPE = "cases:write"

Extension = Annotated[str, Path(json_schema_extra={"enum": ["xml", "json"]})]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who asked in one format and reads one language."""

    form: Format
    language: Language
    city: City

    def answer(self, root: str, content: Content) -> Response:
        """The content as this visitor reads it."""
        return speech.answer(root, content, self.form, language=self.language)


async def the_visitor(request: Request, extension: Extension) -> Visitor:
    """The dependency. Raises `NoSuchFormat`, `NoSuchJurisdiction`, `RateExceeded`."""
    if request.method == "GET":
        # Whoever posts is counted by their key.
        count(request, _stranger(request))
    if extension not in speech.MEDIA_TYPES:
        raise NoSuchFormat
    city: City = request.app.state.flat.city
    for named in request.query_params.getlist("jurisdiction_id"):
        if named not in ("", city.open311.jurisdiction):
            raise NoSuchJurisdiction
    language = preferred(request.headers.get("accept-language"))
    return Visitor("json" if extension == "json" else "xml", language, city)


def _stranger(request: Request) -> Caller:
    """Whoever reads without a key: all that is known of them is where they come from."""
    return Caller(network_of(request), frozenset(), kind="visitor")


Visiting = Annotated[Visitor, Depends(the_visitor)]


async def the_client(request: Request, form: Form) -> Caller:
    """The client app whose key came in the form, or in the header all our doors know."""
    key = form.said("api_key") or request.headers.get(API_KEY_HEADER)
    if not key:
        raise ApiKeyMissing
    auth: Auth = request.app.state.auth
    try:
        if not key.startswith(PREFIX):
            raise BadKey("malformed")
        caller = await auth.recognise(key)
    except BadKey as refusal:
        AUTH_REFUSED.labels(refusal.why).inc()
        LOG.info("caller_refused", reason=refusal.reason, why=refusal.why)
        raise
    if SCOPE not in caller.scopes:
        AUTH_REFUSED.labels("scope").inc()
        raise ScopeMissing(SCOPE)
    count(request, caller)
    return caller
