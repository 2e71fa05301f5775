"""Workers and the trees of queries, without definitions or a store around them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

from audcli.sql_traits.process import Process

Rows = list[dict[str, Any]]


def tree_of(sql: str) -> list[dict[str, Any]]:
    """Parse a query into the tree that is checked."""
    [(text,)] = duckdb.execute(
        "select json_serialize_sql($1::varchar, skip_default := true, skip_empty := true, skip_null := true)", [sql]
    ).fetchall()
    tree: dict[str, Any] = json.loads(text)
    assert not tree["error"], tree["error_message"]
    statements: list[dict[str, Any]] = tree["statements"]
    return statements


@contextmanager
def worker(*, memory_limit: int = 2**30, **sources: Path) -> Iterator[Process]:
    """Start a worker whose engine is open, as of 2026-07-01; the sources are read whole."""
    process = Process()
    try:
        request = {"do": "open", "as_of": "2026-07-01 00:00:00", "memory_limit": memory_limit, "spill": None,
                   "sources": {name: str(path) for name, path in sources.items()}, "describing": False}  # fmt: skip
        process.ask(request, 60)
        yield process
    finally:
        process.kill()


def rows_of(process: Process, sql: str, *traits: str, ids: Sequence[str] = ("key",), seconds: float = 60) -> Rows:
    """Run a query and give its rows as they go out."""
    process.ask({"do": "run", "sql": sql, "ids": list(ids), "traits": list(traits)}, seconds)
    rows: Rows = process.rows().read_all().to_pylist()
    return rows


def value_of(process: Process, expression: str) -> object:
    """Give what an expression becomes as the value of a trait; None where it is absent."""
    [row] = rows_of(process, f"select 'a' as key, {expression} as it", "it")
    return row["number_1"] if row["number_1"] is not None else row["json_1"]
