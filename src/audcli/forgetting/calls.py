"""The calls of a forgotten person go, and with them the accounts, names and kinds of value that only they showed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import duckdb

from audcli.forgetting.shrinking import shrink
from audcli.store.shapes import read_shapes, write_shapes
from audcli.stored_numbers import json_of_variant

_FETCH_ROWS = 10_000

_GONE_CALLS = f"""
    select call_name, {json_of_variant("properties")}, context
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


def remove_calls(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Remove the calls of `gone_ids`, and what nobody else's calls show of names, accounts and values.

    Leaves the temporary tables `touched_accounts`, which the calls carried, and `gone_accounts`, which no others do.
    Gives all texts among the properties and traits of the calls.
    """
    for statement in (_TOUCHED_NAMES, _TOUCHED_ACCOUNTS):
        connection.execute(statement)
    texts = _shrink_catalog(connection)
    connection.execute("delete from calls where identifier in (select identifier from gone_ids)")
    connection.execute("drop table if exists message_hashes")  # the next ingest makes it anew, without theirs
    connection.execute(_GONE_ACCOUNTS)
    connection.execute("delete from accounts where account in (select account from gone_accounts)")
    for table in ("call_names", "catalog"):
        connection.execute(
            f"delete from {table} where call_name in (from touched_names anti join calls using (call_name))"
        )
    return texts


def texts_in(value: Any) -> Iterator[str]:
    """Give the texts in a JSON value, at any depth."""
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from texts_in(item)
        case list():
            for item in value:
                yield from texts_in(item)


def _shrink_catalog(connection: duckdb.DuckDBPyConnection) -> set[str]:
    texts: set[str] = set()
    names = [name for (name,) in connection.execute("from touched_names").fetchall()]
    shapes = read_shapes(connection, names)
    rows = connection.execute(_GONE_CALLS)
    while batch := rows.fetchmany(_FETCH_ROWS):
        for name, properties, context in batch:
            given = json.loads(properties)
            texts.update(texts_in(given))
            shrink(shapes[name].properties, given)
            if context is not None:
                shrink(shapes[name].context, json.loads(context))
    write_shapes(connection, shapes)
    return texts
