"""Which values traits have now, held against those of before.

now    3 | ann | 7     before   3 | ann | 5     ->    ended_now   3 | ann      begun   3 | ann | 7
       3 | bob | 2              3 | cem | 1                       3 | cem              3 | bob | 2

Here bob enters the trait and cem exits it; a value that changes does neither, and one that stays is not touched.
What had no values before is not compared: it begins as it stands in the tables of the run.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import count

import duckdb

from audcli.runs.comparison import Counts
from audcli.runs.keys import next_number
from audcli.runs.rows import in_any_order, insert_rows
from audcli.runs.stored_values import rows_of_trait, shorten_numbers
from audcli.sql.script import TraitValues

Found = Mapping[int, Mapping[str, TraitValues]]
"""By the number of a definition, where the values of its traits stand, by their names."""


@dataclass(frozen=True, slots=True)
class ComparedValues:
    """The counts of each definition, and the query of the values that begin, of `trait, entity, number, json`."""

    counts: Mapping[int, Counts]
    begun: str


def compare_values(connection: duckdb.DuckDBPyConnection, found: Found, run: int) -> ComparedValues:
    """Find what changed of all traits of the definitions, and count whose values came and went.

    Fills `ended_now`; the values that begin are read from the tables of the run when they are written.
    """
    traits = _number_traits(connection, found, run)
    shorten_numbers(connection, (each.values for each in traits))
    old = _with_values(connection) & found.keys()
    _find_changes(connection, [each for each in traits if each.definition in old], old)
    connection.execute(
        """create or replace temporary table ended_now as
           select trait, entity from value_changes where had and differs"""
    )
    begun = [rows_of_trait(each.number, each.values) for each in traits if each.definition not in old]
    begun.append("select trait, entity, number, json from value_changes where has and differs")
    members = _count_members(connection, found)
    changes = _count_changes(connection)
    counts = {
        each: Counts(*changes.get(each, (0, 0)) if each in old else (number, 0), number)
        for each, number in members.items()
    }
    return ComparedValues(counts, " union all ".join(begun))


def let_all_values_go(connection: duckdb.DuckDBPyConnection, definition: int) -> int:
    """Add to `ended_now` all values of a definition's traits; say how many entities have one."""
    of_definition = """from trait_values join trait_names using (trait)
        where definition = ? and until_run is null"""
    connection.execute(f"insert into ended_now select trait, entity {of_definition}", [definition])
    [(entities,)] = connection.execute(f"select count(distinct entity) {of_definition}", [definition]).fetchall()
    return int(entities)


def write_values(connection: duckdb.DuckDBPyConnection, begun: str, run: int) -> None:
    """Write what ended, and the rows of the query of what began, into the values, as of a run."""
    connection.execute(
        """update trait_values as old set until_run = ? from ended_now as ended
           where until_run is null and old.trait = ended.trait and old.entity = ended.entity""",
        [run],
    )
    begins = f"insert into trait_values select trait, entity, number, json, ?, null from ({begun})"
    with in_any_order(connection):
        connection.execute(begins, [run])


@dataclass(frozen=True, slots=True)
class _Trait:
    number: int
    definition: int
    values: TraitValues


def _number_traits(connection: duckdb.DuckDBPyConnection, found: Found, run: int) -> list[_Trait]:
    """Give the traits with their numbers; those that no run has found before get new ones."""
    rows = connection.execute("select definition, name, trait from trait_names").fetchall()
    known = {(definition, name): trait for definition, name, trait in rows}
    following = count(next_number(connection, "trait", "trait_names"))
    traits, added = [], []
    for definition, values in found.items():
        for name, place in values.items():
            number = known.get((definition, name))
            if number is None:
                number = next(following)
                added.append((number, definition, name, run))
            traits.append(_Trait(number, definition, place))
    insert_rows(connection, "trait_names", added)
    return traits


def _with_values(connection: duckdb.DuckDBPyConnection) -> set[int]:
    """Give the numbers of the definitions of which anybody has a value as of the last run."""
    rows = connection.execute(
        """select distinct definition from trait_names
           where trait in (select distinct trait from trait_values where until_run is null)"""
    ).fetchall()
    return {definition for (definition,) in rows}


def _find_changes(
    connection: duckdb.DuckDBPyConnection, traits: Iterable[_Trait], definitions: Collection[int]
) -> None:
    """Fill `value_changes`: who has and who had which value, where it differs.

    What stays is in it too where a definition has several traits: who gains one of them may have another.
    """
    connection.execute(
        """create or replace temporary table value_changes (
               trait integer, entity integer, number double, json varchar, has boolean, had boolean, differs boolean)"""
    )
    if not definitions:
        return
    now = " union all ".join(rows_of_trait(each.number, each.values) for each in traits)
    connection.execute(
        f"""insert into value_changes
            with names as (select trait, count(*) over (partition by definition) > 1 as one_of_several
                           from trait_names where list_contains($definitions, definition)),
            now as (select *, true as there from ({now})),
            before as (select trait, entity, number, json, true as there from trait_values
                       where until_run is null and trait in (select trait from names)),
            both_runs as (
                select trait, entity, now.number, now.json,
                       now.there is not null as has, before.there is not null as had,
                       now.there is distinct from before.there or now.number is distinct from before.number
                       or now.json is distinct from before.json as differs
                from now full join before using (trait, entity))
            select * from both_runs
            where differs or trait in (select trait from names where one_of_several)""",
        {"definitions": list(definitions)},
    )


def _count_members(connection: duckdb.DuckDBPyConnection, found: Found) -> dict[int, int]:
    """Count for each definition, whose traits stand in one table, the entities that have any value now."""
    counts = []
    for definition, traits in found.items():
        [table] = {each.table for each in traits.values()}
        has_any = " or ".join(f'"{each.column}" is not null' for each in traits.values())
        counts.append(f"select {definition:d}, count(*) from {table} where {has_any}")
    return dict(connection.execute(" union all ".join(counts)).fetchall()) if counts else {}


def _count_changes(connection: duckdb.DuckDBPyConnection) -> dict[int, tuple[int, int]]:
    """Count, for each definition, the entities that have any value now and had none, and the other way round."""
    rows = connection.execute(
        """select definition, count(*) filter (has and not had), count(*) filter (had and not has)
           from (select definition, entity, bool_or(has) as has, bool_or(had) as had
                 from value_changes join trait_names using (trait) group by definition, entity)
           group by definition"""
    ).fetchall()
    return {definition: (entered, exited) for definition, entered, exited in rows}
