"""Who is in a result and under which ids, as the last committed run had them.

    export_stage.members    (entity, key, value_0 …)            7, use_4k…, 120.5
    temp.export_ids         (place, type, value, first_seen)    0, email, ada@example.com, 2026-01-01

The place of a member is its row there: by key, from 0.

Identity is versioned by generation: ids are read as of the generation that the run saw, so a file never mixes the
members of one run with the profiles that a later ingest made of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
from duckdb import DuckDBPyConnection

from audcli.export.options import ExportOptions
from audcli.export.results import Level, Result
from audcli.export.traits import TraitColumn
from audcli.export.users import counted_users, level_of_rows

BATCH = 50_000
"""Rows handed over at a time: some two megabytes, and of values of 40 kB each still less than Arrow takes."""

MEMBERS = "export_stage.members"
"""The staged members, each at its place.

They are in a database of their own, in memory, as a temporary table is not seen while the ids are being read.
"""

NARROW_SLOTS = 2**32
"""How many slots, a place and a kind each, have numbers of 4 bytes: DuckDB sorts by those sooner than by 8."""

IDS = "temp.export_ids"
"""The ids of the staged members, each once: a view."""


def stage_members(
    connection: DuckDBPyConnection, result: Result, options: ExportOptions, columns: Sequence[TraitColumn]
) -> None:
    """Put the members into `MEMBERS`, and their ids into the view `IDS`.

    Their places are in order of their keys, unless the file has neither. Each of the columns becomes a text `value_N`,
    empty where a member has no value. Where users of accounts are asked for, a member is a user of one account,
    `group_id`, and of a single column a user, whatever the account.
    """
    values = "".join(f", coalesce(value_{number}, '') as value_{number}" for number in range(len(columns)))
    joins = " ".join(
        f"left join (select entity as {column.owner}, value as value_{number} from {column.relation} as of_{number})"
        f" using ({column.owner})"
        for number, column in enumerate(columns)
    )
    rows, keys = _rows(result, options)
    order = "" if options.format == "single-column" else f"order by {keys}"
    connection.execute(f"""attach if not exists ':memory:' as export_stage (read_write);
        create or replace table {MEMBERS} as select entity, {keys}{values} from ({rows}) {joins} {order}""")
    connection.execute(f"create or replace temp view export_ids as {_ids(result, level_of_rows(result, options))}")


def _rows(result: Result, options: ExportOptions) -> tuple[str, str]:
    """Give the query of the rows of the file, and the columns that tell them apart and that they are sorted by."""
    if options.users is not None:
        users = f"({result.entities}) as result join {counted_users(result, options.users)} as users"
        users += " on account = result.entity join profile_keys using (profile)"
        if options.format == "single-column":
            return f"select distinct profile as entity, key from {users}", "key"
        each = f"select profile as entity, account, key, group_id from {users} join accounts using (account)"
        return each, "key, group_id"
    if result.level == "users":
        return f"select entity, key from ({result.entities}) join profile_keys on profile = entity", "key"
    return f"select entity, group_id as key from ({result.entities}) join accounts on account = entity", "key"


def _ids(result: Result, level: Level) -> str:
    if level == "accounts":
        return f"""select rowid as place, 'group_id' as type, key as value, timestamp 'epoch' as first_seen
            from {MEMBERS}"""
    return f"""select place, type, value, first_seen
        from (select rowid as place, entity from {MEMBERS}) join identity on profile = entity
            join identifiers using (identifier)
        where {result.held}"""


def ids_in_order(connection: DuckDBPyConnection, level: Level) -> tuple[list[str], str]:
    """Give the types of ids by name, and the query of the ids by `place`, `kind` and `first_seen`, with their `text`.

    The types are those that anybody has; the kind of an id is the place of its type among them.
    """
    source = "identifiers" if level == "users" else IDS
    connection.execute(f"""create or replace temp table export_types as
        select type, cast(row_number() over (order by type) - 1 as integer) as kind
        from (select distinct type from {source})""")
    types = connection.execute("select type from temp.export_types order by kind").fetchall()
    count = len(types) or 1
    slots = _count(connection, f"select count(*) from {MEMBERS}") * count
    slot = "uinteger" if slots <= NARROW_SLOTS else "ubigint"
    query = f"""select slot, cast(slot // {count} as bigint) as place, cast(slot % {count} as integer) as kind,
            first_seen, text
        from (select cast(place * {count} + kind as {slot}) as slot, first_seen, value as text
              from {IDS} join temp.export_types using (type) order by slot, first_seen)"""
    return [type_ for (type_,) in types], query


def kept(connection: DuckDBPyConnection, ids: str) -> str:
    """Keep what the query of the ids gives, for it to be read more than once: give the query that does."""
    connection.execute(f"create or replace temp table export_sorted as {ids}")
    return "select * from temp.export_sorted"


def read_members(connection: DuckDBPyConnection, values: Sequence[str]) -> pa.RecordBatchReader:
    """Read `place`, `key` and those columns of the staged members, while another result of the connection is read."""
    columns = ", ".join(["rowid as place", "key", *values])
    return connection.cursor().sql(f"select {columns} from {MEMBERS}").to_arrow_reader(BATCH)


def read_ids(connection: DuckDBPyConnection, ids: str) -> pa.RecordBatchReader:
    """Read what the query of the ids gives."""
    return connection.sql(ids).to_arrow_reader(BATCH)


def count_members(connection: DuckDBPyConnection, result: Result) -> int:
    """Count the members of an audience, or those who have a value of a trait."""
    keys = "profile_keys on profile = entity" if result.level == "users" else "accounts on account = entity"
    return _count(connection, f"select count(*) from ({result.entities}) join {keys}")


def count_entities(connection: DuckDBPyConnection) -> int:
    """Count the staged entities, each once."""
    return _count(connection, f"select count(distinct entity) from {MEMBERS}")


def _count(connection: DuckDBPyConnection, query: str) -> int:
    [(count,)] = connection.execute(query).fetchall()
    return int(count)
