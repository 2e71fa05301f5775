"""Rows of CSV text (RFC 4180), each with the number of the line on which it begins.

    userId,plan\nu1,"a\nb"\nu2\n   ->   columns ("userId", "plan"); line 2: ["u1", "a\nb"]; line 4 is a reject

Lines end with LF, CRLF or CR. A row that is none is a reject alone: after a quote that goes wrong, reading goes on
with the next line.
"""

from __future__ import annotations

import csv
import io
from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack

from audcli.errors import AudcliError
from audcli.ingest.readers import BYTE_ORDER_MARK, Record, naming_errors, open_bytes
from audcli.ingest.rows import BATCH_ROWS, Batch, Table
from audcli.ingest.unusable import Unusable

_LARGEST_CELL = 1 << 26
"""Characters. A quote that is never closed takes in the rest of the file, and is given up here."""
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OTHER_SEPARATORS = {";": "semicolons", "\t": "tabs", "|": "bars"}

_Row = tuple[int, list[str]]
"""The line on which a row begins, and its cells."""


def open_csv(file: str, resources: ExitStack) -> Table:
    """Open a file of CSV and read its header. Raises `AudcliError` when it has none that can be used."""
    stream, bytes_read = open_bytes(file, resources)
    csv.field_size_limit(_LARGEST_CELL)
    with naming_errors(file):
        start = stream.peek(len(BYTE_ORDER_MARK))
        if start.startswith(_UTF16_MARKS):
            raise AudcliError(f"`{file}` is UTF-16 text: save it as UTF-8")
        if start.startswith(BYTE_ORDER_MARK):
            stream.read(len(BYTE_ORDER_MARK))
        rows = _rows(_Lines(io.TextIOWrapper(stream, encoding="utf-8", errors="surrogateescape", newline="")))
        columns = _header(next(rows, None), file)
    return Table(columns, "", lambda _: _batches(rows, file), bytes_read)


class _Lines:
    """The lines of a text, which remembers those of the row that is being read."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self.row: list[str] = []
        self.first = 1
        self._text = text
        self._again: deque[str] = deque()

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else next(self._text)
        self.row.append(line)
        return line

    def begin_row(self) -> None:
        """Forget the last row."""
        self.first += len(self.row)
        self.row.clear()

    def keep_first(self) -> None:
        """Let the row end with its first line, and read the others again."""
        self._again.extendleft(reversed(self.row[1:]))
        del self.row[1:]


def _rows(lines: _Lines) -> Iterator[_Row | Record]:
    """Give every row as wide as the first, which is the header, and records of all others; blank lines are none."""
    reader = csv.reader(lines, strict=True)
    width = 0
    while True:
        lines.begin_row()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            lines.keep_first()
            yield _reject(lines, Unusable("malformed_csv", "a quote does not end, or something follows it"))
            continue
        if not cells:
            continue
        width = width or len(cells)
        problem = _problem_of_text(lines)
        if problem is None and len(cells) != width:
            problem = Unusable("ragged_row", f"cells: {len(cells):,}, columns in the header: {width:,}")
        yield (lines.first, cells) if problem is None else _reject(lines, problem)


def _reject(lines: _Lines, problem: Unusable) -> Record:
    text = "".join(lines.row).rstrip("\r\n")
    return Record(lines.first, text.encode(errors="surrogateescape"), problem)


def _problem_of_text(lines: _Lines) -> Unusable | None:
    for line in lines.row:
        if not line.isascii():
            try:
                line.encode()
            except UnicodeEncodeError as error:
                before = len(line[: error.start].encode(errors="surrogateescape"))
                return Unusable("invalid_utf8", f"byte {before + 1} of a line is not UTF-8")
    return None


def _header(row: _Row | Record | None, file: str) -> tuple[str, ...]:
    if row is None:
        return ()
    if isinstance(row, Record):
        raise AudcliError(f"the header of `{file}` cannot be read: {row.value.detail}")
    columns = tuple(cell.strip() for cell in row[1])
    for mark, name in _OTHER_SEPARATORS.items():
        if len(columns) == 1 and mark in columns[0]:
            raise AudcliError(f"the columns of `{file}` are separated by {name}: CSV is separated by commas")
    return columns


def _batches(rows: Iterator[_Row | Record], file: str) -> Iterator[Batch]:
    places: list[int] = []
    cells: list[list[str]] = []
    unusable: list[Record] = []
    with naming_errors(file):
        for row in rows:
            if isinstance(row, Record):
                unusable.append(row)
            else:
                places.append(row[0])
                cells.append(row[1])
            if len(places) + len(unusable) >= BATCH_ROWS:
                yield Batch(places, cells, unusable)
                places, cells, unusable = [], [], []
    yield Batch(places, cells, unusable)
