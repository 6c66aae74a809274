"""What is refused to Open311's callers.

Invalid
└─ WrongParameters         one or several parameters, each with its reason
NotFound
├─ NoSuchJurisdiction      another city's
├─ NoSuchService           no such service code, or not offered here
├─ NoSuchRequest           no request of Open311 has this number
└─ NoSuchFormat            neither .xml nor .json
NotAllowed
└─ ApiKeyMissing           requests are sent by client apps with a key
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.kernel.errors import Invalid, NotAllowed, NotFound


@dataclass(frozen=True, slots=True)
class Flaw:
    """What is wrong with one parameter."""

    parameter: str
    message: str


class WrongParameters(Invalid):
    """All that is wrong with a request, told at once."""

    def __init__(self, *flaws: Flaw) -> None:
        self.flaws = flaws
        errors: Sequence[dict[str, str]] = [
            {"field": flaw.parameter, "message": flaw.message} for flaw in flaws
        ]
        super().__init__("; ".join(f"{flaw.parameter}: {flaw.message}" for flaw in flaws), errors=errors)


class NoSuchJurisdiction(NotFound):
    """One door, one city."""

    def __init__(self) -> None:
        super().__init__("this jurisdiction_id was not found; discovery and its services need none")


class NoSuchService(NotFound):
    """Not in the list of services."""

    def __init__(self) -> None:
        super().__init__("this service_code was not found; GET services lists them")


class NoSuchRequest(NotFound):
    """Requests of other channels are nobody's to see here, so they are not found either."""

    def __init__(self, called: str = "service_request_id") -> None:
        super().__init__(f"this {called} was not found")


class NoSuchFormat(NotFound):
    """Two formats are spoken."""

    def __init__(self) -> None:
        super().__init__("ask for .xml or .json")


class ApiKeyMissing(NotAllowed):
    """Whoever sends requests has a key."""

    def __init__(self) -> None:
        super().__init__("api_key is required to send a request; discovery says where to get one")
