"""Small stores with one computed audience, and what an export makes of them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence

import duckdb
import pyarrow as pa

from audcli.export import ExportOptions, Receipt, export_key
from audcli.tables import SCHEMA

Ids = Sequence[tuple[str, str]]
"""The external ids of a profile, type and value, in the order in which they were first seen."""

KEY = "big_spenders"


def profiles_store(members: Mapping[str, Ids], strangers: Mapping[str, Ids] | None = None) -> duckdb.DuckDBPyConnection:
    """Make a store in memory whose audience holds the `members`, by key, and not the `strangers`."""
    connection = empty_store()
    everyone = {**members, **(strangers or {})}
    ids = [(profile, second, *id_) for profile, its in enumerate(everyone.values()) for second, id_ in enumerate(its)]
    fill(connection, "profile_keys", [{"profile": n, "key": key} for n, key in enumerate(everyone)])
    fill(
        connection,
        "identifiers",
        [{"identifier": n, "type": type_, "value": value} for n, (_, _, type_, value) in enumerate(ids)],
    )
    fill(
        connection,
        "identity",
        [identity(n, profile, f"2026-01-01 00:00:00.{second:06}") for n, (profile, second, _, _) in enumerate(ids)],
    )
    add_audience(connection, "users", range(len(members)))
    return connection


def accounts_store(group_ids: Sequence[str]) -> duckdb.DuckDBPyConnection:
    """Make a store in memory whose audience holds accounts."""
    connection = empty_store()
    fill(connection, "accounts", [{"account": n, "group_id": group_id} for n, group_id in enumerate(group_ids)])
    add_audience(connection, "accounts", range(len(group_ids)))
    return connection


def trait_store(
    values: Mapping[str, object], ids: Mapping[str, Ids], name: str = KEY, kind: str = "trait"
) -> duckdb.DuckDBPyConnection:
    """Make a store in memory with profiles, by key, and a trait of theirs; what is no text is kept as JSON."""
    connection = profiles_store({}, ids)
    connection.execute("update definitions set kind = $1", [kind])
    add_trait(connection, 1, name, {number: values[key] for number, key in enumerate(ids) if key in values})
    return connection


def add_trait(connection: duckdb.DuckDBPyConnection, trait: int, name: str, values: Mapping[int, object]) -> None:
    """Enter a trait of the definition 1 with its values by entity, the way that a run stores them."""
    fill(connection, "trait_names", [{"trait": trait, "definition": 1, "name": name}])
    fill(connection, "trait_values", [stored_value(trait, entity, value) for entity, value in values.items()])


def stored_value(trait: int, entity: int, value: object) -> dict[str, object]:
    """Give a row of `trait_values`: what a double holds exactly as a number, everything else as JSON."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and float(value) == value
    number, text = (float(value), None) if is_number else (None, json_of(value))  # type: ignore[arg-type]
    return {"trait": trait, "entity": entity, "number": number, "json": text, "since_run": 1, "until_run": None}


def json_of(value: object) -> str:
    """Write a value as the ledger keeps it: compact, names sorted."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def empty_store(path: str = ":memory:") -> duckdb.DuckDBPyConnection:
    """Make a store without rows, in which columns that an export does not read may be left out."""
    connection = duckdb.connect(path)
    connection.execute(SCHEMA)
    required = connection.execute(
        "select table_name, column_name from duckdb_columns() where not is_nullable and not internal"
    ).fetchall()
    for table, column in required:
        connection.execute(f"alter table {table} alter {column} drop not null")
    return connection


def add_audience(connection: duckdb.DuckDBPyConnection, level: str, entities: Iterable[int]) -> None:
    """Enter run 1, which computed the audience `KEY` and found these entities."""
    fill(connection, "definitions", [{"definition": 1, "key": KEY, "kind": "audience", "level": level}])
    add_run(connection, 1, entities)


def add_run(connection: duckdb.DuckDBPyConnection, run: int, entered: Iterable[int], *, outcome: str = "ok") -> None:
    """Enter a run of the audience over the generation of its own number, as of the first day of that month."""
    fill(connection, "runs", [{"run": run, "as_of": f"2026-{run:02}-01", "generation": run}])
    fill(connection, "results", [{"run": run, "definition": 1, "outcome": outcome}])
    fill(connection, "memberships", [{"definition": 1, "entity": entity, "entered_run": run} for entity in entered])


def identity(identifier: int, profile: int, first_seen: str = "2026-01-01", since: int = 1) -> dict[str, object]:
    """Give a row of `identity` that still holds."""
    return {
        "identifier": identifier, "profile": profile, "first_seen": first_seen, "since_generation": since,
        "until_generation": None,
    }  # fmt: skip


def fill(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows into a table of the store, by the names of their columns."""
    if rows:
        connection.register("new_rows", pa.Table.from_pylist(rows))
        connection.execute(f"insert into {table} by name from new_rows")
        connection.unregister("new_rows")


def exported(connection: duckdb.DuckDBPyConnection, options: ExportOptions) -> tuple[bytes, Receipt]:
    """Export the audience into memory."""
    out = io.BytesIO()
    receipt = export_key(connection, KEY, options, out)
    return out.getvalue(), receipt
