"""The rows of the views: what the store holds of each, as of an instant.

view_rows(connection, "profiles", ["key", "known"], AsOf(...))   ->   use_4fq… | true
                                                                       use_7aa… | false

Calls later than the instant do not exist; ids, and who is known, are those of all ingested calls (SPEC section 5). Rows
come in a total order of values of the calls, so that the order in which files were ingested never shows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from duckdb import DuckDBPyConnection

from audcli.numbers import shortest_json
from audcli.sql_traits.relations import VIEWS
from audcli.stored_numbers import json_of_variant

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 50_000
_LONG_NUMBER = r"\.0[,\]}]|\.0$|\d[eE]\d"
"""What JSON has where the engine writes a number at more length than its shortest text, or in another way."""

_PEOPLE = "people as (select identifier, profile, first_seen from identity where until_generation is null)"
USERS = f"""{_PEOPLE},
    users as (
        select profile, any_value(key) as key, max(value) filter (type = 'user_id') as user_id,
            bool_or(list_contains($known_by, type)) as known, min(people.first_seen) as first_seen
        from people join identifiers using (identifier) join profile_keys using (profile)
        group by profile having min(people.first_seen) <= $as_of)"""
"""The profiles considered at the instant, and to whom ids belong: parts of a `with`."""

GROUP_CALLS = """group_calls as (
        select account, identifier, time, message_id, properties from calls join call_names using (call_name)
        where type = 'group' and account is not null and time <= $as_of)"""
"""The calls up to the instant that accounts are made of: a part of a `with`."""

_QUERIES = {
    "events": f"""
        with {_PEOPLE}
        select message_id, type, nullif(name, '') as event, key, user_id, anonymous_id, group_id, time as timestamp,
            received_at, properties, context::json::variant as context
        from calls join call_names using (call_name) left join people using (identifier)
        left join profile_keys using (profile) left join accounts using (account)
        where type in ('track', 'page', 'screen') and time <= $as_of""",
    "profiles": f"""
        with {USERS},
        own as (select profile, time, message_id, type, properties from calls
                join call_names using (call_name) join people using (identifier) where time <= $as_of),
        last_calls as (select profile, max(time) as last_seen from own group by profile),
        carried as (select profile as entity, time, message_id, properties from own where type = 'identify'),
        {{traits}}
        select key, user_id, known, first_seen, last_seen, coalesce(traits, '{{}}') as traits
        from users join last_calls using (profile) left join traits on entity = profile""",
    "identifiers": f"""
        with {USERS}
        select key, type as id_type, value as id_value, people.first_seen
        from people join users using (profile) join identifiers using (identifier)""",
    "accounts": f"""
        with {GROUP_CALLS},
        seen as (select account, min(time) as first_seen, max(time) as last_seen from group_calls group by account),
        carried as (select account as entity, time, message_id, properties from group_calls),
        {{traits}}
        select group_id, first_seen, last_seen, coalesce(traits, '{{}}') as traits
        from seen join accounts using (account) left join traits on entity = account""",
    "account_users": f"""
        with {USERS}, {GROUP_CALLS},
        pairs as (select account, profile, min(time) as since from group_calls join people using (identifier)
                  group by account, profile)
        select group_id, key, user_id, since
        from pairs join users using (profile) join accounts using (account)""",
    "computed_traits": "select level, key, trait, value from sql_computed_traits",
}

_ORDER = {
    "events": "timestamp, message_id",
    "profiles": "key",
    "identifiers": "key, id_type, id_value",
    "accounts": "group_id",
    "account_users": "group_id, key",
    "computed_traits": "level, key, trait",
}

_TRAITS = f"""
        members as (
            select entity, time, message_id,
                unnest(map_entries({json_of_variant("properties")}::json::map(varchar, json))) as member
            from carried),
        latest as (select entity, member.key as name, arg_max({{it: member.value}}, row(time, message_id)).it as value
                   from members group by all),
        traits as (select entity, '{{' || string_agg(to_json(name)::varchar || ':' || value::varchar, ',' order by name)
                          || '}}' as traits from latest where value is not null group by entity)"""
_NO_TRAITS = "traits as (select null::integer as entity, null::varchar as traits where false)"
"""Putting traits together costs the most by far, so that it is left out where nothing reads them."""


@dataclass(frozen=True, slots=True)
class AsOf:
    """The instant that the views are seen at, UTC without a zone, and the id types that make a profile known."""

    instant: datetime
    known_by: tuple[str, ...]


def view_rows(connection: DuckDBPyConnection, view: str, columns: Sequence[str], as_of: AsOf) -> pa.RecordBatchReader:
    """Give the rows of a view with some of its columns, of which there is at least one.

    `computed_traits` are read from a temporary table `sql_computed_traits` of the same columns.
    """
    import pyarrow as pa

    kept = [name for name in VIEWS[view] if name in columns] or [next(iter(VIEWS[view]))]
    query = _QUERIES[view].replace("{traits}", _TRAITS if "traits" in kept else _NO_TRAITS)
    columns = [f"{json_of_variant(name)} as {name}" if VIEWS[view][name] == "json" else name for name in kept]
    given = {"as_of": as_of.instant, "known_by": list(as_of.known_by)}
    rows = connection.sql(
        f"select {', '.join(columns)} from ({query}) order by {_ORDER[view]}",
        params={name: value for name, value in given.items() if f"${name}" in query},
    ).to_arrow_reader(_BATCH)
    texts = [kept.index(name) for name in kept if VIEWS[view][name] == "json"]
    return pa.RecordBatchReader.from_batches(rows.schema, _shortened(rows, texts))


def _shortened(rows: pa.RecordBatchReader, texts: Sequence[int]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for batch in rows:
        columns = list(batch.columns)
        for place in texts:
            columns[place] = _shortest(columns[place])
        yield pa.record_batch(columns, schema=batch.schema)


def _shortest(texts: pa.Array) -> pa.Array:
    """Write every number by its shortest text; most texts have none that is not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    long = pc.fill_null(pc.match_substring_regex(texts, _LONG_NUMBER), False)
    if not pc.any(long).as_py():
        return texts
    short = [shortest_json(text) for text in texts.filter(long).to_pylist()]
    return pc.replace_with_mask(texts, long, pa.array(short, texts.type))
