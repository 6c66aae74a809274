"""单位名录: what an import would change, and units as they are said: published when new or changed."""

from datetime import datetime

from services.router.domain.model import Unit
from services.router.domain.records import DirectoryVersion, DrawnDirectory, ImportDirectory
from shared.city.city import City
from shared.city.directory import NOTHING, Directory, Listed, fingerprint, listed_in, read_directory
from shared.city.directory_difference import difference
from shared.city.responsibility_lists import load_lists
from shared.events import directory as say
from shared.kernel.decision import Decision
from shared.kernel.ids import UnitCode


def draw_up(cmd: ImportDirectory, city: City, last: int, *, at: datetime) -> DrawnDirectory:
    """The directory that the files make. Raises `BrokenFile` where a list in force, or one that is to come,
    would name a unit that is gone. `last`: the last version put in, 0 where the folder's is applied so far.
    """
    found = read_directory(cmd.files, city.directory)
    load_lists(city.lists.since(city.day(at)), units=found.units, categories=city.categories)
    before = city.directory if last else NOTHING
    return DrawnDirectory(found, difference(before, found), fingerprint(found))


def record(
    cmd: ImportDirectory, drawn: DrawnDirectory, last: int, *, at: datetime
) -> Decision[DirectoryVersion]:
    """The version as it is kept; its facts are the units'."""
    counts = {name: count for name, count in drawn.change.counts().items() if count}
    version = DirectoryVersion(
        number=last + 1,
        imported_at=at,
        imported_by=cmd.by,
        source=cmd.source,
        sha256=drawn.sha256,
        units=len(drawn.found.units),
        changes=counts,
    )
    return Decision(version)


def to_say(found: Directory, city: City, last: int) -> dict[str, Listed]:
    """The units that are otherwise than before; all of them at the first time."""
    before = listed_in(city.directory) if last else {}
    return {code: listed for code, listed in listed_in(found).items() if before.get(code) != listed}


def publish(known: Unit | None, listed: Listed) -> Decision[Unit] | None:
    """What is to be said of a unit; None: the directory says it already."""
    unit = listed.unit
    now = Unit(
        code=UnitCode(unit.code),
        name=unit.name,
        level=unit.level,
        parent_code=UnitCode(unit.parent_code) if unit.parent_code else None,
        closed=unit.closed,
        aliases=tuple(say.OtherName(text=each.text, kind=each.kind) for each in listed.aliases),
        grids=listed.grids,
        version=known.version if known else 0,
    )
    if now == known:
        return None
    fact = say.UnitChanged(
        code=now.code,
        name=now.name,
        level=now.level,
        parent_code=now.parent_code,
        closed=now.closed,
        aliases=now.aliases,
        grids=now.grids,
    )
    return Decision(now, (fact,))
