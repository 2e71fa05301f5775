"""Where ids of a forgotten person are quoted: rejected records go, and other texts have the id cut out.

rejects           {"type": "track", "userId": "ann"      ->   gone
definition_texts  id: email, equals: ann@x.example       ->   id: email, equals: [forgotten]
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import duckdb

from audcli.ingest.mentions import TELLING_LENGTH, VALUE_BEGINS, VALUE_ENDS, comparable, finder

_FETCH_ROWS = 1_000
_CUT_OUT = "[forgotten]"

_TEXTS = (
    ("definition_texts", "text"),
    ("results", "reason"),
    ("ingests", "file"),
    ("rejects", "file"),
    ("trait_values", "json"),
)
"""The texts in the store that may quote a user's values, besides those of calls and what is made of them."""


def remove_rejects(connection: duckdb.DuckDBPyConnection, values: Collection[str]) -> list[str]:
    """Remove the rejects whose raw text or detail quotes one of the values; give the digest of each."""
    pattern = re.compile(_pattern(values).encode(), re.IGNORECASE)
    is_mentioned = finder({comparable(value) for value in values}.__contains__)
    quoting = [
        (row, digest)
        for row, raw, detail, digest in _rows(connection, "select rowid, raw, detail, digest from rejects")
        if pattern.search(raw or b"") or pattern.search(detail.encode()) or is_mentioned(raw, detail)
    ]
    rows = [row for row, _ in quoting]
    connection.execute("delete from rejects where rowid in (select unnest($rows))", {"rows": rows})
    return [digest for _, digest in quoting]


def cut_out(connection: duckdb.DuckDBPyConnection, values: Iterable[str]) -> int:
    """Cut the values out of all texts that quote them; say how many texts do.

    Digits alone that are few are left in place: they are as likely a limit in a definition as an id.
    """
    telling = [value for value in values if len(value) >= TELLING_LENGTH or not value.isdigit()]
    if not telling:
        return 0
    pattern = re.compile(_pattern(telling), re.IGNORECASE)
    changed = 0
    for table, column in _TEXTS:
        texts = _rows(connection, f"select rowid, {column} from {table} where {column} is not null")
        cut = [(pattern.sub(_CUT_OUT, text), row) for row, text in texts if pattern.search(text)]
        if cut:
            connection.executemany(f"update {table} set {column} = ? where rowid = ?", cut)
        changed += len(cut)
    return changed


def _pattern(values: Iterable[str]) -> str:
    """Give the expression that finds the values as people and JSON write them."""
    written = {form for value in values for form in (value, *_in_json(value))}
    parts = [_found_in_text(form) for form in sorted(written, key=lambda form: (-len(form), form))]
    return "|".join(parts)


def _found_in_text(value: str) -> str:
    escaped = re.escape(value)
    if len(value) >= TELLING_LENGTH:
        return rf"(?<![0-9A-Za-z]){escaped}(?![0-9A-Za-z])"
    return f"{VALUE_BEGINS}{escaped}{VALUE_ENDS}"


def _in_json(value: str) -> Iterator[str]:
    yield json.dumps(value, ensure_ascii=False)[1:-1]
    yield json.dumps(value)[1:-1]


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[tuple[Any, ...]]:
    rows = connection.execute(query)
    while batch := rows.fetchmany(_FETCH_ROWS):
        yield from batch
