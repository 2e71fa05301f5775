"""Custom traits as of a run: what the latest call that carries them says.

identify  2026-01-01  {"plan": "free"}
identify  2026-02-01  {"plan": "pro", "seats": 7.0}    ->    plan  pro    seats  7
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from difflib import get_close_matches

import pyarrow as pa
from duckdb import DuckDBPyConnection

from audcli.errors import UsageError
from audcli.export.results import Level, Result
from audcli.numbers import shortest_json
from audcli.sql_text import sql_text
from audcli.stored_numbers import json_of_variant

_SLICE = 50_000
_PART = re.compile(r"((?:[^.\\]|\\.)+)(?:\.|$)")


def stage_custom_trait(connection: DuckDBPyConnection, result: Result, level: Level, path: str, table: str) -> None:
    """Put the values of a trait, or of what is below it, into a temporary table of `entity` and `value`.

    A `path` such as `address.city` leads below an object; a backslash escapes a dot. Raises `UsageError` for a trait
    that no call has.
    """
    names = [part.replace("\\.", ".") for part in _PART.findall(path)] or [""]
    _refuse_unseen(connection, level, path, names[0])
    name, below = sql_text(names[0]), _below(names[1:])
    latest = f"arg_max(struct_pack(value := variant_extract(properties, {name})), row(time, message_id))"
    calls = (
        f"profile as entity, {latest} as latest from calls join call_names using (call_name)"
        f" join identity using (identifier) where type = 'identify' and {result.held}"
        if level == "users"
        else f"account as entity, {latest} as latest from calls join call_names using (call_name) where type = 'group'"
    )
    connection.execute(
        f"""create or replace temp table {table} as
            with carried as (select {calls} and time <= $as_of and variant_exists(properties, {name}) group by all),
                found as (
                    select entity, ({json_of_variant("latest.value")}::json{below})::varchar as value from carried)
            select entity, value from found where value <> 'null'""",
        {"as_of": result.as_of},
    )
    _shorten_numbers(connection, f"temp.{table}")
    connection.execute(f"update temp.{table} set value = {as_text('value')} where starts_with(value, '\"')")


def as_text(value: str) -> str:
    """Give the SQL for JSON text as it is written in a cell."""
    return f"case when starts_with({value}, '\"') then {value}::json ->> '$' else {value} end"


def _refuse_unseen(connection: DuckDBPyConnection, level: Level, path: str, name: str) -> None:
    seen = connection.execute(
        "select distinct path from catalog join call_names using (call_name) where type = $1 and base = 'properties'",
        ["identify" if level == "users" else "group"],
    ).fetchall()
    known = {names[0] for names in (json.loads(text) for (text,) in seen) if names}
    # Of objects with very many names the catalog keeps none, but says so by a null.
    if name in known or None in known:
        return
    stored = connection.execute(
        "select name from trait_names join definitions using (definition) where level = $1", [level]
    )
    near = get_close_matches(path, sorted({*known, *(each for (each,) in stored.fetchall())}), n=3)
    did_you_mean = f"did you mean {' or '.join(f'`{each}`' for each in near)}?" if near else None
    raise UsageError(f"there is no trait `{path}` of {level}", hint=did_you_mean)


def _below(names: Sequence[str]) -> str:
    pointer = "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)
    return f" -> {sql_text(pointer)}" if pointer else ""


def _shorten_numbers(connection: DuckDBPyConnection, table: str) -> None:
    """Rewrite the JSON in which the engine writes a number at more length than it needs."""
    long = "not starts_with(value, '\"') and regexp_matches(value, '[0-9][.eE]')"
    connection.execute(f"create or replace temp table export_long as select distinct value from {table} where {long}")
    [(count,)] = connection.execute("select count(*) from temp.export_long").fetchall()
    for start in range(0, count, _SLICE):
        rows = connection.execute(
            "select value from temp.export_long where rowid >= $1 and rowid < $2", [start, start + _SLICE]
        ).fetchall()
        texts = [text for (text,) in rows]
        short = pa.table({"value": texts, "short": [shortest_json(text) for text in texts]})
        connection.register("export_short", short)
        connection.execute(f"update {table} as t set value = short from export_short as s where t.value = s.value")
        connection.unregister("export_short")
