"""A sheet on its way into one file, or into several of so many rows each, every one with a header of its own.

header email, lines a b c, max_rows 2    ->    email a b    email c
"""

from __future__ import annotations

from collections.abc import Callable

from audcli.export.files import Sink
from audcli.export.formats import Sheet
from audcli.export.options import ExportOptions
from audcli.export.progress import Progress
from audcli.export.quoting import csv_line, text_of
from audcli.export.receipt import File

_ENDLESS = 2**62


def write(
    sheet: Sheet, options: ExportOptions, first: Sink, begin: Callable[[], Sink], progress: Progress | None
) -> tuple[File, ...]:
    """Write the sheet into the first file, and into those that `begin` gives when one has `max_rows`."""
    header = b"" if sheet.header is None else csv_line(sheet.header, options.line_end).encode()
    max_rows = options.max_rows or _ENDLESS
    files: list[File] = []
    sink, rows, written = first, 0, 0
    sink.write(header)
    for lines in sheet.lines:
        while len(lines):
            if rows == max_rows:
                files.append(_file(sink, rows))
                written += sink.size
                sink, rows = begin(), 0
                sink.write(header)
            part = lines.slice(0, max_rows - rows)
            sink.write(text_of(part))
            rows += len(part)
            lines = lines.slice(len(part))
            if progress is not None:
                progress("bytes written", written + sink.size, None)
    return (*files, _file(sink, rows))


def _file(sink: Sink, rows: int) -> File:
    return File(sink.path, rows, sink.size, sink.sha256)
