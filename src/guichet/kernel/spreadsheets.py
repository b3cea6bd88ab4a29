"""Tables for spreadsheet programs: CSV and XLSX, written a part at a time and safe to open.

A cell that begins like a formula would be run by the reader's program. In CSV such a text gets an
apostrophe in front (OWASP, "CSV Injection"); in XLSX every text is typed as one.
"""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncGenerator, AsyncIterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from importlib import import_module
from typing import IO, Any

UTF8_MARK = "\ufeff"
"""Without it a spreadsheet program may read UTF-8 as something else."""
CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
CELL_CHARACTERS_MAX = 32_767
"""What one cell of XLSX holds."""
SPOOLED_BYTES_MAX = 1024 * 1024
CHUNK_BYTES = 64 * 1024
COLUMN_WIDTH = 22

Cell = str | int | Decimal | datetime | None
"""A `datetime` without zone, as clocks at the place show it."""
Rows = Sequence[Sequence[Cell]]


def safe_text(text: str) -> str:
    """Return the text so that no spreadsheet program takes it for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


async def csv_chunks(header: Sequence[str], parts: AsyncIterable[Rows]) -> AsyncGenerator[bytes]:
    """Yield a CSV document: RFC 4180 with commas, UTF-8 with a byte order mark."""
    yield (UTF8_MARK + _lines([header])).encode()
    async for rows in parts:
        yield _lines(rows).encode()


async def xlsx_chunks(
    title: str, header: Sequence[str], parts: AsyncIterable[Rows]
) -> AsyncGenerator[bytes]:
    """Yield a workbook with one sheet. Rows go to a temporary file, so memory stays bounded."""
    with tempfile.SpooledTemporaryFile(SPOOLED_BYTES_MAX) as target:
        sheet = await asyncio.to_thread(_Sheet, target, title, header)
        try:
            async for rows in parts:
                await asyncio.to_thread(sheet.add, rows)
        finally:
            # Also where somebody stopped reading: it removes the rows' temporary file.
            await asyncio.to_thread(sheet.close)
        target.seek(0)
        while chunk := await asyncio.to_thread(target.read, CHUNK_BYTES):
            yield chunk


class _Sheet:
    """The one sheet of a workbook that is written row by row."""

    def __init__(self, target: IO[bytes], title: str, header: Sequence[str]) -> None:
        # Loading it costs memory and time that only who exports shall pay.
        writer: Any = import_module("xlsxwriter")
        self._book: Any = writer.Workbook(
            target, {"constant_memory": True, "default_date_format": ""}
        )
        self._sheet: Any = self._book.add_worksheet(_sheet_name(title))
        self._moment: Any = self._book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
        self._amount: Any = self._book.add_format({"num_format": "0.00"})
        bold = self._book.add_format({"bold": True})
        self._sheet.set_column(0, max(0, len(header) - 1), COLUMN_WIDTH)
        self._sheet.freeze_panes(1, 0)
        for column, name in enumerate(header):
            self._sheet.write_string(0, column, name, bold)
        self._row = 1

    def add(self, rows: Rows) -> None:
        """Write rows below those that are there."""
        for row in rows:
            for column, cell in enumerate(row):
                self._write(column, cell)
            self._row += 1

    def close(self) -> None:
        """Write the workbook to its target."""
        self._book.close()

    def _write(self, column: int, cell: Cell) -> None:
        match cell:
            case None | "":
                return
            case str():
                self._sheet.write_string(self._row, column, _cell_text(cell))
            case datetime():
                self._sheet.write_datetime(self._row, column, cell, self._moment)
            case Decimal():
                self._sheet.write_number(self._row, column, cell, self._amount)
            case int():
                self._sheet.write_number(self._row, column, cell)


def _lines(rows: Rows) -> str:
    target = io.StringIO()
    csv.writer(target).writerows([_csv_cell(cell) for cell in row] for row in rows)
    return target.getvalue()


def _csv_cell(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case datetime():
            return cell.strftime("%Y-%m-%d %H:%M")
        case str():
            return safe_text(cell)
        case _:
            return str(cell)


def _sheet_name(title: str) -> str:
    kept = "".join(sign for sign in title if sign.isprintable() and sign not in "[]:*?/\\'")
    return kept.strip()[:31].strip() or "1"


def _cell_text(text: str) -> str:
    return "".join(_storable(text))[:CELL_CHARACTERS_MAX]


def _storable(text: str) -> Iterator[str]:
    for sign in text:
        # XML 1.0 has no other control characters.
        yield sign if sign >= " " or sign in "\t\n\r" else " "
