"""Runs a script inside the store's own DuckDB connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from audcli.sql.script import ListTable, Script

DIALECT = "duckdb"

ReadList = Callable[[ListTable], pa.Array]
"""Gives the values of a list as an array of texts."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one statement took, in seconds, and how many rows its table has."""

    table: str
    purpose: str
    seconds: float
    rows: int


def run(connection: duckdb.DuckDBPyConnection, script: Script, read_list: ReadList) -> tuple[Timing, ...]:
    """Run all statements of the script in the connection's transaction; its memberships stand there afterwards."""
    for list_table in script.lists:
        _fill(connection, list_table, read_list(list_table))
    return tuple(_timed(connection, each.table, each.purpose, each.sql(DIALECT)) for each in script.statements)


def _fill(connection: duckdb.DuckDBPyConnection, list_table: ListTable, values: pa.Array) -> None:
    rows = pa.table({"value": values})
    connection.register("list_values", rows)
    connection.execute(
        f"create or replace temporary table {list_table.table} as select value from list_values"
    ).fetchall()
    connection.unregister("list_values")


def _timed(connection: duckdb.DuckDBPyConnection, table: str, purpose: str, statement: str) -> Timing:
    started = time.perf_counter()
    [(rows,)] = connection.execute(statement).fetchall()
    return Timing(table, purpose, time.perf_counter() - started, int(rows))
