"""Write an audience or a trait to a file, and give a receipt.

export_key(connection, "big_spenders", ExportOptions("indexed"), Path("big.csv"))
->  Receipt(members=1204, written=1204, size=311208, sha256="9f86d0…", …)
"""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import duckdb
from duckdb import DuckDBPyConnection

from audcli.errors import AudcliError
from audcli.export.files import left_over, opened
from audcli.export.formats import Sheet, lay_out
from audcli.export.members import count_entities, count_members
from audcli.export.options import ExportOptions
from audcli.export.progress import Progress
from audcli.export.receipt import File, Receipt
from audcli.export.results import Result, last_result
from audcli.export.writing import write


def export_key(
    connection: DuckDBPyConnection,
    key: str,
    options: ExportOptions,
    out: BinaryIO | Path,
    *,
    progress: Progress | None = None,
) -> Receipt:
    """Write the last committed result of an audience or a trait, with keys and ids as that run had them.

    `out` is a stream, or the path of a file that is replaced when the new one is whole; with `max_rows` it is the path
    that numbers are added to. Temporary tables named `export_…` come and go on the connection. Raises `AudcliError`
    when the key was never computed or a file cannot be written, `UsageError` when the options do not fit what is
    exported, and `BrokenPipeError` when the reader of a pipe is gone.
    """
    started = time.perf_counter()
    result = last_result(connection, key)
    try:
        with opened(out, split=options.max_rows is not None) as begin:
            first = begin()
            sheet = lay_out(connection, result, options, progress)
            files = write(sheet, options, first, begin, progress)
        receipt = _receipt(connection, result, options, sheet, files, time.perf_counter() - started)
        return replace(receipt, left_over=left_over(out, len(files)) if options.max_rows is not None else ())
    except duckdb.OutOfMemoryException as error:
        raise AudcliError(
            f"there is not enough memory and disk to export `{key}`",
            hint="give more with `--memory-limit`, or free disk space where the store is",
        ) from error
    finally:
        # What cannot be dropped after a failure of the engine is replaced by the next export.
        with suppress(duckdb.Error):
            _drop_staged(connection)


def _receipt(
    connection: DuckDBPyConnection,
    result: Result,
    options: ExportOptions,
    sheet: Sheet,
    files: tuple[File, ...],
    seconds: float,
) -> Receipt:
    receipt = Receipt(
        key=result.key,
        kind="audience" if result.trait is None else "trait",
        level=result.level,
        format=options.format,
        run=result.run,
        as_of=result.as_of,
        header=sheet.header,
        members=count_members(connection, result),
        users=None if options.users is None else count_entities(connection),
        written=sum(file.rows for file in files),
        size=sum(file.size for file in files),
        sha256=files[0].sha256 if len(files) == 1 else None,
        seconds=seconds,
        files=files,
    )
    if sheet.column is None or sheet.values is None:
        return receipt
    profile, values = sheet.column.profile, sheet.values
    return replace(
        receipt,
        id_type=sheet.column.id_type,
        match=None if profile is None else profile.name,
        max_rows=None if profile is None else profile.max_rows,
        with_id=values.members,
        already_hashed=values.already_hashed,
        repeated=values.count - values.empty - values.invalid - receipt.written,
        dropped=(("empty", values.empty), ("invalid", values.invalid)),
    )


def _drop_staged(connection: DuckDBPyConnection) -> None:
    staged = connection.execute("""
        select 'view', view_name from duckdb_views() where temporary and starts_with(view_name, 'export_')
        union all
        select 'table', table_name from duckdb_tables() where temporary and starts_with(table_name, 'export_')
        """).fetchall()
    for kind, name in staged:
        connection.execute(f"drop {kind} if exists temp.{name}")
    connection.execute("detach database if exists export_stage")
