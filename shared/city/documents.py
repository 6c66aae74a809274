"""City files as text: YAML and CSV read with the line of every value, refused with file, line and reason."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from shared.city.errors import BrokenFile

Loc = tuple[str | int, ...]
Read = TypeVar("Read", bound="Entry")


class Entry(BaseModel):
    """One mapping of a city file: frozen, and no key it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid", arbitrary_types_allowed=True)


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file whose values are all text, with the line each one stands on."""

    filename: str
    data: dict[str, Any]
    lines: dict[Loc, int]

    @classmethod
    def parse(cls, text: str, *, filename: str) -> "Document":
        """Read the text; scalars stay text, so 09:00 is no number and 0.10 stays exact."""
        try:
            root = yaml.compose(text, Loader=yaml.BaseLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            raise BrokenFile(filename, mark.line + 1 if mark else 1, error.problem or "not YAML") from None
        except yaml.YAMLError as error:
            raise BrokenFile(filename, 1, str(error).splitlines()[0]) from None
        if not isinstance(root, yaml.MappingNode):
            raise BrokenFile(filename, 1, "the file must be a mapping of settings")
        lines: dict[Loc, int] = {}
        return cls(filename, _Reader(filename, lines, set()).mapping(root, ()), lines)

    def line_of(self, path: Loc) -> int:
        """The line of a value, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def refuse(self, path: Loc, reason: str) -> BrokenFile:
        """The refusal that points at this value."""
        return BrokenFile(self.filename, self.line_of(path), reason)

    def read_as(self, model: type[Read]) -> Read:
        """Validate the whole document, or refuse it at its first mistake."""
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            raise self._first(error) from None

    def _first(self, error: ValidationError) -> BrokenFile:
        # A misspelt key is two errors, one missing and one too many; the one too many names the line to mend.
        problems = sorted(
            error.errors(include_url=False, include_context=False),
            key=lambda each: (each["type"] != "extra_forbidden", self.line_of(each["loc"])),
        )
        where, said = problems[0]["loc"], problems[0]["msg"].removeprefix("Value error, ")
        if problems[0]["type"] == "extra_forbidden":
            said = "no such setting"
        place = ".".join(str(step) for step in where)
        return self.refuse(where, f"{place}: {said}" if place else said)


@dataclass(frozen=True, slots=True)
class _Reader:
    filename: str
    lines: dict[Loc, int]
    seen: set[int]

    def value(self, node: yaml.Node, path: Loc) -> object:
        line = node.start_mark.line + 1
        self.lines.setdefault(path, line)
        # One node met twice is an alias; through an alias a mapping could even contain itself.
        if id(node) in self.seen:
            raise BrokenFile(self.filename, line, "anchors and aliases are not used in city files")
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*path, index)) for index, each in enumerate(node.value)]
        return node.value

    def mapping(self, node: yaml.MappingNode, path: Loc) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            if not isinstance(key, yaml.ScalarNode):
                raise BrokenFile(self.filename, line, "a key must be plain text")
            if key.value in found:
                raise BrokenFile(self.filename, line, f"{key.value} is written twice")
            self.lines[(*path, key.value)] = line
            found[key.value] = self.value(value, (*path, key.value))
        return found


def read_table(
    text: str, columns: tuple[str, ...], *, filename: str
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Each data row of a CSV file with its line number, cells trimmed."""
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    try:
        if tuple(next(rows, ())) != columns:
            raise BrokenFile(filename, 1, f"the first line must be {','.join(columns)}")
        for row in rows:
            if len(row) != len(columns):
                raise BrokenFile(
                    filename, rows.line_num, f"{len(row)} cells where {len(columns)} are expected"
                )
            yield rows.line_num, tuple(cell.strip() for cell in row)
    except csv.Error as error:
        raise BrokenFile(filename, rows.line_num, str(error)) from None
