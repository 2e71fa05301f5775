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
from audcli.export.results import Result
from audcli.export.traits import TraitColumn

IDS = "temp.export_ids"
"""The ids of the staged members, each once: a view."""


def stage_members(connection: DuckDBPyConnection, result: Result, columns: Sequence[TraitColumn]) -> None:
    """Put the members, in order of their keys, into `temp.export_members`, and their ids into the view `IDS`.

    Each of the columns becomes a text `value_N`, empty where a member has no value.
    """
    keys = "profile_keys on profile = entity" if result.level == "users" else "accounts on account = entity"
    key = "key" if result.level == "users" else "group_id"
    values = "".join(f", coalesce(value_{number}, '') as value_{number}" for number in range(len(columns)))
    joins = " ".join(
        f"left join (select entity, value as value_{number} from {column.relation} as column_{number}) using (entity)"
        for number, column in enumerate(columns)
    )
    connection.execute(f"""create or replace temp table export_members as
        select entity, {key} as key, row_number() over (order by {key}) - 1 as place{values}
        from ({result.entities}) join {keys} {joins}""")
    connection.execute(f"create or replace temp view export_ids as {_ids(result)}")


def _ids(result: Result) -> str:
    if result.level == "accounts":
        return """select place, 'group_id' as type, key as value, timestamp 'epoch' as first_seen
            from temp.export_members"""
    return f"""select place, type, value, first_seen
        from temp.export_members join identity on profile = entity join identifiers using (identifier)
        where {result.held}"""


def member_rows(connection: DuckDBPyConnection, result: Result, values: Sequence[str]) -> tuple[list[str], str]:
    """Give the types of ids by name, and the query of the rows that `lines` makes lines of, with those columns.

    The types are those that anybody has; the kind of an id is the place of its type among them.
    """
    source = "identifiers" if result.level == "users" else IDS
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


def count_members(connection: DuckDBPyConnection) -> int:
    """Count the staged members."""
    [(count,)] = connection.execute("select count(*) from temp.export_members").fetchall()
    return int(count)
