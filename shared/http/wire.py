"""Wire models: what comes in and goes out as JSON. Unknown fields are refused, nothing is guessed.

Pydantic's own strict mode would refuse a UUID or a time written as a JSON string, since FastAPI validates
what is already parsed. So the JSON types are made strict one by one, in the schema itself.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    GetCoreSchemaHandler,
    StringConstraints,
)
from pydantic_core import PydanticCustomError, core_schema

NO_NUL = r"^[^\x00]*$"
"""Postgres cannot keep a NUL; the pattern also makes the validator refuse half a surrogate pair."""
NOT_BLANK = r"^[^\x00]*[^\s\x00][^\x00]*$"
"""The same, and something must be said."""
PLAINLY = {
    NO_NUL: "holds a NUL character or half of a surrogate pair; send it without",
    NOT_BLANK: "must say something: blanks alone are nothing",
}
"""What is wrong with a text that fits none of these, for people who read no patterns."""

Text = Annotated[str, StringConstraints(pattern=NO_NUL)]
"""Text for parameters and form fields, which no `Wire` guards."""

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
# A time near the calendar's ends overflows on its way to the database; nothing is due there.
Instant = Annotated[AwareDatetime, AfterValidator(lambda when: min(max(when, FIRST), LAST))]
"""An instant to search by, for parameters."""

_WRITTEN_AS_TEXT = ("datetime", "date", "time", "timedelta")


def _make_strict(schema: Any) -> None:
    if isinstance(schema, list | tuple):
        for inner in schema:
            _make_strict(inner)
    elif isinstance(schema, dict) and not _is_wrapped(schema):
        _make_one_strict(schema)
        if _is_wrapped(schema):
            return
        for name, inner in schema.items():
            if name not in ("metadata", "serialization", "members", "expected"):
                _make_strict(inner)


def _make_one_strict(schema: dict[str, Any]) -> None:
    match schema.get("type"):
        case "str" if "pattern" not in schema:
            schema["pattern"] = NO_NUL
        case "int" | "float" | "bool":
            schema["strict"] = True
        case kind if kind in _WRITTEN_AS_TEXT:
            _wrap(schema)


def _wrap(schema: dict[str, Any]) -> None:
    inner = dict(schema)
    if inner["type"] == "datetime":
        inner.setdefault("tz_constraint", "aware")
    schema.clear()
    schema.update(core_schema.no_info_before_validator_function(_only_text, inner))


def _is_wrapped(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "function-before" and schema["function"]["function"] is _only_text


def _only_text(value: Any) -> Any:
    """A number is no time, though pydantic would read it as seconds since 1970."""
    if isinstance(value, datetime | date | time | timedelta):
        return value
    if not isinstance(value, str) or not any(sign in value for sign in "-:PT"):
        raise PydanticCustomError("time_text", "Input should be written as ISO 8601 text")
    return value


class Wire(BaseModel):
    """The parent of every request and answer body. For JSON only: a query's numbers are text."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False, frozen=True, hide_input_in_errors=True)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        schema = handler(source)
        _make_strict(schema)
        return schema


Shape = TypeVar("Shape", bound=Wire)


def taken(shape: type[Shape], source: object, **more: Any) -> Shape:
    """The fields of a shape that have the same names in the source, and `more` for those that have not."""
    names = shape.model_fields.keys() - more.keys()
    return shape(**{name: getattr(source, name) for name in names}, **more)
