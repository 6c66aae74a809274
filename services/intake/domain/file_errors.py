"""What intake refuses about files, by name.

Invalid
└── NoSuchUpload        no upload of this caller waits under this id
NotFound
└── NoSuchAttachment    none, or not yours to see
Conflict
├── CaseTakesNoFiles    it has ended
└── TooManyAttachments  a case has as many as are kept
Gone
└── LinkOver            a file's link is good for minutes only
TooMany
└── TooManyUploads      a citizen's files wait for their cases, and no more are kept
"""

from datetime import datetime

from shared.kernel.errors import Conflict, Gone, Invalid, NotFound, TooMany


class NoSuchUpload(Invalid):
    """One answer for an unknown, another's, a used and an outdated upload: none can be laid to a case."""

    def __init__(self, field: str) -> None:
        super().__init__("no upload of yours waits under this id; upload the file again", field=field)


class NoSuchAttachment(NotFound):
    """No such attachment, or somebody else's: a stranger need not know which."""

    def __init__(self) -> None:
        super().__init__("there is no such attachment, or it is not yours to see")


class CaseTakesNoFiles(Conflict):
    """补充: nobody handles it any more, and what it has is forgotten when its time is over."""

    def __init__(self, status: str) -> None:
        super().__init__(
            f"this request is {status} and takes no more files; report what is new by itself", status=status
        )


class TooManyAttachments(Conflict):
    """补充: a case is looked through by people, and every file of it is kept for a year."""

    def __init__(self, most: int) -> None:
        super().__init__(
            f"a request takes {most} files, and no more are kept; report what is new by itself", most=most
        )


class LinkOver(Gone):
    """A link to a file is good for minutes."""

    def __init__(self) -> None:
        super().__init__("this link is over; ask for a new one")


class TooManyUploads(TooMany):
    """附件: files that no case names are kept for a day, but not without end."""

    def __init__(self, most: int, *, until: datetime, at: datetime) -> None:
        super().__init__(
            f"{most} uploads of yours wait for a case; name them in one, or wait until they are given up",
            retry_after=max(1.0, (until - at).total_seconds()),
            most=most,
        )
