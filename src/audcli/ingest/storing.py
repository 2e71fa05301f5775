"""The staged calls of one file, freed of duplicates, into the tables of the store.

staged_calls, file_ids  ->  call_names, accounts, calls, message_hashes, catalog
staged_rejects          ->  rejects
"""

from __future__ import annotations

import duckdb

from audcli.ingest.shapes import Shapes
from audcli.store.shapes import read_shapes, write_shapes

# How often the accepted calls of a name have which shapes; their names, with the numbers that they have in the store.
_FILE_SHAPES = """
    create temp table file_shapes as
    select type, name, shape, context_shape, count(*) as seen, min(row) as first from staged_calls group by all"""

_FILE_CALLS = """
    create temp table file_calls as
    select type, name, first, call_name
    from (select type, name, min(first) as first from file_shapes group by type, name)
        left join call_names using (type, name)"""

_NEW_CALL_NAMES = """
    insert into call_names
    select last + row_number() over (order by first), type, name
    from file_calls, (select coalesce(max(call_name), 0) as last from call_names)
    where call_name is null order by first"""

_NUMBER_FILE_CALLS = """
    update file_calls set call_name = call_names.call_name from call_names
    where call_names.type = file_calls.type and call_names.name = file_calls.name"""

_NEW_ACCOUNTS = """
    insert into accounts
    select last + row_number() over (order by group_id), group_id
    from (select distinct group_id from staged_calls where group_id is not null) anti join accounts using (group_id),
        (select coalesce(max(account), 0) as last from accounts)
    order by group_id"""

# Text is sorted and becomes VARIANT after that: sorting VARIANT is several times slower.
_CALLS = """
    insert into calls
    select call_name, time, identifier, account, message_id, received_at, user_id, anonymous_id,
        properties::json::variant, context
    from (
        select call_name, time, identifier, account, message_id, received_at, user_id, anonymous_id,
            properties, context
        from staged_calls join file_calls using (type, name) left join accounts using (group_id)
            left join file_ids
                on file_ids.type = coalesce(
                    first_type, case when user_id is null then 'anonymous_id' else 'user_id' end)
                and file_ids.value = coalesce(first_value, user_id, anonymous_id)
        order by call_name, time)"""

_HASHES = "insert into message_hashes select hash(message_id) from staged_calls"

_SHAPE_COUNTS = """
    select call_name, type, name, false, shape, sum(seen)::bigint
    from file_shapes join file_calls using (type, name) group by all
    union all
    select call_name, type, name, true, context_shape, sum(seen)::bigint
    from file_shapes join file_calls using (type, name) where context_shape is not null group by all
    order by all"""

_NEW_REJECTS = """
    insert into rejects
    select ?, ?, min(line), reason, arg_min(detail, line), digest, arg_min(raw, line)
    from staged_rejects anti join rejects using (digest, reason)
    group by digest, reason order by min(line), reason"""


def store_calls(connection: duckdb.DuckDBPyConnection, shapes: Shapes) -> None:
    """Store the staged calls, of which `shapes` knows what their objects look like."""
    for statement in (_FILE_SHAPES, _FILE_CALLS, _NEW_CALL_NAMES, _NUMBER_FILE_CALLS, _NEW_ACCOUNTS, _CALLS, _HASHES):
        connection.execute(statement)
    _store_shapes(connection, shapes)
    connection.execute("drop table temp.file_shapes; drop table temp.file_calls")


def store_rejects(connection: duckdb.DuckDBPyConnection, file: str, generation: int) -> int:
    """Keep the staged rejects that the store does not have yet, and say how many they are."""
    row = connection.execute(_NEW_REJECTS, [generation, file]).fetchone()
    return int(row[0]) if row else 0


def _store_shapes(connection: duckdb.DuckDBPyConnection, shapes: Shapes) -> None:
    counts = connection.execute(_SHAPE_COUNTS).fetchall()
    stored = read_shapes(connection, {call_name for call_name, *_ in counts})
    for call_name, type_, name, in_context, number, seen in counts:
        shape = stored[call_name].context if in_context else stored[call_name].properties
        shapes.fold(shape, number, seen, (type_, name), in_context)
    write_shapes(connection, stored)
