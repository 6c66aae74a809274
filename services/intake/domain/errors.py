"""What intake refuses.

Invalid
├─ OutsideCity             a point beyond the city's bounds
├─ NoSuchPoint             no point on Earth
├─ HalfPoint               a longitude without its latitude, or the other way round
├─ EmptyPlace              a place that says nothing
├─ NoSuchUnit              a unit the directory does not have
├─ NoSuchCategory          a category the city does not have
├─ NoSuchLinkedCase        a linked case intake never registered
├─ UnreadablePhone         no telephone number
├─ EmptyContact            a contact with neither name nor phone
└─ LinkNeedsProactive      only a finding on site names the case it was found at
NotAllowed
└─ ProactiveIsForUnits     未诉先办 findings come from units
NotFound
├─ NothingToFollow         no such tracking number, or not this access code
├─ NoSuchCase              no such case id
└─ NoContact               anonymous, or nobody we know
TooMany
└─ TooManyWrongCodes       guessing is stopped
Unavailable
└─ NumberTaken             the random tracking number is another case's; ask again
"""

from datetime import datetime

from shared.kernel.errors import Invalid, NotAllowed, NotFound, TooMany, Unavailable
from shared.kernel.ids import CaseId


class OutsideCity(Invalid):
    """The point lies outside the city; the other city's hotline is the right door."""

    def __init__(self, field: str) -> None:
        super().__init__("this point lies outside the city; check coordinates and their system", field=field)


class NoSuchPoint(Invalid):
    """Longitude and latitude are no point on Earth."""

    def __init__(self, field: str) -> None:
        super().__init__("longitude and latitude must be a point on Earth", field=field)


class HalfPoint(Invalid):
    """Longitude and latitude come together."""

    def __init__(self, field: str) -> None:
        super().__init__("a point needs both longitude and latitude", field=field)


class EmptyPlace(Invalid):
    """A place says an address, a point or a unit; whoever knows none leaves the place out."""

    def __init__(self) -> None:
        super().__init__(
            "say an address, a point (lng, lat) or a unit, or leave the place out", field="place"
        )


class NoSuchUnit(Invalid):
    """The directory has no such unit."""

    def __init__(self, field: str) -> None:
        super().__init__("no unit of the directory has this code", field=field)


class NoSuchCategory(Invalid):
    """The city has no such category."""

    def __init__(self) -> None:
        super().__init__(
            "the city has no such category; GET /v1/categories of router lists them", field="category"
        )


class NoSuchLinkedCase(Invalid):
    """The linked case was never registered here."""

    def __init__(self) -> None:
        super().__init__("no case has this id", field="linked_case_id")


class UnreadablePhone(Invalid):
    """No telephone number can be read from it. The number itself is never repeated in the answer."""

    def __init__(self) -> None:
        super().__init__(
            "this is no telephone number; write 11 digits, or + and the country's code", field="contact.phone"
        )


class EmptyContact(Invalid):
    """A contact says a name or a phone, or that the citizen stays anonymous."""

    def __init__(self) -> None:
        super().__init__("say a name or a phone, or set anonymous", field="contact")


class LinkNeedsProactive(Invalid):
    """Only a proactive finding is linked to the case on whose site it was made."""

    def __init__(self) -> None:
        super().__init__("only a proactive case names the case it was found at", field="linked_case_id")


class ProactiveIsForUnits(NotAllowed):
    """未诉先办: findings on site are the units' own."""

    def __init__(self) -> None:
        super().__init__("only an undertaking unit registers what it found itself", field="proactive")


class NothingToFollow(NotFound):
    """One answer for an unknown number and for a wrong code: neither tells a guesser anything."""

    def __init__(self) -> None:
        super().__init__("no request has this tracking number and access code; check both")


class NoSuchCase(NotFound):
    """Intake never registered it."""

    def __init__(self, case_id: CaseId) -> None:
        super().__init__(f"there is no case {case_id}", case_id=str(case_id))


class NoContact(NotFound):
    """The citizen stayed anonymous, or there is no such case: the reader need not know which."""

    def __init__(self) -> None:
        super().__init__("there is no contact for this case")


class TooManyWrongCodes(TooMany):
    """Wrong access codes came too often for one tracking number."""

    def __init__(self, until: datetime, *, at: datetime) -> None:
        super().__init__(
            "too many wrong access codes for this number; wait before the next try",
            retry_after=max(1.0, (until - at).total_seconds()),
        )


class NumberTaken(Unavailable):
    """Once in some billions: nothing was stored, the same request may come again at once."""

    def __init__(self) -> None:
        super().__init__("the number drawn for this case is taken; send the request again")
