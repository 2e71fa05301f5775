"""The calls of a forgotten person go, and with them the accounts, names and kinds of value that only they showed."""

from __future__ import annotations

import json

import duckdb

from audcli.forgetting.shrinking import shrink
from audcli.store.shapes import read_shapes, write_shapes

_FETCH_ROWS = 10_000

_GONE_CALLS = """
    select call_name, properties::json::varchar, context::json::varchar
    from calls semi join gone_ids using (identifier)"""

_TOUCHED_NAMES = """
    create or replace temp table touched_names as
    select distinct call_name from calls semi join gone_ids using (identifier)"""

_TOUCHED_ACCOUNTS = """
    create or replace temp table touched_accounts as
    select distinct account from calls semi join gone_ids using (identifier) where account is not null"""

_GONE_ACCOUNTS = """
    create or replace temp table gone_accounts as
    from touched_accounts anti join calls using (account)"""


def remove_calls(connection: duckdb.DuckDBPyConnection) -> int:
    """Remove the calls of `gone_ids`, and what nobody else's calls show of names, accounts and values.

    Leaves the temporary table `gone_accounts`, and says how many these are.
    """
    for statement in (_TOUCHED_NAMES, _TOUCHED_ACCOUNTS):
        connection.execute(statement)
    _shrink_catalog(connection)
    connection.execute("delete from calls where identifier in (select identifier from gone_ids)")
    connection.execute(_GONE_ACCOUNTS)
    connection.execute("delete from accounts where account in (select account from gone_accounts)")
    for table in ("call_names", "catalog"):
        connection.execute(
            f"delete from {table} where call_name in (from touched_names anti join calls using (call_name))"
        )
    [(accounts,)] = connection.execute("select count(*) from gone_accounts").fetchall()
    return int(accounts)


def _shrink_catalog(connection: duckdb.DuckDBPyConnection) -> None:
    names = [name for (name,) in connection.execute("from touched_names").fetchall()]
    shapes = read_shapes(connection, names)
    rows = connection.execute(_GONE_CALLS)
    while batch := rows.fetchmany(_FETCH_ROWS):
        for name, properties, context in batch:
            shrink(shapes[name].properties, json.loads(properties))
            if context is not None:
                shrink(shapes[name].context, json.loads(context))
    write_shapes(connection, shapes)
