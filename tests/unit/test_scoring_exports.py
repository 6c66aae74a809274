"""导出: what a cell becomes in each format, and that no text becomes a formula."""

import asyncio
import re
import zipfile
from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from services.scoring.api import export_files
from services.scoring.api.export_files import Column, Format, Kind, Row, write
from services.scoring.domain.errors import TooManyRows
from tests.kit.case_story import SHANGHAI
from tests.kit.exported import READERS, cells

COLUMNS = (
    Column("text"),
    Column("whole", Kind.WHOLE),
    Column("number", Kind.NUMBER),
    Column("truth", Kind.TRUTH),
    Column("instant", Kind.INSTANT),
)
AT = datetime(2026, 11, 18, 12, 0, tzinfo=SHANGHAI)
ROW: Row = ("东花市街道", 3, Decimal("0.8999"), True, AT)


async def pages(*made: Sequence[Row]) -> AsyncIterator[Sequence[Row]]:
    for page in made:
        yield page


async def written(folder: Path, name: Format, *made: Sequence[Row]) -> bytes:
    path = folder / f"made.{name}"
    await write(path, name, COLUMNS, pages(*made))
    return path.read_bytes()


@pytest.mark.parametrize("name", list(Format))
async def test_every_format_holds_all_pages_and_keeps_nothing_as_something(
    tmp_path: Path, name: Format
) -> None:
    rows = READERS[name](await written(tmp_path, name, [ROW], [ROW, ("", None, None, None, None)]))
    assert len(rows) == 3
    assert rows[0] == rows[1]
    assert (rows[0]["text"], float(rows[0]["number"])) == ("东花市街道", 0.8999)
    assert int(rows[0]["whole"]) == 3
    assert {value or None for value in rows[2].values()} == {None}
    instant = rows[0]["instant"]
    assert (datetime.fromisoformat(instant) if isinstance(instant, str) else instant) == AT


async def test_a_sheet_shows_whole_names_and_ids_and_keeps_its_head(tmp_path: Path) -> None:
    """Not `1.1E+11` or a name that is cut off at the next cell."""
    case = "019ab3f0-0000-7000-8000-000000000001"
    await written(tmp_path, Format.XLSX, [(case, *ROW[1:])], [("街" * 40, *ROW[1:])])
    with zipfile.ZipFile(tmp_path / "made.xlsx") as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
    first, whole, *_, instant = map(float, re.findall(r'<col min="\d+" max="\d+" width="([\d.]+)"', sheet))
    assert len(case) <= first <= 64
    assert len("whole") <= whole < 10
    assert instant >= len(AT.isoformat())
    assert 'state="frozen"' in sheet


@pytest.mark.parametrize("name", list(Format))
async def test_an_empty_export_has_its_columns(tmp_path: Path, name: Format) -> None:
    assert READERS[name](await written(tmp_path, name)) == []
    assert READERS[name](await written(tmp_path, name, [])) == []


@pytest.mark.parametrize("text", ["=1+1", "+86", "-2", "@SUM(A1)", "\t=1", "\r=1", "＝1", '=HYPERLINK("x")'])
async def test_no_text_becomes_a_formula(tmp_path: Path, text: str) -> None:
    row = (text, -3, Decimal("-0.5"), False, AT)
    (read,) = READERS["csv"](await written(tmp_path, Format.CSV, [row]))
    assert read["text"] == f"'{text}"
    # A number is one, negative or not.
    assert (read["whole"], read["number"]) == ("-3", "-0.5")
    cell = cells(await written(tmp_path, Format.XLSX, [row]))[1][0]
    assert cell.attrib["t"] == "inlineStr"
    assert not [part for part in cell.iter() if part.tag.endswith("}f")]
    (kept,) = READERS["parquet"](await written(tmp_path, Format.PARQUET, [row]))
    assert kept["text"] == text


async def test_a_sheet_holds_no_more_than_excel_opens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export_files, "MOST_OF_A_SHEET", 3)
    await written(tmp_path, Format.XLSX, [ROW] * 3)
    with pytest.raises(TooManyRows):
        await written(tmp_path, Format.XLSX, [ROW] * 4)


async def test_whoever_is_cancelled_leaves_no_thread_reading_on(tmp_path: Path) -> None:
    begun = asyncio.Event()
    turned = 0

    async def endless() -> AsyncIterator[Sequence[Row]]:
        nonlocal turned
        while True:
            turned += 1
            begun.set()
            await asyncio.sleep(0)
            yield [ROW]

    writing = asyncio.create_task(write(tmp_path / "made.csv", Format.CSV, COLUMNS, endless()))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    before = turned
    for _ in range(50):
        await asyncio.sleep(0)
    assert turned == before
