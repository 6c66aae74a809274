"""Whether a column is one of many values: one array parameter, for a district has hundreds of units."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Column, ColumnElement, Text, any_, cast
from sqlalchemy.dialects.postgresql import ARRAY


def among(column: Column[Any], values: Collection[str]) -> ColumnElement[bool]:
    """`column = ANY(values)`."""
    return column == any_(cast(list(values), ARRAY(Text)))
