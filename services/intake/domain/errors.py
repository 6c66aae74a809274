"""What intake refuses. About files: `file_errors`; what is wrong with a file itself: `shared.files.errors`.

Invalid
├─ OutsideCity             a point beyond the city's bounds
├─ NoSuchPoint             no point on Earth
├─ HalfPoint               a longitude without its latitude, or the other way round
├─ EmptyPlace              a place that says nothing
├─ NoSuchUnit              a unit the directory does not have
├─ NoSuchGrid              a code of no area of the directory
├─ GridElsewhere           a grid cell outside the unit stated beside it
├─ NoSuchCategory          a category the city does not have
├─ NoSuchLinkedCase        a linked case intake never registered
├─ UnreadablePhone         no telephone number
├─ EntryEndsFirst          an entry that ends before it begins
├─ EmptySupplement         neither words nor files
├─ AnswerFromWhere         neither an entry nor words, or both
├─ MalformedClientId       a name of an item that cannot be kept as its key
├─ NothingToJoin           no offer of ours, or one that is over
├─ EmptyContact            a contact with neither name nor phone
├─ LinkNeedsProactive      only a finding on site names the case it was found at
└─ ExpiresInThePast        a key that would be over at once
NotAllowed
├─ ProactiveIsForUnits     未诉先办 findings come from units
├─ PurposeNotYours         a service reads contacts for its own purpose only
├─ ConfidentialContact     保密: the units must not learn who asked
├─ NobodyToCheck           anonymous: nothing tells whose case it is
└─ CallBackFirst           保密: a code is given after a call only
NotFound
├─ NothingToFollow         no such tracking number, or not this access code
├─ NotThisCaller           no such tracking number, or not this phone
├─ NoSuchCase              no such case id
├─ NoSuchEntry             the knowledge base has none, or none in force
├─ NoContact               anonymous, or nobody we know
└─ NoSuchApiKey            no key of this id
Conflict
├─ TwoKeysActive           a client holds an old key and a new one, and no third
├─ TooManySupplements      a case has as many as are kept
└─ CaseNotOver             a case that goes on needs its citizen
Gone
└─ Anonymised              nobody can be told any more who asked
TooMany
├─ TooManyWrongCodes       guessing is stopped
├─ TooManyWishes           the same was asked of a case again and again today
└─ TooManyLookups          a clerk looked for callers, or codes were given, again and again today
Unavailable
├─ IncidentUnderWay        another process registers the same incident at this moment
└─ NumberTaken             the random tracking number is another case's; ask again
"""

from datetime import datetime
from uuid import UUID

from shared.kernel.errors import (
    Conflict,
    Gone,
    Invalid,
    NotAllowed,
    NotFound,
    TooMany,
    Unavailable,
)
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
    """A place says an address, a point, a unit or a grid cell; whoever knows none leaves the place out."""

    def __init__(self) -> None:
        super().__init__(
            "say an address, a point (lng, lat), a unit or a grid code, or leave the place out", field="place"
        )


class NoSuchUnit(Invalid):
    """The directory has no such unit."""

    def __init__(self, field: str) -> None:
        super().__init__("no unit of the directory has this code", field=field)


class NoSuchGrid(Invalid):
    """The directory has no area of this code."""

    def __init__(self) -> None:
        super().__init__("no grid cell of the directory has this code", field="place.grid")


class GridElsewhere(Invalid):
    """Grid cell and unit are both stated, and are not the same place."""

    def __init__(self) -> None:
        super().__init__("this grid cell does not lie in the unit that is stated", field="place.grid")


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

    def __init__(self, field: str) -> None:
        super().__init__(
            "this is no telephone number; write 11 digits, or + and the country's code", field=field
        )


class EmptyContact(Invalid):
    """A contact says a name or a phone, or that the citizen stays anonymous."""

    def __init__(self) -> None:
        super().__init__("say a name or a phone, or set anonymous", field="contact")


class AnswerFromWhere(Invalid):
    """An answer is an entry of the knowledge base or the desk's own words."""

    def __init__(self) -> None:
        super().__init__("name an entry of the knowledge base or write a text, one of the two", field="text")


class EmptySupplement(Invalid):
    """补充: words, files, or both."""

    def __init__(self) -> None:
        super().__init__("say what you add, or name what you have uploaded", field="text")


class EntryEndsFirst(Invalid):
    """An entry ends on the day it begins, or later."""

    def __init__(self) -> None:
        super().__init__("an entry cannot end before it begins", field="valid_until")


class NothingToJoin(Invalid):
    """The token is none of ours, was given to another case, or is too old."""

    def __init__(self) -> None:
        super().__init__("this offer is over or was made for another request; ask again", field="join_token")


class LinkNeedsProactive(Invalid):
    """Only a proactive finding is linked to the case on whose site it was made."""

    def __init__(self) -> None:
        super().__init__("only a proactive case names the case it was found at", field="linked_case_id")


