"""Tables as files: CSV, XLSX, Parquet. Written row by row to the disk, so that no export is held in memory.

Who writes is a thread; who reads the rows is the event loop. What is text stays text: no spreadsheet shall
take a cell for a formula.
"""

import asyncio
import csv
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar
from unicodedata import east_asian_width

from services.scoring.domain.errors import TooManyRows

Cell = str | int | float | Decimal | bool | datetime | None
Row = Sequence[Cell]
R = TypeVar("R")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of a formula (OWASP: CSV injection), full-width ones too."""
MOST_OF_A_SHEET = 1_048_575
"""Rows below the head, in a sheet of Excel's."""
MEASURED, WIDEST = 500, 60
"""After so many rows the columns of a sheet are known to be wide enough; and no wider than this."""
BYTE_ORDER_MARK = "\ufeff"
"""Without it Excel reads Chinese in a CSV as something else."""


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    WHOLE = "whole"
    NUMBER = "number"
    TRUTH = "truth"
    INSTANT = "instant"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's name and what it holds."""

    name: str
    kind: Kind = Kind.TEXT


class Format(StrEnum):
    """The files there are."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"


MEDIA: Mapping[Format, str] = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PARQUET: "application/vnd.apache.parquet",
}


async def write(
    path: Path, file_format: Format, columns: Sequence[Column], pages: AsyncIterator[Sequence[Row]]
) -> None:
    """Write all pages. Raises `TooManyRows`."""
    loop = asyncio.get_running_loop()
    stopping = asyncio.Event()

    async def turn() -> Sequence[Row] | None:
        return None if stopping.is_set() else await anext(pages, None)

    def turned() -> Iterator[Sequence[Row]]:
        while (page := asyncio.run_coroutine_threadsafe(turn(), loop).result()) is not None:
            yield page

    writing = asyncio.ensure_future(asyncio.to_thread(WRITERS[file_format], path, columns, turned()))
    try:
        await asyncio.shield(writing)
    except asyncio.CancelledError:
        # A thread cannot be cancelled: left alone, it would go on reading from a connection that others have.
        stopping.set()
        await asyncio.wait([writing])
        raise


def write_csv(path: Path, columns: Sequence[Column], pages: Iterable[Sequence[Row]]) -> None:
    """Comma-separated, with exact numbers; a text that looks like a formula is quoted by an apostrophe."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(BYTE_ORDER_MARK)
        writer = csv.writer(file)
        writer.writerow([column.name for column in columns])
        for page in pages:
            writer.writerows([_plain(cell) for cell in row] for row in page)


def write_xlsx(path: Path, columns: Sequence[Column], pages: Iterable[Sequence[Row]]) -> None:
    """A sheet; text is written as text, whatever it begins with. Raises `TooManyRows`."""
    # Loaded by whoever exports: an idle service does not carry it.
    from xlsxwriter import Workbook

    with Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.freeze_panes(1, 0)
        rooms = [_room(column.name) for column in columns]
        sheet.write_row(0, 0, [column.name for column in columns], book.add_format({"bold": True}))
        number = 0
        for page in pages:
            for row in page:
                number += 1
                if number > MOST_OF_A_SHEET:
                    raise TooManyRows(MOST_OF_A_SHEET)
                if number <= MEASURED:
                    rooms = [max(room, _room(_plain(cell))) for room, cell in zip(rooms, row, strict=True)]
                _write_row(sheet, number, row)
        for place, room in enumerate(rooms):
            sheet.set_column(place, place, min(room, WIDEST) + 2)


def _room(written: str) -> int:
    """How many digits wide a text is: a Chinese letter is two."""
    return sum(2 if east_asian_width(letter) in "FW" else 1 for letter in written)


def _write_row(sheet: Any, number: int, row: Row) -> None:
    for place, cell in enumerate(row):
        match cell:
            case None:
                pass
            case bool():
                sheet.write_boolean(number, place, cell)
            case int() | float() | Decimal():
                sheet.write_number(number, place, cell)
            case datetime():
                sheet.write_string(number, place, cell.isoformat())
            case _:
                sheet.write_string(number, place, cell)


def write_parquet(path: Path, columns: Sequence[Column], pages: Iterable[Sequence[Row]]) -> None:
    """One row group after the other; numbers as float64, instants in UTC."""
    from arro3.core import Array, DataType, Field, RecordBatch, RecordBatchReader, Schema
    from arro3.io import write_parquet as write_all

    instant = DataType.timestamp("us", tz="UTC")
    types: Mapping[Kind, Any] = {
        Kind.TEXT: DataType.utf8(),
        Kind.WHOLE: DataType.int64(),
        Kind.NUMBER: DataType.float64(),
        Kind.TRUTH: DataType.bool(),
        Kind.INSTANT: instant,
    }
    schema = Schema([Field(column.name, types[column.kind], nullable=True) for column in columns])

    def array(column: Column, cells: Sequence[Cell]) -> Any:
        values = [_stored(column.kind, cell) for cell in cells]
        if column.kind is Kind.INSTANT:
            return Array(values, DataType.int64()).cast(instant)
        return Array(values, types[column.kind])

    def batches() -> Iterator[Any]:
        for page in pages:
            cells = list(zip(*page, strict=True)) or [()] * len(columns)
            arrays = [array(*pair) for pair in zip(columns, cells, strict=True)]
            yield RecordBatch.from_arrays(arrays, schema=schema)

    write_all(RecordBatchReader.from_batches(schema, batches()), str(path), compression="zstd(3)")


def _stored(kind: Kind, cell: Cell) -> Any:
    if cell is None:
        return None
    if isinstance(cell, datetime):
        return round(cell.astimezone(UTC).timestamp() * 1_000_000)
    return float(cell) if kind is Kind.NUMBER else cell


def _plain(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            return cell.isoformat()
        case str():
            return f"'{cell}" if cell.startswith(FORMULA) else cell
        case _:
            return str(cell)


Writer = Callable[[Path, Sequence[Column], Iterable[Sequence[Row]]], None]
WRITERS: Mapping[Format, Writer] = {
    Format.CSV: write_csv,
    Format.XLSX: write_xlsx,
    Format.PARQUET: write_parquet,
}
