"""How a difference is shown before or after an import: a table for people, a document for machines."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from services.router.domain.records import DrawnDirectory, DrawnList
    from shared.city.directory_difference import Difference, NameChange, UnitChange
    from shared.city.responsibilities import Item
    from shared.city.units import Unit

SHOWN = 200
"""Rows of a table; the rest is counted. `--json` has them all."""
Row = tuple[str, str, str, str]


def directory_document(drawn: "DrawnDirectory", *, done: bool) -> dict[str, Any]:
    """The whole difference of a directory."""
    return {
        "imported": done,
        "sha256": drawn.sha256,
        "units": len(drawn.found.units),
        "counts": drawn.change.counts(),
        **asdict(drawn.change),
    }


def directory_rows(change: "Difference") -> list[Row]:
    """What changes, a row each: what happens, to whom, before, after."""
    rows: list[Row] = []
    for name in ("added", "renamed", "moved", "releveled", "closed", "reopened"):
        changes: tuple[UnitChange, ...] = getattr(change, name)
        rows += [(name, each.code, _said(name, each.before), _said(name, each.after)) for each in changes]
    rows += [("name added", each.unit_code, "", _name(each)) for each in change.aliases_added]
    rows += [("name removed", each.unit_code, _name(each), "") for each in change.aliases_removed]
    for name in ("areas_added", "areas_changed", "areas_removed"):
        rows += [(name.replace("areas_", "area "), code, "", "") for code in getattr(change, name)]
    return rows


def list_document(drawn: "DrawnList", *, done: bool) -> dict[str, Any]:
    """The whole difference of a responsibility list."""
    found, change = drawn.found, drawn.change
    return {
        "published": done,
        "known": drawn.is_known,
        "version": found.version,
        "effective_from": found.effective_from.isoformat(),
        "effective_until": found.effective_until.isoformat() if found.effective_until else None,
        "sha256": drawn.sha256,
        "items": len(found.items),
        **{
            name: [
                {
                    "before": each.before.model_dump(mode="json") if each.before else None,
                    "after": each.after.model_dump(mode="json") if each.after else None,
                }
                for each in getattr(change, name)
            ]
            for name in ("added", "changed", "removed")
        },
    }


def list_rows(drawn: "DrawnList") -> list[Row]:
    """What changes, a row each: what happens, to which matter, before, after."""
    rows: list[Row] = []
    for name in ("added", "changed", "removed"):
        for each in getattr(drawn.change, name):
            fields = each.fields or ("lead", "clause")
            before, after = _fields(each.before, fields), _fields(each.after, fields)
            rows.append((name, _matter(each.item), before, after))
    return rows


def print_table(rows: Iterable[Row]) -> None:
    """The rows, and how many were left out."""
    from rich.console import Console
    from rich.table import Table

    found = list(rows)
    table = Table("change", "what", "before", "after")
    for row in found[:SHOWN]:
        table.add_row(*row)
    if found:
        Console().print(table)
    if len(found) > SHOWN:
        typer.echo(f"… and {len(found) - SHOWN} more; --json has them all")


def _said(change: str, unit: "Unit | None") -> str:
    if unit is None:
        return ""
    if change == "moved":
        return unit.parent_code or ""
    return unit.level.value if change == "releveled" else unit.name


def _name(change: "NameChange") -> str:
    return f"{change.text} ({change.kind})"


def _matter(item: "Item") -> str:
    where = () if item.scope == "city" else (item.scope,)
    return " ".join((item.category, *where, *item.keywords))


def _fields(item: Any, names: Iterable[str]) -> str:
    if item is None:
        return ""
    values = (getattr(item, name) for name in names)
    return " · ".join(", ".join(value) if isinstance(value, tuple) else str(value) for value in values)
