"""名录对照: what an import would change, said before it is done and kept with what was done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields

from shared.city.areas import Areas
from shared.city.directory import Directory
from shared.city.gazetteer import Alias
from shared.city.units import Unit, Units


@dataclass(frozen=True, slots=True)
class UnitChange:
    """One unit before and after; None: it was not there."""

    code: str
    before: Unit | None
    after: Unit


@dataclass(frozen=True, slots=True)
class NameChange:
    """An other name of a unit that comes or goes."""

    text: str
    kind: str
    unit_code: str


@dataclass(frozen=True, slots=True)
class Difference:
    """From one directory to the next. A unit that is renamed and moved stands in both lists."""

    added: tuple[UnitChange, ...] = ()
    renamed: tuple[UnitChange, ...] = ()
    moved: tuple[UnitChange, ...] = ()
    releveled: tuple[UnitChange, ...] = ()
    closed: tuple[UnitChange, ...] = ()
    reopened: tuple[UnitChange, ...] = ()
    aliases_added: tuple[NameChange, ...] = ()
    aliases_removed: tuple[NameChange, ...] = ()
    areas_added: tuple[str, ...] = ()
    areas_changed: tuple[str, ...] = ()
    areas_removed: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return any(self.counts().values())

    def counts(self) -> dict[str, int]:
        """How many of each."""
        return {each.name: len(getattr(self, each.name)) for each in fields(self)}


def difference(before: Directory, after: Directory) -> Difference:
    """What changes on the way from one directory to the next; in the order of codes."""
    changes = _changes(before.units, after.units)
    old, new = set(before.aliases), set(after.aliases)
    return Difference(
        added=_where(changes, lambda was, _: was is None),
        renamed=_where(changes, lambda was, now: was is not None and was.name != now.name),
        moved=_where(changes, lambda was, now: was is not None and was.parent_code != now.parent_code),
        releveled=_where(changes, lambda was, now: was is not None and was.level is not now.level),
        closed=_where(changes, lambda was, now: was is not None and now.closed and not was.closed),
        reopened=_where(changes, lambda was, now: was is not None and was.closed and not now.closed),
        aliases_added=_names(new - old),
        aliases_removed=_names(old - new),
        **_area_changes(before.areas, after.areas),
    )


def _changes(before: Units, after: Units) -> tuple[UnitChange, ...]:
    pairs = ((code, before.by_code.get(code), after.by_code[code]) for code in sorted(after.by_code))
    return tuple(UnitChange(code, was, now) for code, was, now in pairs if was != now)


def _where(
    changes: Iterable[UnitChange], is_so: Callable[[Unit | None, Unit], bool]
) -> tuple[UnitChange, ...]:
    return tuple(change for change in changes if is_so(change.before, change.after))


def _names(aliases: Iterable[Alias]) -> tuple[NameChange, ...]:
    ordered = sorted(aliases, key=lambda each: (each.unit_code, each.kind, each.text))
    return tuple(NameChange(each.text, each.kind, each.unit_code) for each in ordered)


def _area_changes(before: Areas, after: Areas) -> dict[str, tuple[str, ...]]:
    was, now = before.by_code, after.by_code
    return {
        "areas_added": tuple(sorted(now.keys() - was.keys())),
        "areas_changed": tuple(sorted(code for code in now.keys() & was.keys() if now[code] != was[code])),
        "areas_removed": tuple(sorted(was.keys() - now.keys())),
    }
