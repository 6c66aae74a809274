"""How an aggregate lies in a row: a field is the column of its name; what is nested lies in a JSON column."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from types import NoneType, UnionType
from typing import Any, Generic, TypeVar, Union, cast, get_args, get_origin, get_type_hints
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import JSON, RowMapping, Table

Model = TypeVar("Model")

PLAIN = frozenset({str, int, bool, float, bytes, UUID, datetime, date, Decimal, NoneType})
"""What comes from the driver as the model has it."""


class Shape(Generic[Model]):
    """Turns a frozen dataclass into a row and back."""

    def __init__(self, model: type[Model], table: Table) -> None:
        hints = get_type_hints(model)
        self.model = model
        self.names = tuple(field.name for field in fields(cast(Any, model)))
        self._nested = tuple(name for name in self.names if isinstance(table.c[name].type, JSON))
        self._values = attrgetter(*self.names)
        adapters = {
            name: TypeAdapter(hints[name])
            for name in self.names
            if name in self._nested or not _is_plain(hints[name])
        }
        # pydantic's own way in and out costs as much again as what it leads to.
        self._written = tuple((name, adapters[name].serializer.to_json) for name in self._nested)
        self._read = tuple(
            (name, _reader(adapter, nested=name in self._nested)) for name, adapter in adapters.items()
        )

    def to_row(self, aggregate: Model) -> dict[str, Any]:
        row = dict(zip(self.names, self._values(aggregate), strict=True))
        for name, write in self._written:
            row[name] = write(row[name]).decode()
        return row

    def from_row(self, row: Mapping[str, Any] | RowMapping) -> Model:
        values = {name: row[name] for name in self.names}
        for name, read in self._read:
            values[name] = read(values[name])
        return self.model(**values)


def _is_plain(hint: Any) -> bool:
    if get_origin(hint) in (Union, UnionType):
        return all(map(_is_plain, get_args(hint)))
    return getattr(hint, "__supertype__", hint) in PLAIN


def _reader(adapter: TypeAdapter[Any], *, nested: bool) -> Callable[[Any], Any]:
    validate, validate_json = adapter.validator.validate_python, adapter.validator.validate_json

    def read(value: Any) -> Any:
        """JSON comes as text from a driver's own statement, and read already from a Core query."""
        return validate_json(value) if isinstance(value, str | bytes) else validate(value)

    return read if nested else validate
