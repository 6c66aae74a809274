"""What is put in whole: versions of the directory and of the responsibility list, and the orders to do so;
and the hot spots that became work.
"""

from dataclasses import dataclass
from datetime import date, datetime

from shared.city.directory import Directory
from shared.city.directory_difference import Difference
from shared.city.responsibilities import ResponsibilityList
from shared.city.responsibility_difference import ListDifference
from shared.city.responsibility_lists import ListDocument
from shared.kernel.ids import CaseId, CategoryCode, HotspotId, UnitCode


@dataclass(frozen=True, slots=True)
class DirectoryVersion:
    """名录版本: who put it in, when, from where, and what it changed."""

    number: int
    imported_at: datetime
    imported_by: str
    source: str
    sha256: str
    units: int
    """How many act; closed ones do not count."""
    changes: dict[str, int]
    version: int = 0


@dataclass(frozen=True, slots=True)
class PublishedList:
    """权责清单的一版: its days, and its text as it was published."""

    list_version: str
    effective_from: date
    effective_until: date | None
    items: int
    sha256: str
    document: str
    source: str
    published_at: datetime
    published_by: str
    version: int = 0


@dataclass(frozen=True, slots=True)
class HotspotWork:
    """未诉先办: a hot spot that became work, and the case it is."""

    hotspot_id: HotspotId
    case_id: CaseId
    unit: UnitCode
    category: CategoryCode
    taken_up_at: datetime
    version: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportDirectory:
    """Files by name, as `shared.city.directory` reads them."""

    files: dict[str, str]
    source: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishList:
    """One version of the responsibility list."""

    document: ListDocument
    by: str


@dataclass(frozen=True, slots=True)
class DrawnDirectory:
    """A directory as it would be, and what that changes."""

    found: Directory
    change: Difference
    sha256: str


@dataclass(frozen=True, slots=True)
class DrawnList:
    """A list as it would be published; `is_known`: it is, word for word."""

    found: ResponsibilityList
    change: ListDifference
    sha256: str
    is_known: bool
