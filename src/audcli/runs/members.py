"""Who a result holds: the members of an audience after some run, or the entities that had a value for a trait.

members_after("vips", 3)   ->   a query of the columns level, entity
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb

_AFTER = """
    select level, entity from memberships join definitions using (definition)
    where key = '{key}' and entered_run <= {run:d} and (exited_run is null or exited_run > {run:d})
    union all
    select distinct level, entity from trait_values join trait_names using (trait) join definitions using (definition)
    where key = '{key}' and trait_values.since_run <= {run:d} and (until_run is null or until_run > {run:d})"""


@dataclass(frozen=True, slots=True)
class Member:
    """An entity as people know it: its key, and one external id by which they recognise it, as `TYPE:VALUE`.

    Both are None for one that was erased; an account is recognised by its key.
    """

    key: str | None
    known_as: str | None


def members_after(key: str, run: int) -> str:
    """Give the query of the entities in the result of a known key after a run, with the level that the key had then."""
    return _AFTER.format(key=key, run=run)


def named(connection: duckdb.DuckDBPyConnection, entities: str, limit: int) -> Iterator[tuple[Member, tuple[Any, ...]]]:
    """Name the first entities, by key, of a query of level, entity and more; gives the rest of each row as well."""
    rows = connection.execute(
        f"""
        with first as (
            select case level when 'users' then profile_keys.key else group_id end as key, asked.*
            from ({entities}) as asked
            left join profile_keys on level = 'users' and profile = entity
            left join accounts on level = 'accounts' and account = entity
            order by key nulls last, entity limit {limit:d}),
        ids as (
            select entity,
                   arg_min(type || ':' || value, (type <> 'user_id', type <> 'email', type, first_seen, value)) as id
            from first join identity on profile = entity and until_generation is null
            join identifiers using (identifier) where level = 'users' group by entity)
        select key, case level when 'users' then id end, first.* exclude (key, level, entity)
        from first left join ids using (entity) order by key nulls last, entity
        """
    ).fetchall()
    for key, known_as, *rest in rows:
        yield Member(key, known_as), tuple(rest)
