"""What a store holds, in forms that do not depend on the order in which it came in."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from audcli.ingest import FileSummary
from audcli.store import Store

NOW = datetime(2026, 7, 1)

Take = Callable[..., FileSummary]
"""Ingests records (JSON values, or lines as bytes) as one file of JSON lines: the fixture `take`."""

TABLES = (
    "store_state",
    "call_names",
    "calls",
    "identifiers",
    "links",
    "profile_keys",
    "identity",
    "accounts",
    "catalog",
    "rejects",
)


def calls(store: Store) -> dict[str, dict[str, Any]]:
    """All calls by message id, with numbers replaced by what they stand for."""
    found = store.connection.execute("""
        select message_id, call_names.type as type, name, time, received_at, user_id, anonymous_id, group_id,
            identifiers.type || ':' || value as first_id,
            properties::json::varchar as properties, context::json::varchar as context
        from calls join call_names using (call_name) left join accounts using (account)
            left join identifiers using (identifier)""")
    columns = [column[0] for column in found.description]
    rows = [dict(zip(columns, row, strict=True)) for row in found.fetchall()]
    for row in rows:
        for field in ("properties", "context"):
            row[field] = None if row[field] is None else json.loads(row[field])
    return {row.pop("message_id"): row for row in rows}


def profiles(store: Store) -> dict[str, set[tuple[str, str]]]:
    """The ids of each profile, by its key."""
    found: dict[str, set[tuple[str, str]]] = {}
    rows = store.connection.execute("""
        select key, type, value
        from identity join identifiers using (identifier) join profile_keys using (profile)
        where until_generation is null""")
    for key, type_, value in rows.fetchall():
        found.setdefault(key, set()).add((type_, value))
    return found


def first_seen(store: Store) -> dict[tuple[str, str], Any]:
    """When each id was first seen."""
    rows = store.connection.execute("""
        select type, value, first_seen from identity join identifiers using (identifier)
        where until_generation is null""")
    return {(type_, value): time for type_, value, time in rows.fetchall()}


def refused_links(store: Store) -> set[tuple[tuple[str, str], tuple[str, str]]]:
    """The links that were not made."""
    rows = store.connection.execute("""
        select one.type, one.value, other.type, other.value
        from links join identifiers one using (identifier)
            join identifiers other on other.identifier = links.other
        where refused""")
    return {((row[0], row[1]), (row[2], row[3])) for row in rows.fetchall()}


def components(store: Store) -> set[frozenset[tuple[str, str]]]:
    """The ids that links hold together."""
    rows = store.connection.execute("select list((type, value)) from identifiers group by component")
    return {frozenset((id_[0], id_[1]) for id_ in map(tuple, ids)) for (ids,) in rows.fetchall()}


def reject_reasons(store: Store) -> set[tuple[bytes, str]]:
    """The text and the reason of each reject."""
    rows = store.connection.execute("select coalesce(raw, digest::blob), reason from rejects")
    return set(rows.fetchall())


def everything(store: Store) -> dict[str, list[Any]]:
    """Every row of every table but `ingests`."""
    return {
        table: store.connection.execute(f"select columns(*)::varchar from (from {table}) order by all").fetchall()
        for table in TABLES
    }


def clear(store: Store) -> None:
    """Make the store as new."""
    for table in (*TABLES[1:], "ingests"):
        store.connection.execute(f"delete from {table}")
    store.connection.execute(
        "update store_state set generation = 0, loose_from = (select coalesce(max(rowid) + 1, 0) from calls)"
    )
