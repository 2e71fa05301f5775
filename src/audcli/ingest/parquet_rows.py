"""Rows of Parquet files, their cells as JSON values, made column by column; rows are numbered from 1.

user_id: string, at: timestamp[us, UTC], price: decimal(8, 2), tags: list<string>
->  ["u1", "2026-01-31T10:00:00.000000Z", 19.9, ["a", "b"]]
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from audcli.errors import AudcliError
from audcli.ingest.arrow_values import is_readable, json_values
from audcli.ingest.json_text import encode
from audcli.ingest.readers import Record
from audcli.ingest.rows import BATCH_ROWS, Batch, Table
from audcli.ingest.unusable import Unusable, shown

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_BUFFER_BYTES = 1 << 20


def open_parquet(file: str, resources: ExitStack) -> Table:
    """Open a Parquet file. Raises `AudcliError` when it is none, or is cut short."""
    import pyarrow.parquet as pq  # brings file systems of the net along, for which no other format has to wait

    try:
        size = Path(file).stat().st_size
        # Arrow's threads can abort a process that ends while they are starting (apache/arrow#34314)
        opened = resources.enter_context(pq.ParquetFile(file, buffer_size=_BUFFER_BYTES, pre_buffer=False))
        schema = opened.schema_arrow
    except OSError as error:
        raise AudcliError(f"`{file}` cannot be read: {(error.strerror or 'it is damaged').lower()}") from error
    except pa.ArrowException as error:
        raise AudcliError(f"`{file}` cannot be read: it is no Parquet file, or is cut short") from error
    rows = opened.metadata.num_rows
    done = 0

    def batches(used: Collection[int]) -> Iterator[Batch]:
        nonlocal done
        _refuse_unreadable(file, schema, used)
        for cells in _read(opened, file, [schema.names[place] for place in sorted(used)]):
            yield from _batches(cells, done + 1, schema.names)
            done += cells.num_rows

    return Table(tuple(schema.names), None, batches, lambda: size * done // max(rows, 1))


def _refuse_unreadable(file: str, schema: pa.Schema, used: Collection[int]) -> None:
    for place in sorted(used):
        field = schema.field(place)
        if not is_readable(field.type):
            raise AudcliError(
                f"the column `{field.name}` of `{file}` has the type `{field.type}`, which no JSON value stands for: "
                f"leave it out with `--drop {field.name}`"
            )


def _read(opened: pq.ParquetFile, file: str, names: list[str]) -> Iterator[pa.RecordBatch]:
    try:
        yield from opened.iter_batches(BATCH_ROWS, columns=names, use_threads=False)
    except (OSError, pa.ArrowException) as error:
        raise AudcliError(f"`{file}` cannot be read: it is damaged") from error


def _batches(cells: pa.RecordBatch, first: int, names: list[str]) -> Iterator[Batch]:
    """Give the rows, in which the columns that were not read are absent; halve them to find one that is no text."""
    try:
        read = {name: json_values(column) for name, column in zip(cells.schema.names, cells.columns, strict=True)}
    except UnicodeDecodeError:
        if cells.num_rows == 1:
            yield Batch((), (), [_not_text(cells, first)])
            return
        half = cells.num_rows // 2
        yield from _batches(cells.slice(0, half), first, names)
        yield from _batches(cells.slice(half), first + half, names)
        return
    absent = [None] * cells.num_rows
    rows = zip(*(read.get(name, absent) for name in names), strict=True)
    yield Batch(range(first, first + cells.num_rows), list(map(list, rows)), ())


def _not_text(row: pa.RecordBatch, number: int) -> Record:
    """Reject a row; its text is as JSON would write it, around the bytes that are no text."""
    written, broken = [], ""
    for name, column in zip(row.schema.names, row.columns, strict=True):
        try:
            value = encode(json_values(column)[0])
        except UnicodeDecodeError:
            broken = broken or name
            value = b'"%b"' % _bytes(column)
        written.append(encode(name) + b":" + value)
    problem = Unusable("invalid_utf8", f"the column {shown(broken)} is not UTF-8")
    return Record(number, b"{%b}" % b",".join(written), problem)


def _bytes(column: pa.Array) -> bytes:
    try:
        return bytes(column.cast(pa.large_binary())[0].as_py())
    except pa.ArrowException:  # the text stands deeper inside
        return b"\xff"
