"""The engine that queries run in: in memory, holding what they may read, and locked before it meets the first one.

open_engine(...)  ->  fill(engine, "events", rows)  ->  lock(engine)  ->  describe(engine, sql) / execute(engine, sql)
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import duckdb

from audcli.sql_traits.described import Column, Described
from audcli.sql_traits.refusals import Refusal
from audcli.sql_traits.relations import VIEWS
from audcli.sql_traits.statement import Checked, check
from audcli.sql_traits.values import id_text
from audcli.sql_traits.words import reason_of

HIDDEN = "hidden"
"""The schema of the tables behind the views, which queries cannot name: views have no row numbers to read."""

RESULTS = "results"
"""The schema of what a query gave, apart from what it reads: a source may have any name."""

RESULT = f"{RESULTS}.given"

_KEPT_OPTIMIZERS = ("unused_columns", "deliminator", "unnest_rewriter", "cte_inlining")
_LOCKS = (
    "set enable_external_access = false",
    "set allow_community_extensions = false",
    "set allow_persistent_secrets = false",
    "set lock_configuration = true",
)


def open_engine(memory_limit: int, spill: str | None, as_of: str) -> duckdb.DuckDBPyConnection:
    """Open an engine with empty views; `memory_limit` is in bytes, `spill` a folder of its own.

    One thread reads everything in the order in which it was put in, so that the same query over the same data gives
    the same result to the last digit, whatever the machine.
    """
    connection = duckdb.connect(
        config={
            "memory_limit": f"{memory_limit}B",
            "temp_directory": spill or "",
            "threads": 1,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "python_enable_replacements": False,
        }
    )
    connection.execute("set TimeZone = 'UTC'; set enable_progress_bar = false")
    connection.execute(f"create schema {HIDDEN}; create schema {RESULTS}")
    # A macro's body can hold no parameter; the text is that of a `datetime`.
    connection.execute(f"create macro as_of() as timestamp '{as_of}'")
    for view, columns in VIEWS.items():
        types = ", ".join(f'"{name}" {type_}' for name, type_ in columns.items())
        connection.execute(f"create table {HIDDEN}.{view} ({types})")
        show(connection, view)
    return connection


def show(connection: duckdb.DuckDBPyConnection, relation: str) -> None:
    """Let queries read the hidden table of that name."""
    connection.execute(f'create view "{relation}" as select * from {HIDDEN}."{relation}"')


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    """Close everything that leads out of the engine, for good."""
    for statement in _LOCKS:
        connection.execute(statement)


def keep_plans_plain(connection: duckdb.DuckDBPyConnection) -> None:
    """Let plans show every column that a query names: over empty tables most of a query could be optimized away."""
    names = connection.execute("select name from duckdb_optimizers()").fetchall()
    disabled = ",".join(name for (name,) in names if name not in _KEPT_OPTIMIZERS)
    connection.execute(f"set disabled_optimizers = '{disabled}'")


def describe(connection: duckdb.DuckDBPyConnection, sql: str, relations: Iterable[str]) -> Described | Refusal:
    """Say what a query gives and reads without running it, or why it may not run; plans are plain."""
    checked = checked_query(connection, sql, relations)
    if isinstance(checked, Refusal):
        return checked
    try:
        result = connection.sql(sql)
        columns = (
            Column(name, str(type_), id_text("id", type_) is not None)
            for name, type_ in zip(result.columns, result.types, strict=True)
        )
        return Described(tuple(columns), _reads(connection, sql, checked.relations))
    except duckdb.Error as error:
        return Refusal("sql-does-not-fit", {"reason": reason_of(error)}, columns=checked.columns)


def execute(connection: duckdb.DuckDBPyConnection, sql: str, relations: Iterable[str]) -> Refusal | None:
    """Run a query and put its rows into the table `RESULT`, or say why it may not run. Raises `duckdb.Error`."""
    checked = checked_query(connection, sql, relations)
    if isinstance(checked, Refusal):
        return checked
    connection.execute(f"create or replace table {RESULT} as\n{sql}")
    return None


def checked_query(connection: duckdb.DuckDBPyConnection, sql: str, relations: Iterable[str]) -> Checked | Refusal:
    """Parse a query as the engine does, and check the tree."""
    if "\0" in sql:
        return Refusal("sql-not-readable", {"reason": "it holds a NUL character"})
    [(text,)] = connection.execute(
        "select json_serialize_sql($1::varchar, skip_default := true, skip_empty := true, skip_null := true)", [sql]
    ).fetchall()
    try:
        tree: dict[str, Any] = json.loads(text)
    except RecursionError:
        return Refusal("sql-not-readable", {"reason": "it is nested too deeply"})
    if tree["error"]:
        if "Only SELECT" in tree["error_message"]:
            return Refusal("sql-not-a-select")
        position = tree.get("position")
        return Refusal(
            "sql-not-readable",
            {"reason": str(tree["error_message"]).partition("\n")[0]},
            int(position) if position is not None else None,
        )
    checked = check(tree["statements"], frozenset(relations))
    if isinstance(checked, Refusal):
        return checked
    for name in sorted(checked.names):
        if _is_value_function(connection, name):
            return Refusal("sql-unknown-function", {"name": name}, columns=checked.columns)
    return checked


def _is_value_function(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Tell whether a bare name, quoted or not, is a function where it is no column: `current_date`, `user`."""
    quoted = '"' + name.replace('"', '""') + '"'
    try:
        connection.execute(f"describe select {quoted}")
    except duckdb.Error:
        return False
    return True


def _reads(connection: duckdb.DuckDBPyConnection, sql: str, relations: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Find the columns that a query reads of each relation, so that no others need be put in.

    The scans of its plan say which are left once unused ones have been taken out. Where they say nothing that can be
    understood, it is all of them.
    """
    columns: dict[str, list[str]] = {}
    rows = connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = $1 order by column_index", [HIDDEN]
    ).fetchall()
    for table, column in rows:
        columns.setdefault(table, []).append(column)
    [(_, plan)] = connection.execute(f"explain (format json) {sql}").fetchall()
    scanned: dict[str, set[str]] = {relation: set() for relation in relations}
    waiting: list[dict[str, Any]] = list(json.loads(plan))
    while waiting:
        node = waiting.pop()
        waiting.extend(node["children"])
        table = str(node["extra_info"].get("Table", "")).rpartition(".")[2].strip('"')
        if table in scanned:
            found = node["extra_info"].get("Projections", columns[table])
            scanned[table].update([found] if isinstance(found, str) else found)
    return {
        relation: tuple(name for name in columns[relation] if name in names or not names <= {*columns[relation], ""})
        for relation, names in scanned.items()
    }
