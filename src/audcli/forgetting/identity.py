"""Identity after somebody was forgotten: what one ingest of the calls that remain would have built.

A link is by its first id, and so is a call: the links of the removed calls are just those from `gone_ids`. An id is
still there when a remaining call has it first, or a remaining link leads to it, and it was first seen then (a `user_id`
by its own calls alone).
"""

from __future__ import annotations

from collections.abc import Sequence

import duckdb

from audcli.ingest import identity

# All ids that links hold together with those of the person.
_NEIGHBOURS = """
    create or replace temp table neighbours as
    select identifier, type, value, component
    from identifiers semi join (from identifiers semi join gone_ids using (identifier)) using (component)"""

_STAYING = """
    create or replace temp table staying as
    with seen as (
        select identifier, time from calls semi join neighbours using (identifier)
        union all
        select other, case when type = 'user_id' then 'infinity' else time end
        from links join neighbours on other = neighbours.identifier)
    select identifier, min(time) as first_seen from seen group by identifier"""

_MEMBERS = """
    create temp table members as
    select row_number() over (order by identifier) - 1 as place, neighbours.*, false as is_new,
        first_seen, stored_first_seen, stored_profile
    from neighbours join staying using (identifier)
        left join (
            select identifier, first_seen as stored_first_seen, profile as stored_profile
            from identity where until_generation is null
        ) using (identifier)"""

_MEMBER_LINKS = """
    create temp table member_links as
    select row_number() over (order by time, message_id, position, one.place, other.place) - 1 as number,
        one.place as one_place, other.place as other_place, links.* exclude (refused),
        refused as was_refused, false as is_earlier
    from links join members as one using (identifier) join members as other on other.identifier = links.other"""

_DROP_VANISHED = """
    delete from {table} where identifier in (
        select identifier from neighbours anti join staying using (identifier))"""


def remove_ids(connection: duckdb.DuckDBPyConnection, profiles: Sequence[int], generation: int) -> None:
    """Remove the links of `gone_ids`, the ids that nobody else's calls carry, and the keys `profiles`.

    What that changes for others holds from `generation` on. The calls must be gone already.
    """
    execute = connection.execute
    execute(_NEIGHBOURS)
    execute("delete from links where identifier in (select identifier from gone_ids)")
    execute(_STAYING)
    for table in ("identity", "profile_keys"):
        execute(f"delete from {table} where list_contains($profiles, profile)", {"profiles": list(profiles)})
    for table in ("identity", "identifiers"):
        execute(_DROP_VANISHED.format(table=table))
    execute(_MEMBERS)
    execute(_MEMBER_LINKS)
    identity.settle(connection, generation)
    identity.drop(connection)
