"""How an aggregate lies in a row: a field is the column of its name; what is nested lies in a JSON column."""

from collections.abc import Mapping
from dataclasses import fields
from operator import attrgetter
from typing import Any, Generic, TypeVar, cast, get_type_hints

from pydantic import TypeAdapter
from sqlalchemy import JSON, RowMapping, Table

Model = TypeVar("Model")


class Shape(Generic[Model]):
    """Turns a frozen dataclass into a row and back."""

    def __init__(self, model: type[Model], table: Table) -> None:
        hints = get_type_hints(model)
        self.model = model
        self.names = tuple(field.name for field in fields(cast(Any, model)))
        self._codecs = {name: TypeAdapter(hints[name]) for name in self.names}
        self._nested = frozenset(name for name in self.names if isinstance(table.c[name].type, JSON))
        self._values = attrgetter(*self.names)

    def to_row(self, aggregate: Model) -> dict[str, Any]:
        row = dict(zip(self.names, self._values(aggregate), strict=True))
        for name in self._nested:
            row[name] = self._codecs[name].dump_json(row[name]).decode()
        return row

    def from_row(self, row: Mapping[str, Any] | RowMapping) -> Model:
        return self.model(**{name: self._in(name, row[name]) for name in self.names})

    def _in(self, name: str, value: Any) -> Any:
        codec = self._codecs[name]
        return codec.validate_json(value) if self._is_text(name, value) else codec.validate_python(value)

    def _is_text(self, name: str, value: Any) -> bool:
        """JSON comes as text from a driver's own statement, and read already from a Core query."""
        return name in self._nested and isinstance(value, str | bytes)
