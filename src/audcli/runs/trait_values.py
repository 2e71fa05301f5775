"""Which values traits have now, held against those of before.

now    3 | ann | 7     before   3 | ann | 5     ->    ended_now   3 | ann      begun_now   3 | ann | 7
       3 | bob | 2              3 | cem | 1                       3 | cem                  3 | bob | 2

Here bob enters the trait and cem exits it; a value that changes does neither, and one that stays is not touched. What
a double holds exactly is stored as `number`, everything else as `json`, as the table `trait_values` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import count

import duckdb

from audcli.numbers import shortest_json
from audcli.runs.comparison import Counts
from audcli.runs.keys import next_number
from audcli.sql.script import TraitValues

_SLICE = 50_000

Found = Mapping[int, Mapping[str, TraitValues]]
"""By the number of a definition, where the values of its traits stand, by their names."""


def compare_values(connection: duckdb.DuckDBPyConnection, found: Found, run: int) -> dict[int, Counts]:
    """Fill `ended_now` and `begun_now` for all traits of the definitions, and count whose values came and went."""
    connection.execute(
        """create or replace temporary table values_now (
               definition integer, trait integer, entity integer, number double, json varchar);
           create or replace temporary table ended_now (trait integer, entity integer)"""
    )
    _number_traits(connection, found, run)
    for definition, traits in found.items():
        for name, values in traits.items():
            connection.execute(
                f"""insert into values_now
                    select definition, trait, {values.entity}, {_stored(values)}
                    from {values.table}, (select definition, trait from trait_names where definition = $1 and name = $2)
                    where "{values.column}" is not null""",
                [definition, name],
            )
    _shorten_numbers(connection)
    _find_changes(connection, found)
    counts = _counts(connection)
    return {definition: counts.get(definition, Counts(0, 0, 0)) for definition in found}


def let_all_values_go(connection: duckdb.DuckDBPyConnection, definition: int) -> int:
    """Add to `ended_now` all values of a definition's traits; say how many entities have one."""
    of_definition = """from trait_values join trait_names using (trait)
        where definition = ? and until_run is null"""
    connection.execute(f"insert into ended_now select trait, entity {of_definition}", [definition])
    [(entities,)] = connection.execute(f"select count(distinct entity) {of_definition}", [definition]).fetchall()
    return int(entities)


def write_values(connection: duckdb.DuckDBPyConnection, run: int) -> None:
    """Write what ended and what began into the values, as of a run."""
    connection.execute(
        """update trait_values as old set until_run = ? from ended_now as ended
           where until_run is null and old.trait = ended.trait and old.entity = ended.entity""",
        [run],
    )
    connection.execute("insert into trait_values select trait, entity, number, json, ?, null from begun_now", [run])


def _number_traits(connection: duckdb.DuckDBPyConnection, found: Found, run: int) -> None:
    known = set(connection.execute("select definition, name from trait_names").fetchall())
    numbers = count(next_number(connection, "trait", "trait_names"))
    new = [
        (next(numbers), definition, name, run)
        for definition, traits in found.items()
        for name in traits
        if (definition, name) not in known
    ]
    if new:
        connection.executemany("insert into trait_names values (?, ?, ?, ?)", new)


def _stored(values: TraitValues) -> str:
    """Give the SQL of the two columns in which a value is stored."""
    column = f'"{values.column}"'
    match values.form:
        case "number":
            return f"{column}::double, null"
        case "text" | "list":
            return f"null, to_json({column})::varchar"
        case "json":
            kind, whole = f"json_type({column})", f"({column}::varchar)::hugeint"
            is_number = f"""case when {kind} = 'DOUBLE' then true
                when {kind} in ('BIGINT', 'UBIGINT') then {whole} between -9007199254740992 and 9007199254740992
                else false end"""
            return f"""case when {is_number} then {column}::double end,
                case when {is_number} then null else {column}::varchar end"""


def _shorten_numbers(connection: duckdb.DuckDBPyConnection) -> None:
    """Rewrite the numbers within lists and objects that the engine writes at more length than they need."""
    connection.execute(
        """create or replace temporary table long_values as
           select json, row_number() over () as place
           from (select distinct json from values_now
                 where json[1] in ('[', '{') and regexp_matches(json, '[0-9][.eE]'))"""
    )
    [(number,)] = connection.execute("select count(*) from long_values").fetchall()
    if number == 0:
        return
    import pyarrow as pa  # takes longer than all else that a small run does

    for start in range(0, number, _SLICE):
        rows = connection.execute(
            "select json from long_values where place > ? and place <= ?", [start, start + _SLICE]
        ).fetchall()
        texts = [text for (text,) in rows]
        short = pa.table({"json": texts, "short": [shortest_json(text) for text in texts]})
        connection.register("short_values", short)
        connection.execute("update values_now as now set json = short from short_values as s where now.json = s.json")
        connection.unregister("short_values")


def _find_changes(connection: duckdb.DuckDBPyConnection, definitions: Iterable[int]) -> None:
    connection.execute(
        """create or replace temporary table values_before as
           select definition, trait, entity, number, json from trait_values join trait_names using (trait)
           where until_run is null and definition in (select unnest($definitions))""",
        {"definitions": list(definitions)},
    )
    same = """one.trait = other.trait and one.entity = other.entity
              and one.number is not distinct from other.number and one.json is not distinct from other.json"""
    connection.execute(
        f"""create or replace temporary table begun_now as
            select * from values_now as one
            where not exists (select 1 from values_before as other where {same});
            insert into ended_now
            select trait, entity from values_before as one
            where not exists (select 1 from values_now as other where {same})"""
    )


def _counts(connection: duckdb.DuckDBPyConnection) -> dict[int, Counts]:
    """Count, for each definition, the entities that have any value now and had none, the other way round, and all."""
    rows = connection.execute(
        """with both_runs as (
               select definition, entity, bool_or(now) as has, bool_or(not now) as had
               from (select definition, entity, true as now from values_now
                     union all select definition, entity, false from values_before)
               group by definition, entity)
           select definition, count(*) filter (has and not had), count(*) filter (had and not has),
                  count(*) filter (has)
           from both_runs group by definition"""
    ).fetchall()
    return {definition: Counts(*counts) for definition, *counts in rows}
