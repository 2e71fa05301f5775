"""How values stand in the ledger: what a double holds exactly as `number`, everything else as `json`.

computed_1.value_2, of the form "number"    ->    select 7, profile, "value_2"::double, null … from computed_1
computed_1.value_3, of the form "json"      ->    a text that the engine wrote as 1.50e3 stands as 1500 in it

The table `trait_values` says more.
"""

from __future__ import annotations

from collections.abc import Iterable

import duckdb

from audcli.numbers import shortest_json
from audcli.sql.script import TraitValues

_SLICE = 50_000


def rows_of_trait(trait: int, values: TraitValues) -> str:
    """Give the query of a trait's values as `trait, entity, number, json`; `shorten_numbers` comes before it runs."""
    column = f'"{values.column}"'
    match values.form:
        case "number":
            return _rows(trait, values, f"{column}::double", "null::varchar")
        case "text" | "list":
            return _rows(trait, values, "null::double", f"to_json({column})::varchar")
        case "json":
            number = f"""case when {_is_exact(column)} then {column}::double end"""
            json = f"case when not {_is_exact(column)} then coalesce(short, {column}::varchar) end"
            return _rows(trait, values, number, json, f"left join short_values on long = {column}::varchar")


def shorten_numbers(connection: duckdb.DuckDBPyConnection, found: Iterable[TraitValues]) -> None:
    """Fill `short_values` for lists and objects with numbers that the engine writes at more length than they need."""
    connection.execute("create or replace temporary table short_values (long varchar, short varchar)")
    texts = " union all ".join(
        f"""select "{each.column}"::varchar as long from {each.table}
            where json_type("{each.column}") in ('ARRAY', 'OBJECT')"""
        for each in found
        if each.form == "json"
    )
    if not texts:
        return
    connection.execute(
        f"""create or replace temporary table long_values as select long, row_number() over () as place
            from (select distinct long from ({texts}) where regexp_matches(long, '[0-9][.eE]'))"""
    )
    [(number,)] = connection.execute("select count(*) from long_values").fetchall()
    if number == 0:
        return
    import pyarrow as pa  # takes longer than all else that a small run does

    for start in range(0, number, _SLICE):
        rows = connection.execute(
            "select long from long_values where place > ? and place <= ?", [start, start + _SLICE]
        ).fetchall()
        long = [text for (text,) in rows]
        connection.register("short_now", pa.table({"long": long, "short": [shortest_json(text) for text in long]}))
        connection.execute("insert into short_values from short_now")
        connection.unregister("short_now")


def _rows(trait: int, values: TraitValues, number: str, json: str, join: str = "") -> str:
    return f"""select {trait:d}::integer as trait, {values.entity} as entity, {number} as number, {json} as json
               from {values.table} {join} where "{values.column}" is not null"""


def _is_exact(column: str) -> str:
    """Tell in SQL whether a JSON value is a number that a double holds exactly."""
    kind, whole = f"json_type({column})", f"({column}::varchar)::hugeint"
    return f"""case when {kind} = 'DOUBLE' then true
        when {kind} in ('BIGINT', 'UBIGINT') then {whole} between -9007199254740992 and 9007199254740992
        else false end"""
