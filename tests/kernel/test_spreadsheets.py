"""Tables open in spreadsheet programs as they were meant, whatever people typed into them."""

import csv
import io
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import AsyncGenerator, AsyncIterable
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

from guichet.kernel.spreadsheets import Rows, csv_chunks, safe_text, xlsx_chunks

AT = datetime(2027, 6, 15, 20, 30)  # noqa: DTZ001 - as clocks at the place show it
ROW = ("Élodie, “née” Brûlé", 3, Decimal("1234.50"), AT, None)
FORMULAS = [
    "=1+1",
    '=HYPERLINK("http://x.example","y")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    '=cmd|"/c x"!A0',
]


def files_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def parts(*given: Rows) -> AsyncGenerator[Rows]:
    for rows in given:
        yield rows


async def whole(chunks: AsyncIterable[bytes]) -> bytes:
    return b"".join([chunk async for chunk in chunks])


async def read_csv(*given: Rows) -> list[list[str]]:
    content = await whole(csv_chunks(["a", "b"], parts(*given)))
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


async def read_sheet(*given: Rows, title: str = "T") -> str:
    content = await whole(xlsx_chunks(title, ["a", "b"], parts(*given)))
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        assert book.testzip() is None
        return book.read("xl/worksheets/sheet1.xml").decode()


async def test_a_csv_row_says_what_was_given() -> None:
    assert await read_csv([ROW], [("x", 1)]) == [
        ["a", "b"],
        ["Élodie, “née” Brûlé", "3", "1234.50", "2027-06-15 20:30", ""],
        ["x", "1"],
    ]


@pytest.mark.parametrize("text", FORMULAS)
async def test_what_looks_like_a_formula_is_a_text(text: str) -> None:
    (_header, (cell,)) = await read_csv([(text,)])
    assert cell == f"'{text}"
    sheet = await read_sheet([(text,)])
    assert "<f>" not in sheet
    assert 't="inlineStr"' in sheet


@pytest.mark.parametrize("text", ["", "Marc", "1+1", "a=b", "’=1"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert safe_text(text) == text


async def test_numbers_and_moments_are_typed_in_xlsx() -> None:
    sheet = await read_sheet([ROW])
    assert "<v>3</v>" in sheet
    assert re.search(r"<v>1234\.50?</v>", sheet)
    assert re.search(r"<v>4\d{4}\.854\d*</v>", sheet), "days since 1900"


async def test_any_text_is_stored_and_any_title_names_the_sheet() -> None:
    sheet = await read_sheet([("\x00\x0b<&>" + "y" * 40_000, "")], title="[a]:*?/\\ 'very' " * 9)
    assert "&lt;&amp;&gt;" in sheet
    assert sheet.count("y") < 33_000
    assert "<sheetData" in await read_sheet(title="///")


async def test_who_stops_reading_leaves_no_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    async def failing() -> AsyncGenerator[Rows]:
        yield [("x" * 1000,)] * 500
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        await whole(xlsx_chunks("T", ["a"], failing()))
    assert files_in(tmp_path) == []


def test_the_writer_is_loaded_by_who_exports_alone() -> None:
    code = "import guichet.kernel.spreadsheets, sys; sys.exit('xlsxwriter' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
