"""Who is in a result and under which ids, as the last committed run had them.

    temp.export_members  (entity, key, place, value_0 …)     7, use_4k…, 0, 120.5      place: by key, from 0
    temp.export_ids      (place, type, value, first_seen)    0, email, ada@example.com, 2026-01-01

Identity is versioned by generation: ids are read as of the generation that the run saw, so a file never mixes the
members of one run with the profiles that a later ingest made of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from duckdb import DuckDBPyConnection

from audcli.export.lines import MEMBER
from audcli.export.options import ExportOptions
from audcli.export.results import Level, Result
from audcli.export.traits import TraitColumn
from audcli.export.users import counted_users, level_of_rows

IDS = "temp.export_ids"
"""The ids of the staged members, each once: a view."""


def stage_members(
    connection: DuckDBPyConnection, result: Result, options: ExportOptions, columns: Sequence[TraitColumn]
) -> None:
    """Put the members into `temp.export_members`, and their ids into the view `IDS`.

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
    connection.execute(f"""create or replace temp table export_members as
        select entity, {keys}, row_number() over ({order}) - 1 as place{values} from ({rows}) {joins}""")
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
        return """select place, 'group_id' as type, key as value, timestamp 'epoch' as first_seen
            from temp.export_members"""
    return f"""select place, type, value, first_seen
        from temp.export_members join identity on profile = entity join identifiers using (identifier)
        where {result.held}"""


def member_rows(connection: DuckDBPyConnection, level: Level, values: Sequence[str]) -> tuple[list[str], str]:
    """Give the types of ids by name, and the query of the rows that `lines` makes lines of, with those columns.

    The types are those that anybody has; the kind of an id is the place of its type among them.
    """
    source = "identifiers" if level == "users" else IDS
    connection.execute(f"""create or replace temp table export_types as
        select type, cast(row_number() over (order by type) - 1 as integer) as kind
        from (select distinct type from {source})""")
    types = connection.execute("select type from temp.export_types order by kind").fetchall()
    own = "".join(f", {name}" for name in values)
    none = "".join(", null" for _ in values)
    query = f"""select place, kind, first_seen, text{own} from (
            select place, {MEMBER} as kind, timestamp 'epoch' as first_seen, key as text{own} from temp.export_members
            union all
            select place, kind, first_seen, value{none} from {IDS} join temp.export_types using (type))
        order by place, kind, first_seen"""
    return [type_ for (type_,) in types], query


def widths(connection: DuckDBPyConnection, types: Sequence[str]) -> dict[int, int]:
    """Count for each kind of ids that a member has how many of them the member with most has."""
    counts = connection.execute(f"""
        select slot % {len(types) or 1}, max(ids)
        from (select place * {len(types) or 1} + kind as slot, count(*) as ids
              from {IDS} join temp.export_types using (type) group by slot)
        group by 1""").fetchall()
    return {int(kind): int(ids) for kind, ids in counts}


def count_members(connection: DuckDBPyConnection, result: Result) -> int:
    """Count the members of an audience, or those who have a value of a trait."""
    keys = "profile_keys on profile = entity" if result.level == "users" else "accounts on account = entity"
    return _count(connection, f"select count(*) from ({result.entities}) join {keys}")


def count_entities(connection: DuckDBPyConnection) -> int:
    """Count the staged entities, each once."""
    return _count(connection, "select count(distinct entity) from temp.export_members")


def _count(connection: DuckDBPyConnection, query: str) -> int:
    [(count,)] = connection.execute(query).fetchall()
    return int(count)
