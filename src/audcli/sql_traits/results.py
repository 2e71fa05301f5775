"""The rows of a query become values of entities: ids are matched, and what the contract refuses is refused.

email "ann@example.com" | 7.0        ->    profile 12 | 7.0
email "nobody@example.com" | 1.0           counted and skipped

Tables: `sql_trait_N` has the values of one SQL trait, `sql_links` the users that SQL traits link to accounts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
from duckdb import DuckDBPyConnection

from audcli.sql_traits.process import QueryFailed
from audcli.sql_traits.shape import ACCOUNT_ID, Level
from audcli.sql_traits.views import GROUP_CALLS, USERS, AsOf

LINKS = "sql_links"
_ROWS = "sql_rows"
_MATCHED = "sql_matched"


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a query's rows: the table of the values, and how many rows had an id that nobody has."""

    table: str
    skipped: int


def begin_links(connection: DuckDBPyConnection) -> None:
    """Make the table of links, empty."""
    connection.execute(f"create or replace temporary table {LINKS} (account integer, profile integer)")


def store_rows(
    connection: DuckDBPyConnection, table: str, rows: pa.RecordBatchReader, level: Level, as_of: AsOf
) -> Stored:
    """Put the rows of a query into the temporary table `table`, of `entity` and the columns of values.

    The ids are the columns that are no values. Links go into `sql_links`. Raises `QueryFailed` for null ids, repeated
    ids and rows of one entity with different values (SPEC section 12).
    """
    ids = [name for name in rows.schema.names if not name.startswith(("number_", "json_"))]
    values = [name for name in rows.schema.names if name not in ids]
    connection.register("sql_incoming", rows)
    connection.execute(f"create or replace temporary table {_ROWS} as select * from sql_incoming")
    connection.unregister("sql_incoming")
    _refuse_null_ids(connection, ids)
    _refuse_repeated_ids(connection, ids)
    _match(connection, ids, as_of)
    _refuse_different_values(connection, ids[0], values)
    connection.execute(
        f"""create or replace temporary table {table} as
            select distinct entity, {", ".join(values)} from {_MATCHED} where entity is not null order by entity"""
    )
    if level == "accounts" and len(ids) > 1:
        connection.execute(
            f"""insert into {LINKS} select distinct entity, linked from {_MATCHED}
                where entity is not null and linked is not null"""
        )
    missed = "entity is null" if len(ids) == 1 else "entity is null or linked is null"
    [(skipped,)] = connection.execute(f"select count(*) from {_MATCHED} where {missed}").fetchall()
    connection.execute(f"drop table {_ROWS}; drop table {_MATCHED}")
    return Stored(table, int(skipped))


def _refuse_null_ids(connection: DuckDBPyConnection, ids: Sequence[str]) -> None:
    for name in ids:
        [(count,)] = connection.execute(f"select count(*) from {_ROWS} where {name} is null").fetchall()
        if count:
            raise QueryFailed(
                f"`{name}` is null in {_rows(count)} of its result",
                hint=f"leave them out, such as by `where {name} is not null`",
            )


def _refuse_repeated_ids(connection: DuckDBPyConnection, ids: Sequence[str]) -> None:
    names = ", ".join(ids)
    repeated = connection.execute(
        f"select {names}, count(*) as times from {_ROWS} group by {names} having times > 1 order by {names} limit 1"
    ).fetchall()
    for *values, times in repeated:
        which = " with ".join(f"`{value}`" for value in values)
        raise QueryFailed(
            f"{which} stands in {_rows(times)} of its result, and may stand in one", hint=f"`group by {names}`"
        )


def _match(connection: DuckDBPyConnection, ids: Sequence[str], as_of: AsOf) -> None:
    """Make the table of the rows with their `entity`, and with the profile that is `linked` where there are two ids.

    Both are null for an id that nobody has.
    """
    with_, joins = f"with {USERS}", _of_user(ids[-1], "entity")
    if ids[0] == ACCOUNT_ID:
        with_ = f"""with {USERS}, {GROUP_CALLS}, seen as (
            select account as entity, group_id from accounts
            where account in (select account from group_calls))"""
        joins = "left join seen using (group_id)" + (_of_user(ids[1], "linked") if len(ids) > 1 else "")
    given = {"as_of": as_of.instant, "known_by": list(as_of.known_by)}
    query = f"{with_} select * from {_ROWS} {joins}"
    connection.execute(
        f"create or replace temporary table {_MATCHED} as {query}",
        {name: value for name, value in given.items() if f"${name}" in query},
    )


def _of_user(name: str, column: str) -> str:
    """Give the join that finds the profile of an id; ids of profiles not considered are nobody's."""
    if name == "key":
        return f" left join (select key, profile as {column} from users) using (key)"
    return f"""
        left join (select value as {name}, profile as {column} from people join identifiers using (identifier)
                   where type = '{name}' and profile in (select profile from users)) using ({name})"""


def _refuse_different_values(connection: DuckDBPyConnection, name: str, values: Sequence[str]) -> None:
    columns = ", ".join(values)
    differing = connection.execute(
        f"""with rows as (select distinct entity, {columns} from {_MATCHED} where entity is not null),
            several as (select entity from rows group by entity having count(*) > 1)
            select list(distinct {name} order by {name}) as ids from {_MATCHED} where entity in (from several)
            group by entity order by ids limit 1"""
    ).fetchall()
    for ((first, *others),) in differing:
        if others:
            raise QueryFailed(
                f"`{first}` and `{others[0]}` are one profile, and its rows have different values",
                hint="make one row of each profile, such as by `key`, or by the greatest value",
            )
        raise QueryFailed(
            f"the rows of `{first}` have different values", hint=f"each {name} has one value, whatever its users"
        )


def _rows(count: int) -> str:
    return f"{count} row{'s' if count != 1 else ''}"