class ProactiveIsForUnits(NotAllowed):
    """未诉先办: findings on site are the units' own."""

    def __init__(self) -> None:
        super().__init__("only an undertaking unit registers what it found itself", field="proactive")


class PurposeNotYours(NotAllowed):
    """查阅: each service has its own business with contacts."""

    def __init__(self, reader: str, purpose: str) -> None:
        super().__init__(f"{reader} does not read contacts for {purpose}", reader=reader, purpose=purpose)


class ConfidentialContact(NotAllowed):
    """保密: the citizen asked that the units do not learn who it is; only the callback may."""

    def __init__(self) -> None:
        super().__init__("the citizen asked to stay unknown to the units; survey calls back")


class NobodyToCheck(NotAllowed):
    """补发查询码: a citizen who left no phone cannot be told from anybody else."""

    def __init__(self) -> None:
        super().__init__(
            "no phone was left with this request, so nobody can be checked; register the matter anew"
        )


class CallBackFirst(NotAllowed):
    """保密: whoever knows number and phone may be the one the citizen hides from."""

    def __init__(self) -> None:
        super().__init__(
            "this request is confidential; ring the citizen's phone, and give the code when it is answered",
            field="checked",
        )


class Anonymised(Gone):
    """匿名化: name and phone were removed, when the time for it had come or its citizen wished it."""

    def __init__(self) -> None:
        super().__init__("this case is over, and who asked is not kept any more")


class NothingToFollow(NotFound):
    """One answer for an unknown number and for a wrong code: neither tells a guesser anything."""

    def __init__(self) -> None:
        super().__init__("no request has this tracking number and access code; check both")


class NotThisCaller(NotFound):
    """补发查询码: one answer for an unknown number and for another's phone."""

    def __init__(self) -> None:
        super().__init__("no request has this tracking number and this phone; check both with the caller")


class NoSuchCase(NotFound):
    """Intake never registered it."""

    def __init__(self, case_id: CaseId) -> None:
        super().__init__(f"there is no case {case_id}", case_id=str(case_id))


class NoSuchEntry(NotFound):
    """No such entry, or not in force today."""

    def __init__(self, entry_id: UUID) -> None:
        super().__init__(f"the knowledge base has no entry {entry_id} in force", entry_id=str(entry_id))


class NoContact(NotFound):
    """The citizen stayed anonymous, or there is no such case: the reader need not know which."""

    def __init__(self) -> None:
        super().__init__("there is no contact for this case")


class TooManyWrongCodes(TooMany):
    """Wrong access codes came too often for one tracking number, from one place."""

    def __init__(self, until: datetime, *, at: datetime) -> None:
        super().__init__(
            "you sent too many wrong access codes for this number; wait before the next try",
            retry_after=max(1.0, (until - at).total_seconds()),
        )


class TooManyWishes(TooMany):
    """The same was asked of one case too often within 24 hours."""

    def __init__(self, most: int, *, until: datetime, at: datetime) -> None:
        super().__init__(
            f"this was asked {most} times within 24 hours; wait for what becomes of it",
            retry_after=max(1.0, (until - at).total_seconds()),
            most=most,
        )


class TooManyLookups(TooMany):
    """来电查询 and 补发查询码 within 24 hours."""

    def __init__(self, most: int, *, until: datetime, at: datetime) -> None:
        super().__init__(
            f"this was done {most} times within 24 hours; wait until the first of them is a day old",
            retry_after=max(1.0, (until - at).total_seconds()),
            most=most,
        )


class TooManySupplements(Conflict):
    """补充: a case is kept whole, and nobody reads a hundredth addition."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"{most} supplements were added and no more are kept; report what is new by itself",
            most=most,
        )


class CaseNotOver(Conflict):
    """删除个人信息: whoever handles it must reach the citizen, and the citizen is called back."""

    def __init__(self, status: str) -> None:
        super().__init__(
            f"this request is {status}; who asked is removed when it is closed, declined or withdrawn",
            status=status,
        )


class IncidentUnderWay(Unavailable):
    """Another process registers a case for the same incident at this moment: the next try finds it."""

    def __init__(self) -> None:
        super().__init__("this incident is being registered; try again")


class MalformedClientId(Invalid):
    """An item's own name."""

    def __init__(self) -> None:
        super().__init__("a client_id is 1 to 200 visible ASCII characters", field="client_id")


class ExpiresInThePast(Invalid):
    """The day a key ends lies before the day it is made."""

    def __init__(self) -> None:
        super().__init__("this key would be over at once; name a later day", field="expires_at")


class NoSuchApiKey(NotFound):
    """Never made here."""

    def __init__(self) -> None:
        super().__init__("there is no API key of this id")


class TwoKeysActive(Conflict):
    """轮换: a new key stands beside the old one until that is revoked; there is never a third."""

    def __init__(self, name: str) -> None:
        super().__init__("this client holds two good keys; revoke the older one first", name=name)


class NumberTaken(Unavailable):
    """Once in some billions: nothing was stored, the same request may come again at once."""

    def __init__(self) -> None:
        super().__init__("the number drawn for this case is taken; send the request again")
