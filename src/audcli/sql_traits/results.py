"""The rows of a query become values of entities: ids are matched, and what the contract refuses is refused.

email "ann@example.com"    | 7.0     ->    profile 12 | value_1 7
email "nobody@example.com" | 1.0           counted and skipped

Tables: `sql_trait_N` has the values of one SQL trait as JSON, `sql_links` the users that SQL traits link to accounts,
with the name of the trait's table as `origin`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duckdb import DuckDBPyConnection

from audcli.catalog import Shape
from audcli.sql_traits.process import QueryFailed
from audcli.sql_traits.shape import ACCOUNT_ID, Level
from audcli.sql_traits.shapes import shape_of
from audcli.sql_traits.views import GROUP_CALLS, USERS, AsOf
from audcli.tables import LINKS, WORK

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS = "sql_rows"
_MATCHED = "sql_matched"


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a query's rows.

    `shapes` are those of its traits, in the order of the columns `value_1` …; `skipped` counts the rows that had an id
    that nobody has, and `linked` the users of accounts.
    """

    shapes: tuple[Shape, ...]
    skipped: int
    linked: int


def begin_links(connection: DuckDBPyConnection) -> None:
    """Make the table of links, empty."""
    connection.execute(f"create or replace table {WORK}.{LINKS} (account integer, profile integer, origin varchar)")


def store_rows(
    connection: DuckDBPyConnection,
    table: str,
    rows: pa.RecordBatchReader,
    level: Level,
    as_of: AsOf,
    *,
    linking: bool = True,
) -> Stored:
    """Put the rows of a query into the table `table` of the work database, of `profile` or `account` and `value_1` ….

    The ids are the columns that are no values. Links go into `sql_links`, unless not `linking`. Raises `QueryFailed`
    for null ids, repeated ids and rows of one entity with different values (SPEC section 12).
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
    _keep_values(connection, table, "account" if level == "accounts" else "profile", len(values) // 2)
    linked = _link(connection, table) if linking and len(ids) > 1 else 0
    missed = "entity is null" if len(ids) == 1 else "entity is null or linked is null"
    [(skipped,)] = connection.execute(f"select count(*) from {_MATCHED} where {missed}").fetchall()
    connection.execute(f"drop table {_ROWS}; drop table {_MATCHED}")
    shapes = tuple(shape_of(connection, table, f"value_{number}") for number in range(1, len(values) // 2 + 1))
    return Stored(shapes, int(skipped), linked)


def _keep_values(connection: DuckDBPyConnection, table: str, entity: str, count: int) -> None:
    columns = (f"coalesce(json_{n}::json, to_json(number_{n})) as value_{n}" for n in range(1, count + 1))
    connection.execute(
        f"""create or replace table {WORK}.{table} as
            select distinct entity as {entity}, {", ".join(columns)} from {_MATCHED}
            where entity is not null order by all"""
    )


def _link(connection: DuckDBPyConnection, origin: str) -> int:
    pairs = f"select distinct entity, linked from {_MATCHED} where entity is not null and linked is not null"
    connection.execute(f"insert into {LINKS} select entity, linked, ? from ({pairs})", [origin])
    [(linked,)] = connection.execute(f"select count(*) from ({pairs})").fetchall()
    return int(linked)


def _refuse_null_ids(connection: DuckDBPyConnection, ids: Sequence[str]) -> None:
    for name in ids:
        [(count,)] = connection.execute(f"select count(*) from {_ROWS} where {name} is null").fetchall()
        if count:
            raise QueryFailed(
                f"`{name}` is null in {_counted(count, 'row')} of its result",
                hint=f"leave them out, such as by `where {name} is not null`",
            )


def _refuse_repeated_ids(connection: DuckDBPyConnection, ids: Sequence[str]) -> None:
    names = ", ".join(ids)
    [(repeated,)] = connection.execute(
        f"select count(*) from (select {names} from {_ROWS} group by {names} having count(*) > 1)"
    ).fetchall()
    if repeated:
        which = "pair" if len(ids) > 1 else "value"
        raise QueryFailed(
            f"its result repeats {_counted(repeated, which)} of `{'`, `'.join(ids)}`",
            hint=f"`group by {names}` makes one row of each",
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
    [(differing,)] = connection.execute(
        f"""select count(*) from (
                select entity from (select distinct entity, {columns} from {_MATCHED} where entity is not null)
                group by entity having count(*) > 1)"""
    ).fetchall()
    if differing and name == ACCOUNT_ID:
        raise QueryFailed(
            f"its rows of {_counted(differing, 'account')} differ in their values",
            hint="the traits are the account's, whoever the user in the row is",
        )
    if differing:
        raise QueryFailed(
            f"its rows of {_counted(differing, 'profile')} differ in their values",
            hint=f"several values of `{name}` may be one profile; make one row of each `key`",
        )


def _counted(count: int, word: str) -> str:
    return f"{count:,} {word}{'s' if count != 1 else ''}"
