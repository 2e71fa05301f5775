"""Rows that are known here go into a table by one statement: one a row takes twenty times as long.

[(1, "vips"), (2, "eu")]   ->   insert into definitions select unnest([1, 2]), unnest(['vips', 'eu'])
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import duckdb


def insert_rows(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[tuple[object, ...]]) -> None:
    """Insert rows of all columns of a table, which there may be none of."""
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    connection.execute(f"insert into {table} select {', '.join('unnest(?)' for _ in columns)}", columns)


@contextmanager
def in_any_order(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Let rows be written in whatever order they come: with one core to put them in order, others had to wait."""
    connection.execute("set preserve_insertion_order = false")
    try:
        yield
    finally:
        connection.execute("set preserve_insertion_order = true")
