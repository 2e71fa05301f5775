"""Identity resolution: which external ids are one profile, kept true with every file.

    staged calls  ->  file_ids, file_links   what this file says of ids and of links between them
                  ->  identifiers, links     grown by it; a link keeps its earliest call
                  ->  members                the ids of all components that the file touches
                  ->  profile_keys, identity new rows for the ids whose profile or first_seen changed

The profile of a call is that of its first id, so a merge never rewrites a call. Components are what links hold
together, made or refused: no link leaves one, and those the file does not touch stay as they are.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb
import pyarrow as pa

from audcli.ingest.unions import unite

_TEMPORARY = (
    "file_ids", "file_links", "new_links", "touched", "members", "member_links",
    "united", "refused_links", "anchors", "profiles", "new_identity",
)  # fmt: skip
_FETCH_ROWS = 100_000

_BASE32 = "abcdefghijklmnopqrstuvwxyz234567"
_BASE32_PAIRS = [one + other for one in _BASE32 for other in _BASE32]
_SHIFTS = range(120, -1, -10)

# Everything that the staged calls say: each id with the first time that it was seen, each pair of a call's first id
# and another one with the first call that links them. A `user_id` behind another one belongs to nobody by that call, as
# no profile has two: so it is not seen then, and never if it has no call of its own.
_FILE_IDS = """
    create temp table file_ids as
    with seen as (
        select 'user_id' as type, user_id as value, min(time) as first_seen
        from staged_calls where user_id is not null group by user_id
        union all
        select 'anonymous_id', anonymous_id, min(time)
        from staged_calls where anonymous_id is not null group by anonymous_id
        union all
        select staged_ids.type, value,
            coalesce(min(time) filter (position = 0 or staged_ids.type <> 'user_id'), 'infinity')
        from staged_ids join staged_calls using (row) group by all),
    earliest as (select type, value, min(first_seen) as first_seen from seen group by type, value),
    known as materialized (select * from earliest left join identifiers using (type, value))
    select type, value, first_seen, component, false as is_new, identifier from known where identifier is not null
    union all
    select type, value, first_seen, null, true,
        (last + row_number() over (order by first_seen, type, value))::integer
    from known, (select coalesce(max(identifier), 0) as last from identifiers)
    where identifier is null"""

_FILE_LINKS = """
    create temp table file_links as
    with pairs as (
        select 'user_id' as type, user_id as value, 'anonymous_id' as other_type, anonymous_id as other_value,
            min({time: time, message_id: message_id, position: 1}) as call
        from staged_calls where first_type is null and user_id is not null and anonymous_id is not null
        group by user_id, anonymous_id
        union all
        select first.type, first.value, other.type, other.value,
            min({time: time, message_id: message_id, position: other.position})
        from staged_ids first join staged_ids other on other.row = first.row and other.position > 0
            join staged_calls on staged_calls.row = first.row
        where first.position = 0
        group by all)
    select one.identifier, other.identifier as other, min(call) as call
    from pairs join file_ids one using (type, value)
        join file_ids other on other.type = other_type and other.value = other_value
    group by all"""

_NEW_LINKS = """
    create temp table new_links as
    select file_links.identifier, file_links.other, file_links.call, links.refused as was_refused
    from file_links left join links using (identifier, other)
    where links.time is null
        or file_links.call < {time: links.time, message_id: links.message_id, position: links.position}"""

# The components about which the file says something new: an id seen earlier than so far, an end of a link that is new
# or earlier.
_TOUCHED = """
    create temp table touched as
    select component from file_ids join identity using (identifier)
    where until_generation is null and file_ids.first_seen < identity.first_seen
    union
    select component from file_ids semi join (select unnest([identifier, other]) as identifier from new_links)
        using (identifier)
    where not is_new"""

_MEMBERS = """
    create temp table members as
    with ids as (
        select identifier, type, value, component, false as is_new
        from identifiers semi join touched using (component)
        union all
        select identifier, type, value, null, true from file_ids where is_new)
    select row_number() over (order by ids.identifier) - 1 as place, ids.*,
        least(stored_first_seen, file_ids.first_seen) as first_seen, stored_first_seen, stored_profile
    from ids left join file_ids using (identifier)
        left join (
            select identifier, first_seen as stored_first_seen, profile as stored_profile
            from identity where until_generation is null
        ) using (identifier)"""

# The links between members in the order in which they apply; was_refused is absent for those not stored yet.
_MEMBER_LINKS = """
    create temp table member_links as
    with linked as (
        select identifier, other, time, message_id, position, refused as was_refused, false as is_earlier
        from links semi join members using (identifier) anti join new_links using (identifier, other)
        union all
        select identifier, other, call.time, call.message_id, call.position, was_refused, true from new_links)
    select row_number() over (order by time, message_id, position, one.place, other.place) - 1 as number,
        one.place as one_place, other.place as other_place, linked.*
    from linked join members one using (identifier) join members other on other.identifier = linked.other"""

_INSERT_LINKS = """
    insert into links
    select identifier, other, time, message_id, position, refused_links.number is not null
    from member_links left join refused_links using (number)
    where was_refused is null order by identifier, other"""

_UPDATE_LINKS = """
    update links set
        time = changed.time, message_id = changed.message_id, position = changed.position, refused = changed.refused
    from (
        select *, refused_links.number is not null as refused
        from member_links left join refused_links using (number)
        where was_refused is not null and (is_earlier or was_refused <> (refused_links.number is not null))
    ) changed
    where links.identifier = changed.identifier and links.other = changed.other"""

_INSERT_IDENTIFIERS = """
    insert into identifiers
    select members.identifier, members.type, members.value, least.identifier
    from members join united using (place) join members least on least.place = component_place
    where members.is_new order by members.identifier"""

_UPDATE_IDENTIFIERS = """
    update identifiers set component = moved.component
    from (
        select members.identifier, least.identifier as component
        from members join united using (place) join members least on least.place = component_place
        where not members.is_new and members.component <> least.identifier
    ) moved
    where identifiers.identifier = moved.identifier"""

_ANCHORS = """
    select profile_place, type, value from members join united using (place)
    qualify row_number() over (
        partition by profile_place order by type <> 'user_id', first_seen, type, value) = 1
    order by profile_place"""

# The profiles of the members, each with its number: that which its key has, or a new one.
_PROFILES = """
    create temp table profiles as
    with known as materialized (select * from anchors left join profile_keys using (key))
    select profile_place, key, false as is_new, profile from known where profile is not null
    union all
    select profile_place, key, true, (last + row_number() over (order by profile_place))::integer
    from known, (select coalesce(max(profile), 0) as last from profile_keys)
    where profile is null"""

_NEW_KEYS = "insert into profile_keys select profile, key from profiles where is_new order by profile"

_NEW_IDENTITY = """
    create temp table new_identity as
    select identifier, profile, first_seen
    from members join united using (place) join profiles using (profile_place)
    where profile is distinct from stored_profile or first_seen is distinct from stored_first_seen"""


def resolve(connection: duckdb.DuckDBPyConnection, generation: int) -> None:
    """Bring identity up to date with the staged calls; what changes holds from `generation` on.

    Leaves the temporary table `file_ids` (type, value, first_seen, identifier), for `drop`.
    """
    execute = connection.execute
    for statement in (_FILE_IDS, _FILE_LINKS, _NEW_LINKS, _TOUCHED, _MEMBERS):
        execute(statement)
    if _has_rows(connection, "members"):  # else no id or link is new, and none is seen earlier than so far
        execute(_MEMBER_LINKS)
        settle(connection, generation)


def settle(connection: duckdb.DuckDBPyConnection, generation: int) -> None:
    """Bring identity up to date with the tables `members` and `member_links`; what changes holds from `generation` on.

    They hold all ids of some components with all links between them. Leaves temporary tables, for `drop`.
    """
    execute = connection.execute
    _unite_members(connection)
    if _has_rows(connection, "member_links"):
        execute(_INSERT_LINKS)
        execute(_UPDATE_LINKS)
    execute(_INSERT_IDENTIFIERS)
    execute(_UPDATE_IDENTIFIERS)
    _name_profiles(connection)
    execute(_NEW_IDENTITY)
    execute(
        """update identity set until_generation = ?
        where until_generation is null and identifier in (select identifier from new_identity)""",
        [generation],
    )
    execute("insert into identity select *, ?, null from new_identity order by identifier", [generation])


def drop(connection: duckdb.DuckDBPyConnection) -> None:
    """Remove the temporary tables of `resolve`."""
    connection.execute(";".join(f"drop table if exists temp.{table}" for table in _TEMPORARY))


def profile_key(type_: str, value: str) -> str:
    """Give the key of the profile whose anchor is this id: 26 base32 characters, the first 130 bits of its digest."""
    bits = int.from_bytes(hashlib.sha256(f"{type_}:{value}".encode()).digest()[:17]) >> 6
    return "use_" + "".join([_BASE32_PAIRS[bits >> shift & 1023] for shift in _SHIFTS])


def _has_rows(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    return bool(connection.execute(f"select 1 from {table} limit 1").fetchall())


def _unite_members(connection: duckdb.DuckDBPyConnection) -> None:
    """Apply the members' links anew: tables `united` and `refused_links`."""
    is_user = bytearray()
    for (users,) in _batches(connection, "select type = 'user_id' from members order by place"):
        is_user.extend(users)
    links = _batches(connection, "select one_place, other_place from member_links order by number")
    unions = unite(is_user, (link for ones, others in links for link in zip(ones, others, strict=True)))
    _make_table(
        connection,
        "united",
        {"place": range(len(is_user)), "profile_place": unions.profiles, "component_place": unions.components},
    )
    _make_table(connection, "refused_links", {"number": unions.refused})


def _name_profiles(connection: duckdb.DuckDBPyConnection) -> None:
    """Give each of the members' profiles its key: tables `anchors` and `profiles`, and new rows of `profile_keys`."""
    places: list[int] = []
    keys: list[str] = []
    for batch_places, types, values in _batches(connection, _ANCHORS):
        places += batch_places
        keys += map(profile_key, types, values)
    _make_table(connection, "anchors", {"profile_place": places}, {"key": keys})
    connection.execute(_PROFILES)
    connection.execute(_NEW_KEYS)


def _batches(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[list[list[Any]]]:
    """Run a query and give its columns, many rows at a time."""
    for batch in connection.sql(query).to_arrow_reader(_FETCH_ROWS):
        yield [column.to_pylist() for column in batch.columns]


def _make_table(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    numbers: Mapping[str, Sequence[int]],
    texts: Mapping[str, Sequence[str]] | None = None,
) -> None:
    columns = {name: pa.array(values, pa.int64()) for name, values in numbers.items()}
    columns |= {name: pa.array(values, pa.string()) for name, values in (texts or {}).items()}
    connection.register("batch", pa.table(columns))
    connection.execute(f"create temp table {table} as select * from batch")
    connection.unregister("batch")
