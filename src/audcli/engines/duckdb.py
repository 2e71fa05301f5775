"""Runs a script inside the store's own DuckDB connection."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb

from audcli.engines.cores import Cores
from audcli.engines.side_by_side import Connect, run_side_by_side
from audcli.errors import StatementFailed
from audcli.sql.script import ListTable, Script, Statement
from audcli.tables import WORK

if TYPE_CHECKING:
    import pyarrow as pa

DIALECT = "duckdb"

_OF_THE_STORE = (
    duckdb.ConnectionException,
    duckdb.FatalException,
    duckdb.InternalException,
    duckdb.InterruptException,
    duckdb.IOException,
    duckdb.TransactionException,
)
"""What is wrong with the store or the disk, or an interrupt, and not with a statement."""

_MORE_MEMORY = "give more with `--memory-limit`, or free disk space where the store is"

_MOST_SIDE_BY_SIDE = 4
"""Each statement may need working memory for all entities."""

ReadList = Callable[[ListTable], "pa.Array"]
"""Gives the values of a list as an array of texts."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long one statement took, in seconds, and how many rows its table has.

    `calls` is the type and name of the calls that it reads, None where it reads none of one name.
    """

    table: str
    purpose: str
    calls: str | None
    seconds: float
    rows: int


def run(connection: duckdb.DuckDBPyConnection, script: Script, read_list: ReadList) -> tuple[Timing, ...]:
    """Run all statements of the script; its memberships stand in tables of the work database afterwards.

    Outside a transaction, which the failure of one statement would end. Raises `StatementFailed` for what may be the
    fault of that statement alone.
    """
    _fill_all(connection, script, read_list)
    return tuple(_timed(connection, each) for each in script.statements)


def run_on_cores(
    cores: int, connection: duckdb.DuckDBPyConnection, connect: Connect, script: Script, read_list: ReadList
) -> tuple[Timing, ...]:
    """Do the same with statements side by side, as many as there are cores, on connections that `connect` opens."""
    if cores == 1:
        return run(connection, script, read_list)
    _fill_all(connection, script, read_list)
    most = min(cores, _MOST_SIDE_BY_SIDE)
    shared = Cores(cores, most, script.statements)

    def run_one(connection: duckdb.DuckDBPyConnection, statement: Statement) -> Timing:
        with shared.given_to(statement, connection):
            return _timed(connection, statement)

    try:
        return run_side_by_side(connect, script.statements, run_one, most)
    finally:
        shared.give_back(connection)


def sql_for(script: Script, table: str) -> str:
    """Write out the statements by which a table is made, each with what it is for as a comment."""
    return "\n\n".join(
        f"-- {each.table}: {' '.join(each.purpose.split())}\n{each.sql(DIALECT, pretty=True)};"
        for each in script.statements_for(table)
    )


def _fill_all(connection: duckdb.DuckDBPyConnection, script: Script, read_list: ReadList) -> None:
    for list_table in script.lists:
        _fill(connection, list_table, read_list(list_table))


def _fill(connection: duckdb.DuckDBPyConnection, list_table: ListTable, values: pa.Array) -> None:
    import pyarrow as pa

    rows = pa.table({"value": values})
    connection.register("list_values", rows)
    connection.execute(f"create or replace table {WORK}.{list_table.table} as select value from list_values").fetchall()
    connection.unregister("list_values")


def _timed(connection: duckdb.DuckDBPyConnection, statement: Statement) -> Timing:
    sql = statement.sql(DIALECT)
    started = time.perf_counter()
    try:
        made = connection.execute(sql).fetchall()
    except _OF_THE_STORE:
        raise
    except duckdb.OutOfMemoryException as error:
        raise StatementFailed("there is not enough working memory for it", hint=_MORE_MEMORY) from error
    except duckdb.Error as error:
        raise StatementFailed(f"the engine could not find {statement.purpose}: {str(error).splitlines()[0]}") from error
    rows = sum(number for (number,) in made)  # a view has none yet, and says nothing
    return Timing(statement.table, statement.purpose, statement.calls, time.perf_counter() - started, rows)
