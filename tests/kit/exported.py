"""Exports read back: CSV by the standard library, XLSX as the XML it is, Parquet by its own reader."""

import csv
import io
import zipfile
from collections.abc import Callable, Mapping
from typing import Any
from xml.etree import ElementTree

from arro3.io import read_parquet

Rows = list[dict[str, Any]]
SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def read_csv(content: bytes) -> Rows:
    assert content.startswith("\ufeff".encode())
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def cells(content: bytes) -> list[list[ElementTree.Element]]:
    """A sheet's cells, row by row."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))
    return [list(row) for row in sheet.iter(f"{SHEET}row")]


def read_xlsx(content: bytes) -> Rows:
    head, *rows = cells(content)
    names = {_column(cell): _value(cell) for cell in head}
    return [{**dict.fromkeys(names.values()), **_named(row, names)} for row in rows]


def _named(row: list[ElementTree.Element], names: Mapping[str, Any]) -> dict[str, Any]:
    return {names[_column(cell)]: _value(cell) for cell in row}


def _column(cell: ElementTree.Element) -> str:
    return cell.attrib["r"].rstrip("0123456789")


def _value(cell: ElementTree.Element) -> str:
    return "".join(part.text or "" for part in cell.iter() if part.tag in (f"{SHEET}v", f"{SHEET}t"))


def read_table(content: bytes) -> Rows:
    table = read_parquet(io.BytesIO(content)).read_all()
    columns = {name: table.column(name).to_pylist() for name in table.column_names}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


READERS: Mapping[str, Callable[[bytes], Rows]] = {
    "csv": read_csv,
    "xlsx": read_xlsx,
    "parquet": read_table,
}
