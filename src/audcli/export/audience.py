"""Write an audience to a file, and give a receipt.

export_audience(connection, "big_spenders", ExportOptions("indexed"), Path("big.csv"))
->  Receipt(members=1204, written=1204, size=311208, sha256="9f86d0…", …)
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import duckdb
import pyarrow as pa
from duckdb import DuckDBPyConnection

from audcli.errors import AudcliError
from audcli.export.files import Sink, opened
from audcli.export.formats import Sheet, drop_staged, lay_out
from audcli.export.members import Result, count_members, last_result
from audcli.export.options import ExportOptions, Format
from audcli.export.quoting import csv_line
from audcli.export.receipt import Receipt

Progress = Callable[[int], None]
"""Is told, now and then, how many bytes were written so far; it must not use the connection."""

_BATCH = 16_384
"""Pieces handed over at a time: about a megabyte."""

_SECONDS_PER_ID: dict[Format, float] = {"unformatted": 1.5e-6, "indexed": 2.4e-6, "single-column": 3e-6}
_SECONDS_PER_PHONE = 60e-6


def export_audience(
    connection: DuckDBPyConnection,
    key: str,
    options: ExportOptions,
    out: BinaryIO | Path,
    *,
    progress: Progress | None = None,
) -> Receipt:
    """Write the members of the last committed run of an audience, with keys and ids as that run had them.

    `out` is a stream, or the path of a file that is replaced when the new one is whole. Temporary tables
    named `export_…` come and go on the connection. Raises `AudcliError` when the key is no computed
    audience or the file cannot be written, `UsageError` when the options do not fit the audience, and
    `BrokenPipeError` when the reader of a pipe is gone.
    """
    result = last_result(connection, key)
    members = count_members(connection, result)
    try:
        with opened(out) as sink:
            sheet = lay_out(connection, result, options)
            sink.write(csv_line(sheet.header, options.line_end).encode())
            pieces = _write_pieces(connection, sheet.pieces, sink, progress)
    except duckdb.OutOfMemoryException as error:
        raise AudcliError(
            f"there is not enough memory and disk to export `{key}`",
            hint="give more with `--memory-limit`, or free disk space where the store is",
        ) from error
    finally:
        # What cannot be dropped after a failure of the engine is replaced by the next export.
        with suppress(duckdb.Error):
            drop_staged(connection)
    return _receipt(result, options, sheet, sink, members, pieces)


def _write_pieces(connection: DuckDBPyConnection, query: str, sink: Sink, progress: Progress | None) -> int:
    """Write the one column of text that a query gives, row after row, and count the rows."""
    pieces = 0
    # `sql` streams, where `execute` would hold the whole result in memory.
    with connection.sql(query).to_arrow_reader(_BATCH) as batches:
        for batch in batches:
            sink.write(_text(batch.column(0)))
            pieces += batch.num_rows
            if progress is not None:
                progress(sink.size)
    return pieces


def _text(column: pa.StringArray) -> memoryview:
    """Give all texts of a column in a row, which is how Arrow keeps them: nothing is copied."""
    if len(column) == 0:
        return memoryview(b"")
    _, offsets, characters = column.buffers()
    ends = memoryview(offsets).cast("i")
    return memoryview(characters)[ends[column.offset] : ends[column.offset + len(column)]]


def _receipt(result: Result, options: ExportOptions, sheet: Sheet, sink: Sink, members: int, pieces: int) -> Receipt:
    receipt = Receipt(
        key=result.key,
        format=options.format,
        run=result.run,
        as_of=result.as_of,
        header=sheet.header,
        members=members,
        written=members,
        size=sink.size,
        sha256=sink.sha256,
    )
    values = sheet.values
    if values is None:
        return receipt
    return replace(
        receipt,
        written=pieces,
        with_id=values.members,
        already_hashed=values.already_hashed,
        repeated=values.count - values.empty - values.invalid - pieces,
        dropped=(("empty", values.empty), ("invalid", values.invalid)),
    )


def expected_seconds(connection: DuckDBPyConnection, key: str, options: ExportOptions) -> float:
    """Guess how long an export will take, from the number of members and the average number of their ids.

    The rates are those of one machine with two cores: enough to decide whether to show the user anything at
    all. Raises `AudcliError` when the key is no computed audience.
    """
    result = last_result(connection, key)
    members = count_members(connection, result)
    if result.level == "accounts":
        return members * _SECONDS_PER_ID[options.format]
    id_type = (options.id_type or "email") if options.format == "single-column" else None
    [(ids, profiles)] = connection.execute(
        """select (select count(*) from identifiers where $type is null or type = $type),
            (select count(*) from profile_keys)""",
        {"type": id_type},
    ).fetchall()
    rate = _SECONDS_PER_PHONE if id_type == "phone" else _SECONDS_PER_ID[options.format]
    return rate * members * int(ids) / max(int(profiles), 1)
